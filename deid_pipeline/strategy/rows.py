"""Rule rows: the CSV files of a strategy, in Visual NLP's columns ``Tags,VR,Name,Status,Action,Option``.

What belongs here: reading and checking rows. What does not: what a row overrules (``compiled``).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deid_pipeline.actions import Action, action_named
from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy.selectors import canonical

COLUMNS = ("Tags", "VR", "Name", "Status", "Action", "Option")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One row: a selector in canonical form (``selectors``), the VR it holds for, an action with its option.

    ``origin`` tells where the row stands; ``code`` is the PS3.15 action code of a profile's row, which leaves a choice
    to the type of the attribute.
    """

    pattern: str
    vr: str
    action: Action
    option: str
    origin: str
    code: str = ""


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
            reader.fieldnames = _plain_names(reader.fieldnames)
            _check_columns(reader.fieldnames, path)
            return tuple(_row(cells, path, reader.line_num) for cells in reader)
    except UnicodeDecodeError:
        raise StrategyError("the file is not UTF-8 text", file=path) from None
    except csv.Error as error:
        raise StrategyError(f"not valid CSV: {error}", file=path) from None
    except OSError as error:
        raise StrategyError(f"the file cannot be read: {error.strerror}", file=path) from None


def _plain_names(names: Sequence[str] | None) -> list[str]:
    """Column names with Visual NLP's other spelling made ours."""
    return ["Option" if name.strip() == "Options" else name.strip() for name in names or ()]


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
    vr = (cells.get("VR") or "").strip().upper()
    option = (cells.get("Option") or "").strip()
    try:
        pattern = canonical(cells["Tags"] or "", vr)
        retired = (cells.get("Status") or "").strip().casefold() == "retired"
        action = action_named(cells["Action"] or ("delete" if retired else ""))
        if action is None:
            raise StrategyError(f"unknown action {cells['Action']!r}")
        vr = "" if vr == "GROUP" else vr or dictionary_vr(pattern)
        check_vr(action, vr)
        _check_private(action, pattern)
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


def _check_private(action: Action, pattern: str) -> None:
    """Raise for a rule that names a private element by number alone: its block may lie anywhere (PS3.5 7.8.1)."""
    last = pattern.rsplit(".", 1)[-1]
    if action.name != "delete" and '"' not in last and ":" not in last and last[3] in "13579bdf":
        raise StrategyError('name a private element with its creator: (gggg,"CREATOR",ee)')


def dictionary_vr(pattern: str) -> str:
    """The VR that PS3.6 gives a selector's element, empty when it is unknown, ambiguous ("US or SS") or no one tag."""
    from pydicom._dicom_dict import DicomDictionary

    last = pattern.rsplit(".", 1)[-1]
    if len(last) != 8 or "x" in last:
        return ""
    vr = DicomDictionary.get(int(last, 16), ("",))[0]
    return vr if len(vr) == 2 else ""
