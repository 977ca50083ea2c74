"""The PS3.15 profile and its options as rule rows.

What belongs here: the meaning of the action codes of Table E.1-1. What does not: rules that PS3.15 does not make.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from deid_pipeline.actions import action_named
from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy.rows import RuleRow

EDITION = "PS3.15 Table E.1-1, 2024b"
BASIC_CODE = ("113100", "Basic Application Confidentiality Profile")

# Option, its code of CID 7050, and how it changes (0028,0303) Longitudinal Temporal Information Modified.
OPTION_CODES = {
    "retain_uids": ("113110", "Retain UIDs Option"),
    "retain_device_identity": ("113109", "Retain Device Identity Option"),
    "retain_institution_identity": ("113112", "Retain Institution Identity Option"),
    "retain_patient_characteristics": ("113108", "Retain Patient Characteristics Option"),
    "retain_longitudinal_full_dates": ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    "retain_longitudinal_modified_dates": ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
}
LATER_OPTIONS = ("retain_safe_private", "clean_descriptors", "clean_structured_content", "clean_graphics")

_DATE_VRS = frozenset({"DA", "DT"})


def profile_rows(table: Path, options: Sequence[str]) -> tuple[RuleRow, ...]:
    """The rows of the basic profile under its options; a later option overrules an earlier one.

    Raises
    ------
    StrategyError
        An option is unknown or is not supported.
    """
    for option in options:
        check_option(option)
    rows = []
    with table.open(encoding="utf-8", newline="") as stream:
        for cells in csv.DictReader(stream):
            code = cells["basic"]
            for option in options:
                code = cells[option] or code
            rows.append(_row(cells, code))
    return tuple(rows)


def check_option(option: str) -> None:
    """Raise unless this version applies the option.

    Raises
    ------
    StrategyError
        The option is unknown or is not supported.
    """
    if option in LATER_OPTIONS:
        raise StrategyError(f"the option {option} is not supported by this version")
    if option not in OPTION_CODES:
        raise StrategyError(f"unknown option {option!r}; known: {', '.join(OPTION_CODES)}")


def _row(cells: dict[str, str], code: str) -> RuleRow:
    vr = cells["VR"]
    action = action_named(_action_name(code, vr))
    if action is None:  # the names below are members of the room
        raise StrategyError(f"no action stands for the code {code}")
    origin = f"{EDITION} {cells['Tags']} {code}"
    return RuleRow(cells["Tags"].strip("()").replace(",", ""), vr, action, "", origin)


def _action_name(code: str, vr: str) -> str:
    """The action for a code of Table E.1-1a.

    Compound codes leave the choice to the IOD's need (PS3.15 E.3.1). Without IOD tables the last, most conforming
    choice is taken for values, deletion for sequences, whose dummies would conform to nothing.
    """
    if code.endswith("*"):  # X/Z/U*: kept, with the UIDs inside replaced by their own rows
        return "keep"
    choices = code.split("/")
    if vr == "SQ" and "X" in choices:
        return "delete"
    match choices[-1]:
        case "X":
            return "delete"
        case "Z":
            return "remove"
        case "D":
            return "replaceWithDummy"
        case "U":
            return "hashId"
        case "K":
            return "keep"
        case "C" if vr in _DATE_VRS:
            return "shiftDateByRandomNbOfDays"
        case "C" if vr == "TM":  # a shift by whole days leaves the time of day
            return "keep"
        case "C":  # cleaning of other values has no member yet: the stricter code's action
            return "delete"
    raise StrategyError(f"unknown action code {code!r}")
