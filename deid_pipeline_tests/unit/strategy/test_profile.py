"""The Basic Profile: the shipped table is the standard's, and each code means what PS3.15 says."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from deid_pipeline.actions import Effect
from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy import load
from deid_pipeline.strategy.loading import _folder
from deid_pipeline.strategy.profile import BASIC_CODE, OPTION_CODES, profile_rows

TABLE = _folder() / "tables" / "ps3_15_e1_1_2024b.csv"
COLUMNS = {
    "basic": "basicProfile", "retain_safe_private": "rtnSafePrivOpt", "retain_uids": "rtnUIDsOpt",
    "retain_device_identity": "rtnDevIdOpt", "retain_institution_identity": "rtnInstIdOpt",
    "retain_patient_characteristics": "rtnPatCharsOpt", "retain_longitudinal_full_dates": "rtnLongFullDatesOpt",
    "retain_longitudinal_modified_dates": "rtnLongModifDatesOpt", "clean_descriptors": "cleanDescOpt",
    "clean_structured_content": "cleanStructContOpt", "clean_graphics": "cleanGraphOpt",
}  # fmt: skip
PRIVATE = "(gggg,eeee) where gggg is odd"


@pytest.fixture
def standard(shared_data: Path) -> dict[str, dict[str, str]]:
    """The rows of Table E.1-1 as the standard's own publication has them, by lower-case tag."""
    path = shared_data.parent / "standards" / "ps3_15_table_e1_1_2024b.json"
    if not path.is_file():
        pytest.skip("the standard's table is not beside this checkout")
    return {row["tag"].lower(): row for row in json.loads(path.read_text())["attributes"]}


def shipped() -> list[dict[str, str]]:
    with TABLE.open(newline="") as stream:
        return list(csv.DictReader(stream))


def action(options: tuple[str, ...], tag: str) -> str:
    rows = {row.pattern: row for row in profile_rows(TABLE, options)}
    return rows[tag].action.name


def test_the_shipped_table_is_the_standards_row_by_row(standard: dict[str, dict[str, str]]) -> None:
    assert {row["Tags"] for row in shipped()} == set(standard) - {PRIVATE}
    for row in shipped():
        for mine, theirs in COLUMNS.items():
            assert row[mine] == standard[row["Tags"]].get(theirs, ""), f"{row['Tags']} {mine}"


def test_the_one_row_that_is_no_tag_is_the_default_for_private_elements(standard: dict[str, dict[str, str]]) -> None:
    assert standard[PRIVATE]["basicProfile"] == "X"
    assert load("basic").rule(0x00091001, "LO").effect is Effect.DELETE


def test_every_row_of_the_standard_is_ruled_by_basic(standard: dict[str, dict[str, str]]) -> None:
    basic = load("basic")
    for row in shipped():
        tag, vr = int(row["Tags"].strip("()").replace(",", "").replace("x", "0"), 16), row["VR"] or "UN"
        rule = basic.rule(tag, vr)
        if "K" not in row["basic"] and not row["basic"].endswith("*"):
            assert rule.effect is not Effect.KEEP, row["Tags"]
        if row["basic"] == "X":
            assert rule.effect is Effect.DELETE, row["Tags"]
        if row["basic"].endswith("*"):
            assert (rule.effect, vr) == (Effect.KEEP, "SQ"), row["Tags"]
    assert len(standard) == 621


def test_the_tables_vrs_are_those_of_ps3_6() -> None:
    from pydicom.datadict import dictionary_VR

    for row in shipped():
        if "x" not in row["Tags"]:
            tag = int(row["Tags"].strip("()").replace(",", ""), 16)
            known = dictionary_VR(tag)
            assert row["VR"] == known or (not row["VR"] and len(known) > 2), row["Tags"]


@pytest.mark.parametrize(
    ("tag", "options", "expected"),
    [
        ("00080050", (), "remove"),  # Z
        ("00184000", (), "delete"),  # X
        ("00080018", (), "hashId"),  # U
        ("00080018", ("retain_uids",), "keep"),
        ("00080022", (), "remove"),  # X/Z
        ("0008002a", (), "replaceWithDummy"),  # X/Z/D
        ("00080022", ("retain_longitudinal_full_dates",), "keep"),
        ("00080022", ("retain_longitudinal_modified_dates",), "shiftDateByRandomNbOfDays"),
        ("00080032", ("retain_longitudinal_modified_dates",), "keep"),  # a time of day
        ("00080022", ("retain_uids",), "remove"),
        ("00101010", ("retain_patient_characteristics",), "keep"),
        ("00081010", ("retain_device_identity",), "keep"),
        ("00080080", ("retain_institution_identity",), "keep"),
        ("00081140", (), "keep"),  # X/Z/U*: the UIDs inside have rows of their own
        ("50xxxxxx", (), "delete"),
        ("60xx3000", (), "delete"),
    ],
)
def test_a_code_means_what_the_standard_says(tag: str, options: tuple[str, ...], expected: str) -> None:
    assert action(options, tag) == expected


def test_a_later_option_overrules_an_earlier_one_where_both_speak() -> None:
    options = ("retain_longitudinal_full_dates", "retain_longitudinal_modified_dates")
    assert action(options, "00080022") == "shiftDateByRandomNbOfDays"
    assert action(options[::-1], "00080022") == "keep"


@pytest.mark.parametrize("option", ["retain_everything", ""])
def test_an_option_this_version_does_not_apply_is_refused(option: str) -> None:
    with pytest.raises(StrategyError, match="option"):
        profile_rows(TABLE, [option])


def test_codes_are_those_of_cid_7050() -> None:
    from pydicom.sr.codedict import codes

    known = {code.value: code.meaning for code in codes.CID7050.concepts.values()}
    mine = dict([*OPTION_CODES.values(), BASIC_CODE])
    assert {code: known.get(code) for code in mine} == mine
