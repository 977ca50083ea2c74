"""Which elements of a data set are not merely copied, and by which rule.

What belongs here: asking for the rule of each element, and not asking where the answer is known. What does not: rules
(``strategy``), carrying them out (``editor``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from deid_pipeline.actions import Effect, Rule
from deid_pipeline.dicom.paths import PathNamer
from deid_pipeline.dicom.structure import PRIVATE, Element, dictionary_vr
from deid_pipeline.dicom.values import element_bytes

if TYPE_CHECKING:
    from deid_pipeline.dicom.file import Content

CHARACTER_SET = 0x00080005
KEPT_CREATOR = Rule(Effect.KEEP, lambda value: value.raw, "keep", "PS3.5 7.8.1", "LO")

Stays = bool | Callable[[bytes], object]
"""Whether an element of even length is copied: never, whatever it holds, or if this is true of its value field."""

Known = Mapping[int, tuple[str, Rule, Stays]]
"""What is known of public elements, by tag: a VR, the rule for it, and whether it is copied.

Never in it: what is written as UN, group lengths, and, as copied, sequences and the character set.
"""

_NOTHING: Known = MappingProxyType({})


class RuleLookup(Protocol):
    """Who gives the rule for an element: its tag and VR, its private creator, the sequences around it."""

    def __call__(self, tag: int, vr: str, creator: str = "", parents: tuple[int, ...] = (), /) -> Rule:
        """The rule for one element; ``parents`` are sequence tags, the outermost first."""


class RuleSource(Protocol):
    """Rules, and what is known of them without asking: at the top level, and inside whatever sequence."""

    @property
    def known(self) -> Known: ...  # noqa: D102

    @property
    def known_inside(self) -> Known: ...  # noqa: D102

    @property
    def rule(self) -> RuleLookup: ...  # noqa: D102


class AskedAlways(NamedTuple):
    """A lookup that is asked about every element."""

    rule: RuleLookup
    known: Known = _NOTHING
    known_inside: Known = _NOTHING


class Decision(NamedTuple):
    """An element to look at, the rule for it, and its private creator. No rule: it goes, as all of its kind do."""

    start: int  # the element's, bytes
    element: Element
    rule: Rule | None
    creator: str


def decide(
    buffer: Content, elements: Sequence[Element], rules: RuleSource, parents: tuple[int, ...] = ()
) -> list[Decision]:
    """All elements of one data set that are not merely copied, in their order; the character set is one of them.

    Parameters
    ----------
    parents
        The tags of the sequences around the data set, the outermost first.
    """
    known = (rules.known_inside if parents else rules.known).get
    rule_for, make = rules.rule, tuple.__new__  # Decision(...) itself would take as long as all the rest
    namer: PathNamer | None = None
    kept_blocks: set[int] = set()
    decisions: list[Decision] = []
    for element in elements:
        tag = element[0]
        found = known(tag)
        if found is not None and found[0] == element[1]:
            _, rule, stays = found
            value, end = element[3], element[4]
            if not stays or (end - value) & 1 or not (stays is True or stays(buffer[value:end])):
                decisions.append(make(Decision, (element[2], element, rule, "")))
            continue  # as with nearly all of them
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
            one._replace(rule=KEPT_CREATOR) if one.element.tag in kept_blocks else one
            for one in decisions
            if one.element.tag not in kept_blocks or _is_odd(one.element)
        ]
    return decisions


def _is_merely_copied(buffer: Content, element: Element, rule: Rule) -> bool:
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
