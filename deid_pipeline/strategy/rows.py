"""Rule rows: the CSV files of a strategy, in Visual NLP's columns ``Tags,VR,Name,Status,Action,Option``.

What belongs here: reading and checking rows. What does not: what a row overrules (``compiled``).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from deid_pipeline.actions import Action, action_named
from deid_pipeline.errors import StrategyError

COLUMNS = ("Tags", "VR", "Name", "Status", "Action", "Option")
_TAG = re.compile(r"\(?([0-9a-f]{2}[0-9a-fx]{2}),?([0-9a-fx]{4})\)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One row: a tag (or a repeating group as ``60xx,4000``), its VR in PS3.6, an action with its option.

    ``pattern`` is eight lower-case hex digits with ``x`` for any digit; ``origin`` tells where the row stands.
    """

    pattern: str
    vr: str
    action: Action
    option: str
    origin: str


def read_rows(path: Path) -> tuple[RuleRow, ...]:
    """Read the rule rows of a CSV file.

    Raises
    ------
    StrategyError
        A column is missing, a tag or VR is malformed, or an action is unknown or cannot work on the VR; with file
        and line.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = [column for column in ("Tags", "Action") if column not in (reader.fieldnames or ())]
        if missing:
            raise StrategyError(f"the column {missing[0]} is missing", file=path, line=1)
        unknown = [name for name in reader.fieldnames or () if name not in COLUMNS]
        if unknown:
            raise StrategyError(f"unknown column {unknown[0]!r}", file=path, line=1)
        return tuple(_row(cells, path, reader.line_num) for cells in reader)


def _row(cells: dict[str, str | None], path: Path, line: int) -> RuleRow:
    match = _TAG.fullmatch((cells["Tags"] or "").strip())
    if match is None:
        raise StrategyError(f"{cells['Tags']!r} is no tag", file=path, line=line)
    pattern = (match[1] + match[2]).lower()
    action = action_named(cells["Action"] or "")
    if action is None:
        raise StrategyError(f"unknown action {cells['Action']!r}", file=path, line=line)
    vr = (cells.get("VR") or "").strip().upper() or dictionary_vr(pattern)
    option = (cells.get("Option") or "").strip()
    try:
        check_vr(action, vr)
        action.bind(option, vr=vr or "UN")
    except StrategyError as error:
        raise StrategyError(str(error), file=path, line=line) from None
    return RuleRow(pattern, vr, action, option, f"{path.name}:{line}")


def check_vr(action: Action, vr: str) -> None:
    """Raise unless the action takes the VR; an unknown VR is left to the element that comes.

    Raises
    ------
    StrategyError
        The VR is none of PS3.5's, or the action does not take it.
    """
    from deid_pipeline.actions import ALL_VRS

    if vr and vr not in ALL_VRS:
        raise StrategyError(f"{vr!r} is no VR of PS3.5")
    if vr and vr not in action.vrs:
        raise StrategyError(f"{action.name} cannot work on VR {vr}")


def dictionary_vr(pattern: str) -> str:
    """The VR that PS3.6 gives a tag, empty when it is unknown, ambiguous ("US or SS") or a pattern."""
    from pydicom._dicom_dict import DicomDictionary

    if "x" in pattern:
        return ""
    vr = DicomDictionary.get(int(pattern, 16), ("",))[0]
    return vr if len(vr) == 2 else ""
