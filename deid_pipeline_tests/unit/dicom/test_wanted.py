"""Values of a few elements, wherever they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.dicom import compiled, open_dicom, wanted_key, wanted_values
from deid_pipeline_tests.data_sets import explicit, item, raw_file


def test_wanted_values_know_their_private_creator(tmp_path: Path) -> None:
    names = [
        explicit(0x00090010, "LO", b"ACME"),
        explicit(0x00090011, "LO", b"OTHER "),
        explicit(0x00091001, "PN", b"Fox "),
        explicit(0x00091101, "PN", b"Hen "),
        explicit(0x00091201, "PN", b"Owl "),
        explicit(0x00400555, "SQ", item(explicit(0x00091001, "PN", b"Elk "))),
    ]
    with open_dicom(raw_file(tmp_path, b"".join(names))) as file:
        found = wanted_values(file, lambda _, vr: vr == "PN")
    assert [(one.value, one.creator, one.parents) for one in found] == [
        ("Fox", "ACME", ()),
        ("Hen", "OTHER", ()),
        ("Owl", "", ()),
        ("Elk", "", (0x00400555,)),
    ]


def key_of(folder: Path, *elements: bytes) -> bytes | None:
    with open_dicom(raw_file(folder, b"".join(elements))) as file:
        return wanted_key(file, lambda _, vr: vr in ("PN", "DT"))


def test_equal_values_have_an_equal_key_and_others_another_one(tmp_path: Path) -> None:
    latin, greek = explicit(0x00080005, "CS", b"ISO_IR 100"), explicit(0x00080005, "CS", b"ISO_IR 126")
    owner, other = explicit(0x00090010, "LO", b"ACME"), explicit(0x00090010, "LO", b"BOLT")
    ascii_name, name = explicit(0x00091001, "PN", b"Fox "), explicit(0x00091001, "PN", b"F\xf6x ")
    within = explicit(0x00400555, "SQ", item(name))
    twice = explicit(0x00400555, "SQ", item(greek + name) + item(name))
    different = [
        (latin,),
        (latin, owner, ascii_name),
        (latin, other, ascii_name),
        (latin, owner, name),
        (greek, owner, name),
        (latin, name),
        (latin, explicit(0x00101001, "PN", b"F\xf6x ")),
        (latin, within),
        (latin, explicit(0x00400556, "SQ", item(name))),
        (latin, twice),
        (latin, explicit(0x00400555, "SQ", item(greek + name + name))),
    ]
    keys = [key_of(tmp_path, *elements) for elements in different]
    if compiled.walking is None:
        assert set(keys) == {None}
        return
    assert len(set(keys)) == len(different)
    assert keys == [key_of(tmp_path, *elements, explicit(0x00200013, "IS", b"7 ")) for elements in different]
    # a character set that no value needs makes no difference
    assert key_of(tmp_path, latin, ascii_name) == key_of(tmp_path, greek, ascii_name)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (b"20200115103000", b"20200115235959.123456+0100", True),
        (b"20200115103000", b"20200116103000", False),
        (b"20200115103000", b"20200115", True),
        (b"20200115103000\\20210203", b"20200115103000\\20210204", False),
        (b"20200131103000", b"20200131104000", False),  # may be no day, so that another one is looked for behind it
        (b"20201303101112", b"20201303101113", False),
        (b"20200115 20210203", b"20200115 20210204", False),
        (b"2020011510300\xe9", b"2020011510300\xea", False),
    ],
)
def test_the_time_of_day_decides_nothing(tmp_path: Path, one: bytes, other: bytes, is_same: bool) -> None:
    if compiled.walking is None:
        pytest.skip("only the compiled core makes keys")
    keys = {key_of(tmp_path, explicit(0x0008002A, "DT", raw + b" " * (len(raw) % 2))) for raw in (one, other)}
    assert len(keys) == (1 if is_same else 2)


def test_a_key_is_no_longer_than_anybody_could_want_to_remember(tmp_path: Path) -> None:
    names = [explicit(0x00400555, "SQ", b"".join(item(explicit(0x00091001, "PN", bytes(100))) for _ in range(1000)))]
    assert key_of(tmp_path, *names) is None
