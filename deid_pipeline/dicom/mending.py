"""Elements that are kept but cannot stay as they are: of odd length, or with a value that is none of their VR.

What belongs here: the mended form of one element. What does not: finding them (``editor``), the judgement of a value
(``strategy.keeping``).
"""

from __future__ import annotations

from deid_pipeline.actions import Effect, Rule
from deid_pipeline.dicom.encoding import element_header, pad
from deid_pipeline.dicom.structure import Element, Syntax

NO_DICOM_GROUPS = frozenset({0x0001, 0x0003, 0x0005, 0x0007, 0xFFFF})  # PS3.5 7.8: nobody may use them
_CLEANED = frozenset({"AE", "CS", "LO", "LT", "SH", "ST", "UC", "UR", "UT"})
_ORIGIN, _UNJUDGED = "PS3.5 6.2: no value of its VR", "a text that may name somebody"


def is_of_odd_length(element: Element) -> bool:
    """Whether an element needs a padding byte (PS3.5 7.1.1).

    Fragments have lengths of their own, and elements of groups that are none of DICOM's have no known form: both stay.
    """
    odd = bool((element.end - element.value) & 1)
    return odd and element.defined and element.tag >> 16 not in NO_DICOM_GROUPS


def padded(element: Element, vr: str, syntax: Syntax) -> list[bytes | tuple[int, int]]:
    """The element as segments with the padding byte of its VR (PS3.5 6.2); its value is copied from the source."""
    head = element_header(element.tag, element.vr, element.end - element.value + 1, syntax)
    return [head, (element.value, element.end), pad(b"x", vr)[1:]]


def rule_for_unsound(rule: Rule, vr: str) -> Rule:
    """The rule that takes the place of ``rule``, which keeps, for a value that may not stay."""
    if rule.action != "keep":  # it keeps what is sound, and has its own way with the rest
        return Rule(Effect.REWRITE, rule.rewrite, rule.action, rule.origin, vr)
    if vr in _CLEANED:
        return Rule(Effect.REWRITE, rule.rewrite, "cleanTag", f"{_UNJUDGED}; {rule.origin}", vr)
    return Rule(Effect.REWRITE, rule.rewrite, "remove", f"{_ORIGIN}; {rule.origin}", vr)
