"""What the standards say of an element, for an answer key that knows nothing of this project's strategies.

What belongs here: reading Table E.1-1 of PS3.15, TCIA's list of private elements, highdicom's types. What does
not: the key itself (``header_key``).
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# The options that the challenge and TCIA apply to the Basic Profile, the strongest first.
OPTIONS = ("rtnLongModifDatesOpt", "rtnPatCharsOpt", "rtnDevIdOpt", "cleanDescOpt")
_LABELS = {"rtnLongModifDatesOpt": "MOD", "rtnPatCharsOpt": "PAT", "rtnDevIdOpt": "DEV", "cleanDescOpt": "DESC"}
_PRIVATE = re.compile(r'\(([0-9a-f]{4}),"?([^"]+)"?,([0-9a-f]{2})\)$', re.IGNORECASE)


@dataclass(frozen=True)
class Standards:
    """Profile codes by tag, dispositions of private elements by place and VR."""

    codes: Mapping[str, tuple[str, str]]  # "00100010", "60xx3000": code, and the option that gave it
    private: Mapping[tuple[str, str, str], Mapping[str, str]]  # (group, creator, element) -> VR -> k or d

    def code(self, tag: int) -> tuple[str, str]:
        """The code of Table E.1-1 under the options, and where it comes from; empty when it is not listed."""
        text = f"{tag:08x}"
        repeating = f"{text[:2]}xx{text[4:]}"
        return self.codes.get(text) or self.codes.get(repeating) or self.codes.get(f"{text[:2]}xxxxxx") or ("", "")

    def disposition(self, tag: int, creator: str, vr: str) -> str:
        """``k`` or ``d`` for a private element, ``?`` where the list contradicts itself, empty where it is silent."""
        key = (f"{tag >> 16:04x}", creator.strip().upper(), f"{tag & 0xFF:02x}")
        by_vr = self.private.get(key, {})
        if vr in by_vr:
            return by_vr[vr]
        found = set(by_vr.values())
        return found.pop() if len(found) == 1 else "?" if found else ""


def read_standards(folder: Path) -> Standards:
    """Read the tables of a folder."""
    (table,) = folder.glob("ps3_15_table_e1_1_*.json")
    (listed,) = folder.glob("tcia_private_tag_kb_*.csv")
    codes = {}
    for row in json.loads(table.read_text())["attributes"]:
        code, label = row["basicProfile"], "BASIC"
        for option in reversed(OPTIONS):
            if row.get(option):
                code, label = row[option], _LABELS[option]
        codes[row["id"].lower()] = (code, label)
    private: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    with listed.open(encoding="utf-8-sig", newline="") as stream:
        for cells in csv.DictReader(stream):
            match = _PRIVATE.match(cells["element_sig_pattern"].replace('""', '"'))
            what = cells["private_disposition"].strip().lower()
            if match is None or what not in ("k", "d"):  # inside sequences, or another disposition
                continue
            key = (match[1].lower(), match[2].strip().upper(), match[3].lower())
            before = private[key].setdefault(cells["vr"], what)
            if before != what:
                private[key][cells["vr"]] = "?"
    return Standards(codes, dict(private))


@cache
def required_attributes(sop_class: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """Keywords of Type 1 and Type 2 at the top level of an IOD's mandatory modules.

    None without highdicom, or for a class that it does not know.
    """
    try:
        from highdicom import _standard_utils as tables
    except ImportError:
        return None
    iod = tables.get_sop_class_iod_map().get(sop_class)
    if iod is None:
        return None
    types: dict[str, str] = {}
    for module in tables.get_iod_module_map()[iod]:
        if module["usage"] != "M":
            continue
        for attribute in tables.get_module_attribute_map()[module["key"]]:
            if not attribute["path"]:
                known = types.get(attribute["keyword"], "3")
                types[attribute["keyword"]] = min(known, attribute["type"])  # "1" < "1C" < "2" < "2C" < "3"
    first = frozenset(keyword for keyword, kind in types.items() if kind == "1")
    return first, frozenset(keyword for keyword, kind in types.items() if kind == "2")
