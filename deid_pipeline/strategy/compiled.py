"""A strategy compiled to one rule per element.

What belongs here: precedence (place > tag > keyword > group > VR > PS3.6 default > unlisted; of equals the later row)
and the answer for one element. What does not: reading files (``loading``), rewriting (``actions``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from deid_pipeline.actions import Action, Effect, Rule, action_named
from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy.keeping import (
    Sound,
    action_for_stranger,
    kept_text,
    mended_value,
    never_empty,
    sound_code,
    sound_value,
)
from deid_pipeline.strategy.pixel_rules import PixelRules
from deid_pipeline.strategy.private_values import private_rule
from deid_pipeline.strategy.profile import action_for_type
from deid_pipeline.strategy.rows import RuleRow
from deid_pipeline.strategy.selectors import Specificity, as_written, private_selector, specificity

TypeOf = Callable[[int], str | None]
"""The type (1, 1C, 2, 2C, 3) that an IOD gives a top-level tag, None when it does not have it."""

_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_PIXEL_GROUP, _COEFFICIENTS = 0x7FE0, 0x20  # (7fe0,0020) and behind: coefficients of a retired transform
_PIXEL_GROUPS, _OVERLAY_GROUPS = 0x7F, 0x60  # 7Fxx: variable pixel data, retired
_NO_PARENTS: tuple[int, ...] = ()
_ANYWHERE = (0,)
_CHARACTER_SET = 0x00080005
_NEEDED_CODES = frozenset({0x00080100, 0x00080104})  # a coded entry is none without its value and meaning (PS3.3 8.8)


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
    pixels: PixelRules
    ignore_vr: bool = True
    _by_class: dict[str, Rules] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def hash(self) -> str:
        """sha256 of everything that decides a result, 64 hex digits."""
        rows = [
            (row.pattern, row.vr, row.action.name, row.action.provenance(row.option), row.code) for row in self.rows
        ]
        parts = (rows, self.codes, self.temporal_information, self.unlisted, self.private, asdict(self.pixels))
        return hashlib.sha256(json.dumps((*parts, self.ignore_vr)).encode()).hexdigest()

    def rule(self, tag: int, vr: str, creator: str = "", parents: tuple[int, ...] = _NO_PARENTS) -> Rule:
        """The rule for an element whose IOD is not known; see :meth:`Rules.rule`."""
        return self.rules_for("", None).rule(tag, vr, creator, parents)

    def rules_for(self, sop_class_uid: str, type_of: TypeOf | None) -> Rules:
        """The rules for instances of one class; ``type_of`` resolves compound action codes (PS3.15 E.3.1)."""
        found = self._by_class.get(sop_class_uid)
        if found is None:
            found = self._by_class[sop_class_uid] = Rules(self, type_of)
        return found

    @cached_property
    def inserted(self) -> tuple[RuleRow, ...]:
        """Rows that also make an element which the source lacks, one for each tag."""
        rows = {row.pattern: row for row in self.rows if specificity(row.pattern) is Specificity.TAG}
        return tuple(row for row in rows.values() if row.action.inserts and '"' not in row.pattern)

    def describe(self) -> str:
        """The strategy in words, one line per choice and row."""
        head = [
            f"{self.name}: {self.description}",
            f"options: {', '.join(self.options) or 'none'}",
            f"elements no rule names: {self.unlisted}; private elements: {self.private}",
            f"pixels: {self.pixels.describe()}",
            f"hash: {self.hash}",
            "",
        ]
        effective = {row.pattern: row for row in self.rows}
        lines = (
            f"{as_written(row.pattern)} {row.vr or '--'} {row.action.name}"
            f"{' ' + row.option if row.option else ''}  [{row.origin}]"
            for row in sorted(effective.values(), key=lambda row: row.pattern)
        )
        return "\n".join([*head, *lines])

    @cached_property
    def _index(self) -> dict[Specificity, dict[str, RuleRow]]:
        """Rows by how narrow they are and by selector, later rows in the place of earlier ones."""
        index: dict[Specificity, dict[str, RuleRow]] = {kind: {} for kind in Specificity}
        for row in self.rows:
            kind = index[specificity(row.pattern)]
            kind.pop(row.pattern, None)  # so that the order of the dictionary is that of the last words
            kind[row.pattern] = row
        return index


class Rules:
    """A strategy's answers for the instances of one class, each decided once.

    ``known`` and ``known_inside`` gather answers by tag for the top level and for items of whatever sequence, each for
    one VR, and say which elements are copied (see ``dicom.decisions``).
    """

    def __init__(self, strategy: CompiledStrategy, type_of: TypeOf | None) -> None:
        self._strategy, self._type_of = strategy, type_of
        self._index = strategy._index
        self._answers: dict[tuple[int, str, str, tuple[int, ...]], Rule] = {}
        self.places = {int(path.rsplit(".", 1)[-1], 16) for path in self._index[Specificity.PATH] if '"' not in path}
        self.memory: object = None  # the compiled editor's
        self.known: dict[int, tuple[str, Rule, bool | Sound]] = {}
        self.known_inside: dict[int, tuple[str, Rule, bool | Sound]] = {}

    def rule(self, tag: int, vr: str, creator: str = "", parents: tuple[int, ...] = _NO_PARENTS) -> Rule:
        """The rule for an element.

        Parameters
        ----------
        tag
            ``(group << 16) | element``.
        vr
            Its VR; for UN the one of PS3.6, UN for private elements.
        creator
            Its private creator, empty for public elements.
        parents
            The tags of the sequences around it, the outermost first.
        """
        if parents and tag not in self.places:  # only a rule for a place tells one sequence from another
            parents = _ANYWHERE
        key = (tag, vr, creator, parents)
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._decide(tag, vr, creator, parents)
            if vr != "UN" and not _has_another_meaning(tag) and parents in (_NO_PARENTS, _ANYWHERE):
                is_kept = found.effect is Effect.KEEP and vr != "SQ" and tag != _CHARACTER_SET
                stays = is_kept and (found.sound or True)
                (self.known_inside if parents else self.known)[tag] = vr, found, stays
        return found

    def _decide(self, tag: int, vr: str, creator: str, parents: tuple[int, ...]) -> Rule:
        rule = self._chosen(tag, vr, creator, parents)
        needed = tag in _NEEDED_CODES if parents else self._type_of is not None and self._type_of(tag) == "1"
        return never_empty(rule, vr) if needed else rule

    def _chosen(self, tag: int, vr: str, creator: str, parents: tuple[int, ...]) -> Rule:
        if _is_unread(tag, nested=bool(parents)):
            return _deleted("pixels and overlays that nobody reads: in a sequence, or of a retired kind")
        place = ".".join(f"{one:08x}" for one in (*parents, tag))
        row = self._index[Specificity.PATH].get(place)
        if tag >> 16 & 1 and row is None:
            return self._private(tag, vr, creator)
        row = row or self._public_row(tag, vr)
        if row is not None:
            action = row.action
            if not self._strategy.ignore_vr and row.vr and vr not in (row.vr, "UN"):
                return _deleted(row.origin)
            if row.code and not parents and self._type_of is not None:
                action = action_for_type(row.code, row.vr or vr, self._type_of(tag))
            return self._bound(action, row.option, (vr, _dictionary_vr(tag)), row.origin)
        if _in_data_dictionary(tag):
            return self._kept(vr, _dictionary_vr(tag), "PS3.6, not listed in Table E.1-1", tag=tag)
        return self._unnamed(self._strategy.unlisted, vr, "unlisted elements")

    def _private(self, tag: int, vr: str, creator: str) -> Rule:
        """The rule for a private element; a row for the VR that it is written with is narrower than one for any."""
        rows, selector = self._index[Specificity.TAG], private_selector(tag >> 16, creator, tag)
        row = rows.get(selector + vr) or rows.get(selector) if creator else None
        if row is None:
            return self._unnamed(self._strategy.private, vr, "private elements")
        if self._strategy.codes:
            rule = private_rule(row.action, row.option, (vr, row.vr), (tag, creator), origin=row.origin)
            if rule is not None:
                return rule
        vr = row.vr if vr == "UN" and row.vr else vr
        return self._bound(row.action, row.option, (vr, row.vr), row.origin)

    def _public_row(self, tag: int, vr: str) -> RuleRow | None:
        """The narrowest row that speaks of a public tag wherever it stands, without the VR's default."""
        text, index = f"{tag:08x}", self._index
        row = index[Specificity.TAG].get(text) or _best(
            index[Specificity.REPEATING],
            lambda pattern: all(p in ("x", d) for p, d in zip(pattern, text, strict=True)),
            lambda pattern: sum(p != "x" for p in pattern),
        )
        if row is not None:
            return row
        if index[Specificity.KEYWORD] and (word := _keyword(tag)):
            row = _best(index[Specificity.KEYWORD], lambda glob: fnmatchcase(word, glob.removeprefix("keyword:")), len)
        row = row or _best(
            index[Specificity.GROUP], lambda prefix: text[:4].startswith(prefix.removeprefix("group:")), len
        )
        return row or index[Specificity.VR].get(f"vr:{vr}")

    def _unnamed(self, choice: str, vr: str, origin: str) -> Rule:
        return self._kept(vr, "", origin) if choice == "keep" else _deleted(origin)

    def _bound(self, action: Action, option: str, vrs: tuple[str, str], origin: str) -> Rule:
        """The rule of an action for the VR that came and the one that was meant."""
        vr, meant = vrs
        if action.name == "keep":
            return self._kept(vr, meant, origin)
        if action.name == "delete" or vr not in action.vrs:
            # A VR that PS3.6 does not give this tag, and that the action cannot rewrite: nothing of it is kept.
            return _deleted(origin)
        try:
            if action.name == "cleanCode" and vr in ("LO", "SH"):
                return Rule(Effect.KEEP, action.bind(option, vr=vr), action.name, origin, vr, sound_code(vr))
            return Rule(Effect.REWRITE, action.bind(option, vr=vr), action.name, origin, vr)
        except StrategyError:  # the option was checked for the row's VR and is illegal for the one that came
            return _deleted(origin)

    def _kept(self, vr: str, meant: str, origin: str, *, tag: int | None = None) -> Rule:
        """Keep, and under a profile, which claims that nothing identifying is left, only what may be there.

        ``tag`` is that of an element which no row names.
        """
        if not self._strategy.codes:
            return Rule(Effect.KEEP, mended_value(vr), "keep", origin, vr)
        other = action_for_stranger(vr, meant)
        if other is not None:
            return self._bound(other, "remove" if other.name == "cleanTag" else "", (vr, vr), origin)
        rewrite, sound = kept_text(vr, listed=tag is None, tag=tag or 0) or (mended_value(vr), sound_value(vr))
        return Rule(Effect.KEEP, rewrite, "keep", origin, vr, sound)


def _is_unread(tag: int, *, nested: bool) -> bool:
    """Whether a tag holds pixels that no stage looks at: inside sequences, and what groups 7Fxx once held."""
    group, number = tag >> 16, tag & 0xFFFF
    if group & 1:
        return False
    if group >> 8 == _PIXEL_GROUPS and (group != _PIXEL_GROUP or number >= _COEFFICIENTS):
        return True
    return nested and (tag in _PIXELS or group >> 8 == _OVERLAY_GROUPS)


def _has_another_meaning(tag: int) -> bool:
    """Whether the tag alone does not decide: those of private elements, and of group lengths, which go anyway."""
    return bool(tag >> 16 & 1) or tag & 0xFFFF == 0


def _best(rows: dict[str, RuleRow], fits: Callable[[str], bool], weight: Callable[[str], int]) -> RuleRow | None:
    """Of the rows that fit the heaviest, of equals the last."""
    # max() gives the first of equals: from the end, so that of rows equally specific the later one wins
    found = max((pattern for pattern in reversed(rows) if fits(pattern)), key=weight, default=None)
    return None if found is None else rows[found]


def _deleted(origin: str) -> Rule:
    action = action_named("delete")
    if action is None:
        raise KeyError("delete")
    return Rule(Effect.DELETE, action.bind("", vr="UN"), "delete", origin)


def _keyword(tag: int) -> str:
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag)


def _dictionary_vr(tag: int) -> str:
    """The VR of PS3.6, several as in ``US or SS``; empty where it has none."""
    from pydicom.datadict import dictionary_VR

    try:
        return dictionary_VR(tag)
    except KeyError:
        return ""


def _in_data_dictionary(tag: int) -> bool:
    """Whether PS3.6 has the very tag; the patterns of its retired repeating groups take in far too many."""
    from pydicom._dicom_dict import DicomDictionary

    return tag >> 16 > 0x0006 and tag in DicomDictionary
