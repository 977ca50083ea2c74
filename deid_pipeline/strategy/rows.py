"""Rule rows: the CSV files of a strategy, in Visual NLP's columns ``Tags,VR,Name,Status,Action,Option``.

What belongs here: reading and checking rows. What does not: what a row overrules (``compiled``).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        The file is no CSV text, a column is missing, a tag or VR is malformed, or an action is unknown or cannot work
        on the VR; with file and line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            _check_columns(reader.fieldnames or (), path)
            return tuple(_row(cells, path, reader.line_num) for cells in reader)
    except UnicodeDecodeError:
        raise StrategyError("the file is not UTF-8 text", file=path) from None
    except csv.Error as error:
        raise StrategyError(f"not valid CSV: {error}", file=path) from None
    except OSError as error:
        raise StrategyError(f"the file cannot be read: {error.strerror}", file=path) from None


def _check_columns(columns: Sequence[str], path: Path) -> None:
    missing = [column for column in ("Tags", "Action") if column not in columns]
    if missing:
        raise StrategyError(f"the column {missing[0]} is missing", file=path, line=1)
    for number, name in enumerate(columns):
        if name not in COLUMNS:
            raise StrategyError(f"unknown column {name!r}", file=path, line=1)
        if name in columns[:number]:
            raise StrategyError(f"the column {name} stands twice", file=path, line=1)


def _row(cells: Mapping[str | None, Any], path: Path, line: int) -> RuleRow:
    if None in cells:  # DictReader's key for what stands behind the last column
        raise StrategyError(
            "the row has more cells than columns: quote a cell that holds a comma", file=path, line=line
        )
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
        _check_group(action, pattern)
        option = action.located(option, path.parent)
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


def _check_group(action: Action, pattern: str) -> None:
    """Raise for a rule that would be passed over: private elements are deleted whatever a row says."""
    if action.name != "delete" and pattern[3] in "13579bdf":
        raise StrategyError(f"private elements are deleted in this version: {action.name} cannot work on one")


def dictionary_vr(pattern: str) -> str:
    """The VR that PS3.6 gives a tag, empty when it is unknown, ambiguous ("US or SS") or a pattern."""
    from pydicom._dicom_dict import DicomDictionary

    if "x" in pattern:
        return ""
    vr = DicomDictionary.get(int(pattern, 16), ("",))[0]
    return vr if len(vr) == 2 else ""
