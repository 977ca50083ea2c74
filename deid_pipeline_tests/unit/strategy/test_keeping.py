"""Kept values are such as their VR has; text in a number, and a name in a code, does not stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.strategy import load
from deid_pipeline.strategy.keeping import Remembering, kept_text, mended_value, sound_value


@pytest.mark.parametrize(
    ("vr", "value"),
    [
        ("DS", b"0.5\\0.5 "), ("DS", b"-1.2345678901234567890e-05"), ("DS", b""), ("DS", b" 12\0"), ("DS", b"\\\\"),
        ("IS", b"+12 \\-3"), ("IS", b"12.0"), ("IS", b"999999999999"), ("UI", b"1.2.3\0"), ("UI", b"1.02 "),
        ("TM", b"101112.123456"), ("TM", b"10:11:12"), ("TM", b"1011-1112"), ("DA", b"20200229"), ("DA", b"2020.02.29"),
        ("DA", b"20200101-20200131"), ("DA", b"        "), ("DT", b"2020"), ("DT", b"20200101101112.5+0100"),
        ("AS", b"045Y"), ("AS", b"45Y "), ("AS", b""), ("CS", b"ORIGINAL\\PRIMARY\\AXIAL "), ("CS", b""),
        ("CS", b"HFS "), ("CS", b"MONOCHROME2 "), ("CS", b"L"), ("CS", b"SK\\SP "),
    ],
)  # fmt: skip
def test_values_of_a_vr_are_sound(vr: str, value: bytes) -> None:
    judge = sound_value(vr)
    assert judge is not None
    assert judge(value)


@pytest.mark.parametrize(
    ("vr", "value"),
    [
        ("DS", b"12 Fox"), ("DS", b"0.5\\Fox"), ("DS", b"\xd9\xa1\xd9\xa2"), ("IS", b"Fox 1 "), ("IS", b"1A"),
        ("IS", b"20190412101112"), ("IS", b"1\\20190412101112"), ("UI", b"1.2.Fox "), ("UI", b"1.2.3\\Fox"),
        ("TM", b"noon"), ("DA", b"20209999"), ("DA", b"99999999"), ("DA", b"2020-1-1"), ("DT", b"yesterday "),
        ("DA", "٢٠١٩٠٤١٢".encode()), ("AS", b"old "), ("AS", b"45 years"), ("CS", b"QUILLFEATHER"),
        ("CS", b"Chest of Fox"),
        ("CS", b"ORIGINAL\\QUILLFEATHER"), ("CS", b"CHEST_20190412"), ("CS", "SCHÄDEL".encode("latin-1")),
    ],
)  # fmt: skip
def test_anything_else_is_not(vr: str, value: bytes) -> None:
    judge = sound_value(vr)
    assert judge is not None
    for _ in range(2):  # a judgement is remembered
        assert not judge(value)


@pytest.mark.parametrize("vr", ["PN", "US", "OB", "SQ", "UN", "AT"])
def test_other_vrs_are_not_judged(vr: str) -> None:
    assert sound_value(vr) is None


def test_only_a_strategy_that_claims_a_profile_judges(tmp_path: Path) -> None:
    assert load("basic").rule(0x00180050, "DS").sound is sound_value("DS")
    (tmp_path / "all.yaml").write_text("description: all\nunlisted: keep\nprivate: keep\n")
    everything = load(str(tmp_path / "all.yaml"))
    assert everything.rule(0x00180050, "DS").sound is None
    assert everything.rule(0x00091001, "UN", "ANY").action == "keep"
    assert everything.rule(0x00089999, "LO").action == "keep"


def test_all_vrs_that_are_judged_have_a_mended_form() -> None:
    for vr in ("AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI"):
        assert mended_value(vr) is not mended_value("LO")


@pytest.mark.parametrize("vr", ["CS", "LO"])
def test_judgements_are_remembered_of_short_values_only(vr: str) -> None:
    judge = kept_text(vr, listed=True, tag=0)[1] if vr == "LO" else sound_value(vr)  # type: ignore[index]
    assert isinstance(judge, Remembering)
    for value, is_sound in ((b"CHEST", True), (b"QUILLFEATHER", False), (b"CHEST " * 99, True), (b"FOX " * 99, False)):
        judge.forget()
        assert [judge(value), judge(value)] == [is_sound, is_sound]
        assert judge.remembered == ({value} if is_sound and len(value) < 99 else set())
