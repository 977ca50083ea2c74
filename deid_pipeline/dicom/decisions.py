"""Which elements of a data set are not merely copied, and by which rule.

What belongs here: asking for the rule of each element, and not asking where the answer is known. What does not: rules
(``strategy``), carrying them out (``editor``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from deid_pipeline.actions import Effect, Rule
from deid_pipeline.dicom.paths import PathNamer
from deid_pipeline.dicom.structure import PRIVATE, Buffer, Element, dictionary_vr
from deid_pipeline.dicom.values import element_bytes

CHARACTER_SET = 0x00080005
Copied = tuple[str, Callable[[bytes], object] | None]
"""A VR, and what says of a value field whether it may stay."""

_NONE_KNOWN: Mapping[int, Copied] = MappingProxyType({})
_KEPT_CREATOR = Rule(Effect.KEEP, lambda value: value.raw, "keep", "PS3.5 7.8.1", "LO")


class RuleLookup(Protocol):
    """Who gives the rule for an element: its tag and VR, its private creator, the sequences around it."""

    def __call__(self, tag: int, vr: str, creator: str = "", parents: tuple[int, ...] = (), /) -> Rule:
        """The rule for one element; ``parents`` are sequence tags, the outermost first."""


class RuleSource(Protocol):
    """Rules, and the elements that need none looked up because they are copied anyway, as nearly all are.

    ``copied`` has, by tag, the VRs of public top-level elements that a rule keeps, and what judges their values (None:
    all may stay); ``copied_inside`` those of elements of items, whatever sequence these belong to. Never in them: SQ,
    UN, group lengths, the character set.
    """

    @property
    def copied(self) -> Mapping[int, Copied]: ...  # noqa: D102

    @property
    def copied_inside(self) -> Mapping[int, Copied]: ...  # noqa: D102

    @property
    def rule(self) -> RuleLookup: ...  # noqa: D102


class AskedAlways(NamedTuple):
    """A lookup that is asked about every element."""

    rule: RuleLookup
    copied: Mapping[int, Copied] = _NONE_KNOWN
    copied_inside: Mapping[int, Copied] = _NONE_KNOWN


class Decision(NamedTuple):
    """An element to look at, the rule for it, and its private creator. No rule: it goes, as all of its kind do."""

    start: int  # the element's, bytes
    element: Element
    rule: Rule | None
    creator: str


def decide(
    buffer: Buffer, elements: Sequence[Element], rules: RuleSource, parents: tuple[int, ...] = ()
) -> list[Decision]:
    """All elements of one data set that are not merely copied, in their order; the character set is one of them.

    Parameters
    ----------
    parents
        The tags of the sequences around the data set, the outermost first.
    """
    copied = (rules.copied_inside if parents else rules.copied).get
    rule_for = rules.rule
    namer: PathNamer | None = None
    kept_blocks: set[int] = set()
    decisions: list[Decision] = []
    for element in elements:
        tag, vr, _, value, end = element[:5]
        known = copied(tag)
        if known is not None and known[0] == vr and not (end - value) & 1:  # as with nearly all of them
            sound = known[1]
            if sound is None or sound(bytes(buffer[value:end])):
                continue
        creator = ""
        if tag & PRIVATE:
            namer = namer or PathNamer(buffer, "")
            creator = namer.creator(element)
        if tag & 0xFFFF == 0:  # group lengths are retired (PS3.5 7.2) and would not hold any more
            decisions.append(Decision(element.start, element, None, ""))
            continue
        rule = rule_for(tag, real_vr(element), creator, parents)
        if creator and rule.effect is not Effect.DELETE:
            kept_blocks.add(tag & 0xFFFF0000 | (tag & 0xFFFF) >> 8)
        if not _is_merely_copied(buffer, element, rule):
            decisions.append(Decision(element.start, element, rule, creator))
    if kept_blocks:  # the creator (gggg,00bb) of a private block of which something stays does so too (PS3.5 7.8.1)
        return [
            one._replace(rule=_KEPT_CREATOR) if one.element.tag in kept_blocks else one
            for one in decisions
            if one.element.tag not in kept_blocks or _is_odd(one.element)
        ]
    return decisions


def _is_merely_copied(buffer: Buffer, element: Element, rule: Rule) -> bool:
    """Whether nothing is done to an element but copying it."""
    if rule.effect is not Effect.KEEP or element.items is not None or rule.vr == "SQ" or element.tag == CHARACTER_SET:
        return False
    return not _is_odd(element) and (rule.sound is None or bool(rule.sound(element_bytes(buffer, element))))


def _is_odd(element: Element) -> bool:
    return bool((element.end - element.value) & 1)


def real_vr(element: Element) -> str:
    """The VR that decides the rule: what an element written as UN really is, as far as PS3.6 says."""
    if element.items is not None:
        return "SQ"
    return dictionary_vr(element.tag) if element.vr == "UN" else element.vr
