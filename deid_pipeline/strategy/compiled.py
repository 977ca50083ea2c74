"""A strategy compiled to one rule per element.

What belongs here: precedence (tag > repeating group > PS3.6 default > unlisted) and the answer for one element. What
does not: reading files (``loading``), rewriting (``actions``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from deid_pipeline.actions import Action, Effect, Rule, action_named
from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy.rows import RuleRow


@dataclass(frozen=True)
class CompiledStrategy:
    """Rules ready to be asked; equal hashes mean equal results."""

    name: str
    description: str
    options: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]  # (0012,0064): code value and meaning of CID 7050
    temporal_information: str  # (0028,0303): REMOVED, MODIFIED or UNMODIFIED
    rows: tuple[RuleRow, ...] = field(repr=False)
    unlisted: str
    private: str
    pixels: str
    _answers: dict[tuple[int, str], Rule] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _exact(self) -> dict[int, RuleRow]:
        return {int(row.pattern, 16): row for row in self.rows if "x" not in row.pattern}

    @cached_property
    def _patterns(self) -> tuple[RuleRow, ...]:
        return tuple(row for row in self.rows if "x" in row.pattern)

    @cached_property
    def hash(self) -> str:
        """sha256 of everything that decides a result, 64 hex digits."""
        rows = [(row.pattern, row.vr, row.action.name, row.action.provenance(row.option)) for row in self.rows]
        parts = (rows, self.codes, self.temporal_information, self.unlisted, self.private, self.pixels)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def rule(self, tag: int, vr: str) -> Rule:
        """The rule for an element with this tag, ``(group << 16) | element``, and this VR."""
        found = self._answers.get((tag, vr))
        if found is None:
            found = self._answers[tag, vr] = self._decide(tag, vr)
        return found

    def describe(self) -> str:
        """The strategy in words, one line per choice and row."""
        head = [
            f"{self.name}: {self.description}",
            f"options: {', '.join(self.options) or 'none'}",
            f"elements no rule names: {self.unlisted}; private elements: {self.private}; pixels: {self.pixels}",
            f"hash: {self.hash}",
            "",
        ]
        effective = {row.pattern: row for row in self.rows}
        lines = (
            f"({row.pattern[:4]},{row.pattern[4:]}) {row.vr or '--'} {row.action.name}"
            f"{' ' + row.option if row.option else ''}  [{row.origin}]"
            for row in sorted(effective.values(), key=lambda row: row.pattern)
        )
        return "\n".join([*head, *lines])

    def _decide(self, tag: int, vr: str) -> Rule:
        if tag >> 16 & 1:
            return _default(self.private, "private elements")
        row = self._exact.get(tag) or _matching(self._patterns, tag)
        if row is not None:
            return _bound(row.action, row.option, vr, row.origin)
        if _in_data_dictionary(tag):
            return _default("keep", "PS3.6, not listed in Table E.1-1")
        return _default(self.unlisted, "unlisted elements")


def _bound(action: Action, option: str, vr: str, origin: str) -> Rule:
    if action.name == "keep":
        return Rule(Effect.KEEP, action.bind("", vr=vr), "keep", origin)
    if action.name == "delete" or vr not in action.vrs:
        # A VR that PS3.6 does not give this tag, and that the action cannot rewrite: nothing of it is kept.
        return _default("delete", origin)
    try:
        return Rule(Effect.REWRITE, action.bind(option, vr=vr), action.name, origin)
    except StrategyError:  # the option was checked for the row's VR and is illegal for the one that came
        return _default("delete", origin)


def _default(name: str, origin: str) -> Rule:
    action = action_named(name)
    if action is None:
        raise KeyError(name)
    return Rule(Effect.KEEP if name == "keep" else Effect.DELETE, action.bind("", vr="UN"), name, origin)


def _matching(patterns: Sequence[RuleRow], tag: int) -> RuleRow | None:
    text = f"{tag:08x}"
    fitting = [row for row in patterns if all(p in ("x", d) for p, d in zip(row.pattern, text, strict=True))]
    # max() gives the first of equals: from the end, so that of rows equally specific the later one wins
    return max(reversed(fitting), key=lambda row: sum(p != "x" for p in row.pattern), default=None)


def _in_data_dictionary(tag: int) -> bool:
    from pydicom._dicom_dict import DicomDictionary
    from pydicom.datadict import repeater_has_tag

    return tag >> 16 > 0x0006 and (tag in DicomDictionary or repeater_has_tag(tag))
