"""The PS3.15 profile and its options as rule rows.

What belongs here: the meaning of the action codes of Table E.1-1. What does not: rules that PS3.15 does not make.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from deid_pipeline.actions import Action, action_named
from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy.compound import compound_choice
from deid_pipeline.strategy.rows import RuleRow, read_rows

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
    "retain_safe_private": ("113111", "Retain Safe Private Option"),
    "clean_descriptors": ("113105", "Clean Descriptors Option"),
    "clean_structured_content": ("113104", "Clean Structured Content Option"),
    "clean_graphics": ("113103", "Clean Graphics Option"),
}

# Elements that Table E.1-1 does not list, since the basic profile drops the sequences they stand in.
_CLEANED_INSIDE = {"clean_structured_content": "0040a160"}
# What graphics and overlays are made of beside what the table lists, without the option Clean Graphics and with it.
_GRAPHICS, _GRAPHICS_CLEANED = "graphics.csv", "graphics_cleaned.csv"

_DATE_VRS = frozenset({"DA", "DT"})
_TEXT_VRS = frozenset({"LO", "LT", "SH", "ST", "UC", "UT", "CS"})
_CLEANING = "remove"


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
    rows += [_cleaned(tag, option) for option, tag in _CLEANED_INSIDE.items() if option in options]
    rows += read_rows(table.parent / (_GRAPHICS_CLEANED if "clean_graphics" in options else _GRAPHICS))
    return tuple(rows)


def action_for_type(code: str, vr: str, attribute_type: str | None) -> Action:
    """The action for a code of Table E.1-1 on an attribute of a type, None for one that its IOD does not have."""
    if code.endswith("*") or (vr == "SQ" and "X" in code.split("/")):  # a sequence's dummy conforms to nothing
        return _named(_action_name(code, vr))
    return _named(_action_name(compound_choice(code, attribute_type), vr))


def check_option(option: str) -> None:
    """Raise unless this version applies the option.

    Raises
    ------
    StrategyError
        The option is unknown or is not supported.
    """
    if option not in OPTION_CODES:
        raise StrategyError(f"unknown option {option!r}; known: {', '.join(OPTION_CODES)}")


def _row(cells: dict[str, str], code: str) -> RuleRow:
    vr = cells["VR"]
    action = _named(_action_name(code, vr))
    option = _CLEANING if action.name == "cleanTag" else ""
    origin = f"{EDITION} {cells['Tags']} {code}"
    return RuleRow(cells["Tags"].strip("()").replace(",", ""), vr, action, option, origin, "" if option else code)


def _cleaned(tag: str, option: str) -> RuleRow:
    return RuleRow(tag, "UT", _named("cleanTag"), _CLEANING, f"{EDITION} {option}")


def _named(name: str) -> Action:
    action = action_named(name)
    if action is None:  # the names below are members of the room
        raise StrategyError(f"no action is called {name}")
    return action


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
        case "C" if vr == "SQ":  # entered: the elements inside have rules of their own
            return "keep"
        case "C" if vr in _TEXT_VRS:
            return "cleanTag"
        case "C":  # bitmaps and bulk data cannot be cleaned in part
            return "delete"
    raise StrategyError(f"unknown action code {code!r}")
