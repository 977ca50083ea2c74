#!/usr/bin/env python3
"""Compile the strategies' tables of private elements from the two public lists they rest on.

Usage: compile_private_tables.py SAFE_PRIVATE.json TCIA.csv TABLES_DIR

SAFE_PRIVATE.json lists PS3.15 Table E.3.10-1, TCIA.csv the private tag knowledge base of The Cancer Imaging Archive.
Only elements that may stay get a row: what has none is deleted. Where the knowledge base contradicts itself, in two
rows for one element or between places in a file, the element is listed in a file of its own: it is deleted unless the
VR that it is written with settles what was meant, or Table E.3.10-1 lists it. Creators are one whatever their case.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

_PLACE = re.compile(r'\((?P<group>[0-9a-f]{4}),"?(?P<creator>[^"]*?)"?,(?P<element>[0-9a-f]{2})\)', re.IGNORECASE)
_SAFE_PLACE = re.compile(r"\(([0-9A-F]{4}),xx([0-9A-F]{2})\)")
_FREE_TEXT = frozenset({"LO", "LT", "SH", "ST", "UC", "UT"})
_VAGUE = ("UN", "OB", "OW", "")
_KEPT = {"k": "keep", "h": "hashId", "o": "shiftDateByRandomNbOfDays", "oi": "shiftUnixTimeStampRandom"}
_TAKES = {
    "hashId": {"UI", "SH", "LO"},
    "shiftDateByRandomNbOfDays": {"DA", "DT"},
    "shiftUnixTimeStampRandom": {"SL", "UL", "FD", "IS", "DS"},
}
_HEADER = ("Tags", "VR", "Name", "Status", "Action", "Option")
_SAYS_NOTHING = frozenset({"na", ""})
Place = tuple[int, str, int]


class Entry(NamedTuple):
    """A row of the knowledge base; ``nested`` in a private sequence."""

    disposition: str
    vr: str
    name: str
    nested: bool

    @property
    def says_nothing(self) -> bool:
        """Whether nobody judged the place, which is one of several."""
        return self.nested and self.disposition in _SAYS_NOTHING


def main(safe: Path, tcia: Path, folder: Path) -> None:
    """Write the three tables."""
    safe_rows = _safe_rows(safe)
    _write(folder / "private_safe_2020b.csv", safe_rows)
    kept, conflicts = _tcia_rows(tcia, {row[0] for row in safe_rows})
    _write(folder / "private_tcia_2024_02_01.csv", kept)
    _write(folder / "private_tcia_conflicts.csv", conflicts)


def action_for(disposition: str, vr: str) -> str:
    """The action for a disposition of the knowledge base; empty when none fits the VR, which means deletion."""
    action = _KEPT.get(disposition, "")
    if action == "keep":
        return _careful(vr)
    return action if vr in _TAKES.get(action, ()) else ""


def _careful(vr: str) -> str:
    """How an element that may stay does: free text is searched, names, dates and UIDs follow the patient's."""
    if vr in _FREE_TEXT:
        return "cleanTag"
    followers = {"PN": "replaceWithRandomName", "UI": "hashId"}
    return (followers | dict.fromkeys(("DA", "DT"), "shiftDateByRandomNbOfDays")).get(vr, "keep")


def _safe_rows(path: Path) -> list[tuple[str, ...]]:
    rows = []
    for entry in json.loads(path.read_text(encoding="utf-8"))["rows"]:
        match = _SAFE_PLACE.fullmatch(entry["Data Element"])
        if match is None:
            continue
        vr = entry["VR"] or "UN"
        action = _careful(vr)
        place = (int(match[1], 16), entry["Private Creator"].strip().upper(), int(match[2], 16))
        rows.append(_row(place, vr, entry["Meaning"].split(" - ")[0], action))
    return rows


def _tcia_rows(path: Path, safe: Collection[str]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    found: dict[Place, list[Entry]] = defaultdict(list)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for cells in csv.DictReader(stream):
            *around, last = re.split(r"\[<\d+>\]", cells["element_sig_pattern"].strip())
            match = _PLACE.fullmatch(last)
            if match is None:  # a public element inside a private sequence: public rules hold there
                continue
            place = (int(match["group"], 16), match["creator"].strip().upper(), int(match["element"], 16))
            name = cells["tag_name"].rsplit(":", 1)[-1].strip()
            found[place].append(Entry(cells["private_disposition"].strip().lower(), cells["vr"], name, bool(around)))
    kept, conflicts = [], []
    for place, entries in sorted(found.items()):
        if place[1].startswith("UNNAMED PRIVATE BLOCK"):
            continue
        dispositions = {one.disposition for one in entries if not one.says_nothing}
        vrs = sorted({one.vr for one in entries}, key=lambda vr: (vr in _VAGUE, vr))
        wanted = _TAKES.get(_KEPT.get(next(iter(dispositions), ""), ""), ())
        name, vr = entries[0].name, next((one for one in vrs if one in wanted), vrs[0] or "UN")
        if len(dispositions) > 1 and dispositions & set(_KEPT):
            row = _row(place, vr, name, "delete")
            conflicts += [row] if row[0] not in safe else []
            conflicts += _settled(place, entries, [one for one in vrs if one not in (*_VAGUE[:2], "")])
        elif len(dispositions) == 1 and (action := action_for(next(iter(dispositions)), vr)):
            kept.append(_row(place, vr, name, action))
    return kept, conflicts


def _settled(place: Place, entries: Sequence[Entry], vrs: Iterable[str]) -> list[tuple[str, ...]]:
    """Rows for the VRs of which all entries say the same, and that it may stay; those of the top level come first."""
    rows = []
    for vr in vrs:
        of_vr = [one for one in entries if one.vr == vr and not one.says_nothing]
        said = {one.disposition for one in of_vr if not one.nested} or {one.disposition for one in of_vr}
        action = action_for(next(iter(said)), vr) if len(said) == 1 else ""
        if action:
            tags, *rest = _row(place, vr, entries[0].name, action)
            rows.append((f"{tags[:-1]},{vr})", *rest))
    return rows


def _row(place: Place, vr: str, name: str, action: str) -> tuple[str, ...]:
    group, creator, element = place
    option = "header" if action == "cleanTag" else ""  # listed as harmless: only what a header names is taken out
    return (f'({group:04x},"{creator}",{element:02x})', vr, name, "", action, option)


def _write(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_HEADER)
        writer.writerows(rows)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
