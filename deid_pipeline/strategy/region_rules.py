"""Region rules: the CSV files that a strategy names under ``pixels: regions:``.

What belongs here: reading and checking rows, and which of them hold for a device and a size. What does not: filling
boxes (``stages``), text that is found by reading (room ``ocr``).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import ceil, floor
from pathlib import Path
from typing import Any

from deid_pipeline.errors import StrategyError
from deid_pipeline.model import Box

DEVICE_COLUMNS = ("Manufacturer", "ManufacturerModelName", "Modality")
SIZE_COLUMNS = ("Rows", "Columns")
SIDE_COLUMNS = ("Left", "Top", "Right", "Bottom")
COLUMNS = (*DEVICE_COLUMNS, *SIZE_COLUMNS, *SIDE_COLUMNS, "What")
REDACT, KEEP = "redact", "keep"
_SIDE = re.compile(r"-?\d{1,6}|\d{1,3}(?:\.\d{1,4})?%", re.ASCII)


@dataclass(frozen=True, slots=True)
class RegionRule:
    """One row. ``device`` are globs in lower case in the order of `DEVICE_COLUMNS`, empty for any.

    ``rows`` and ``columns`` are None for any. ``sides`` are left, top, right and bottom as written: pixels, negative
    ones counted from the right or lower edge, or a percentage of the frame; empty for its edge. ``origin`` is file and
    line.
    """

    device: tuple[str, str, str]
    rows: int | None
    columns: int | None
    sides: tuple[str, str, str, str]
    what: str
    origin: str

    def holds_for(self, device: Sequence[str], *, rows: int, columns: int) -> bool:
        """Whether the row speaks of a device, given by the values of `DEVICE_COLUMNS`, and a size of frames."""
        if (self.rows or rows, self.columns or columns) != (rows, columns):
            return False
        names = (" ".join(value.split()).casefold() for value in device)
        return all(not glob or fnmatchcase(name, glob) for glob, name in zip(self.device, names, strict=True))

    def box(self, *, rows: int, columns: int) -> Box | None:
        """The box in a frame of that size; None when it has no pixel there.

        Percentages are rounded outward for what is redacted and inward for what is kept.
        """
        low, high = (floor, ceil) if self.what == REDACT else (ceil, floor)
        lengths = (columns, rows, columns, rows)
        left, top, right, bottom = (
            (low if number < 2 else high)(_place(side, length, end=number >= 2))
            for number, (side, length) in enumerate(zip(self.sides, lengths, strict=True))
        )
        box = Box(max(0, left), max(0, top), min(columns, right), min(rows, bottom))
        return box if box.left < box.right and box.top < box.bottom else None


def read_region_rules(path: Path) -> tuple[RegionRule, ...]:
    """Read the rows of one file.

    Raises
    ------
    StrategyError
        The file is no CSV text, a column is missing or unknown, a cell cannot mean anything, or a row has no area; with
        file and line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            names = reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
            for name in names:
                if name not in COLUMNS or names.count(name) > 1:
                    raise StrategyError(f"unknown column {name!r}, or it stands twice", file=path, line=1)
            missing = [name for name in (*SIDE_COLUMNS, "What") if name not in names]
            if missing:
                raise StrategyError(f"the column {missing[0]} is missing", file=path, line=1)
            return tuple(_row(cells, path, reader.line_num) for cells in reader)
    except UnicodeDecodeError:
        raise StrategyError("the file is not UTF-8 text", file=path) from None
    except csv.Error as error:
        raise StrategyError(f"not valid CSV: {error}", file=path) from None
    except OSError as error:
        raise StrategyError(f"the file cannot be read: {error.strerror}", file=path) from None


def _row(cells: Mapping[str | None, Any], path: Path, line: int) -> RegionRule:
    if None in cells or None in cells.values():
        raise StrategyError("the row has another number of cells than there are columns", file=path, line=line)
    words = {name: " ".join(str(cell).split()) for name, cell in cells.items() if name}
    what = words["What"].casefold()
    device = tuple(words.get(name, "").casefold() for name in DEVICE_COLUMNS)
    sides = tuple(words[name] for name in SIDE_COLUMNS)
    sizes = [words.get(name, "") for name in SIZE_COLUMNS]
    problem = ""
    if what not in (REDACT, KEEP):
        problem = f"What is {REDACT} or {KEEP}"
    elif not all(size == "" or (size.isascii() and size.isdecimal() and int(size)) for size in sizes):
        problem = "Rows and Columns are whole numbers, or empty for any"
    elif not all(side == "" or (_SIDE.fullmatch(side) and _is_share(side)) for side in sides):
        problem = "a side is a number of pixels, negative from the far edge, or a percentage of the frame"
    elif what == KEEP and not any(device):
        problem = "a row that keeps text names a device or a modality"
    if problem:
        raise StrategyError(problem, file=path, line=line)
    rows, columns = (int(size) if size else None for size in sizes)
    first, second, third = device
    left, top, right, bottom = sides
    rule = RegionRule((first, second, third), rows, columns, (left, top, right, bottom), what, f"{path.name}:{line}")
    if not _has_area(rule):
        raise StrategyError("the box has no area", file=path, line=line)
    return rule


def _is_share(side: str) -> bool:
    return not side.endswith("%") or float(side[:-1]) <= 100


def _has_area(rule: RegionRule) -> bool:
    """Whether the box has a pixel in some frame: of its own size if it names one, else in a very large one."""
    return rule.box(rows=rule.rows or 1 << 20, columns=rule.columns or 1 << 20) is not None


def _place(side: str, length: int, *, end: bool) -> float:
    """Where a side lies, in pixels from the left or upper edge."""
    if not side:
        return length if end else 0
    if side.endswith("%"):
        return float(side[:-1]) * length / 100
    number = int(side)
    return number + length if side.startswith("-") else number
