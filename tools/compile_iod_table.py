"""Compile the attribute types of PS3.3 from highdicom's tables into the project's own two.

highdicom (MIT licence) carries what PS3.3 says of IODs, modules and attributes as JSON, 23 MB of it. The project needs
a hundredth of that and none of highdicom's code, so it is a source at development time and no dependency::

    python -m pip install --no-deps --target scratch highdicom==0.28.2
    python tools/compile_iod_table.py scratch/highdicom

``ps3_3_iods_*.csv`` has one row per IOD: its storage classes and its modules by usage. ``ps3_3_types_*.csv`` has the
types: of the top level by module; inside sequences by the enclosing sequence alone (module ``*``), which 98 % of the
pairs of sequence and attribute decide, the stricter type elsewhere.

What belongs here: reading highdicom's tables and mending what they got wrong. What does not: dummies, which are
written by hand (``dummies.csv``), and reading the result (``deid_pipeline.dicom.iods``).
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

TABLES = Path(__file__).resolve().parents[1] / "strategies" / "tables"

# From the weakest to the strictest; of two types the stricter one holds.
STRICTNESS = ("3", "2C", "2", "1C", "1")

# Not an instance that a strategy is applied to.
LEFT_OUT = {"1.2.840.10008.1.3.10"}  # the directory of a file-set

# Retired classes that are still met, and the class whose IOD came after theirs.
SUCCESSORS = {
    "1.2.840.10008.5.1.4.1.1.3": "1.2.840.10008.5.1.4.1.1.3.1",  # ultrasound, multi-frame
    "1.2.840.10008.5.1.4.1.1.5": "1.2.840.10008.5.1.4.1.1.20",  # nuclear medicine
    "1.2.840.10008.5.1.4.1.1.6": "1.2.840.10008.5.1.4.1.1.6.1",  # ultrasound
}

# Modules whose tables include macros under a condition ("if Value Type is NUM"), which the source does not carry:
# only these attributes are required whatever the instance holds (PS3.3 C.17.3).
UNCONDITIONAL = {"sr-document-content": {"ValueType", "ContinuityOfContent"}}

Attributes = dict[int, str]  # type by tag


def main() -> int:
    """Write both tables."""
    parser = argparse.ArgumentParser(description="Compile the attribute types of PS3.3 from highdicom's tables.")
    parser.add_argument("package", type=Path, help="the folder of the installed package highdicom")
    package = parser.parse_args().package
    version = next(iter(metadata.distributions(name="highdicom", path=[str(package.parent)]))).version
    iods, types = compile_tables(package / "_standard")
    for kind, rows in (("iods", iods), ("types", types)):
        path = TABLES / f"ps3_3_{kind}_highdicom_{version}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)
        print(f"{path.name}: {len(rows) - 1} rows, {path.stat().st_size} bytes")
    return 0


def compile_tables(folder: Path) -> tuple[list[list[str]], list[list[str]]]:
    """The rows of both tables, headings first.

    Parameters
    ----------
    folder
        Holds ``sop_class_iod_map.json``, ``iod_module_map.json`` and ``module_attribute_map.json``.
    """
    classes, iods, modules = (
        json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("sop_class_iod_map", "iod_module_map", "module_attribute_map")
    )
    by_iod: dict[str, list[str]] = {}
    for uid, iod in classes.items():
        if uid not in LEFT_OUT:
            by_iod.setdefault(iod, []).append(uid)
    for retired, successor in SUCCESSORS.items():
        by_iod[classes[successor]].append(retired)
    iod_rows = [["IOD", "Classes", "Mandatory", "Conditional", "Optional"]]
    used: set[str] = set()
    for iod in sorted(by_iod):
        usage: dict[str, list[str]] = {"M": [], "C": [], "U": []}
        for module in iods[iod]:
            if module["key"] in modules:
                usage[module["usage"]].append(module["key"])
                used.add(module["key"])
        iod_rows.append([iod, " ".join(by_iod[iod]), *(" ".join(usage[letter]) for letter in "MCU")])
    return iod_rows, type_rows({name: modules[name] for name in sorted(used)})


def type_rows(modules: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[list[str]]:
    """The types of the top level by module, then those inside sequences by enclosing sequence."""
    rows = [["Module", "Sequence", "Types"]]
    nested: dict[int, Attributes] = {}
    for name, attributes in modules.items():
        top: Attributes = {}
        for attribute in attributes:
            kind, tag = attribute["type"], tag_of(attribute["keyword"])
            if kind not in STRICTNESS:  # of a service's messages, no attribute of an instance
                continue
            if attribute["path"]:
                keep_stricter(nested.setdefault(tag_of(attribute["path"][-1]), {}), tag, kind)
                continue
            if attribute["keyword"] not in UNCONDITIONAL.get(name, {attribute["keyword"]}) and not kind.endswith("C"):
                kind = kind.replace("1", "1C").replace("2", "2C")
            keep_stricter(top, tag, kind)
        rows.append([name, "", cell(top.items())])
    rows += [["*", f"{sequence:08x}", cell(nested[sequence].items())] for sequence in sorted(nested)]
    return rows


def keep_stricter(types: Attributes, tag: int, kind: str) -> None:
    """Record a type unless a stricter one is there."""
    known = types.get(tag)
    if known is None or STRICTNESS.index(kind) > STRICTNESS.index(known):
        types[tag] = kind


def cell(types: Iterable[tuple[int, str]]) -> str:
    """``ggggeeee=type`` for each attribute, in order of tags."""
    return " ".join(f"{tag:08x}={kind}" for tag, kind in sorted(types))


def tag_of(keyword: str) -> int:
    """The tag of a keyword; that of the first repeating group for those of overlays.

    Raises
    ------
    KeyError
        PS3.6 has no such keyword.
    """
    from pydicom._dicom_dict import RepeatersDictionary
    from pydicom.datadict import tag_for_keyword

    tag = tag_for_keyword(keyword)
    if tag is not None:
        return tag
    repeaters = {entry[4]: mask for mask, entry in RepeatersDictionary.items()}
    return int(repeaters[keyword].replace("x", "0"), 16)


if __name__ == "__main__":
    sys.exit(main())
