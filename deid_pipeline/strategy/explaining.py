"""What a strategy does to one element, and why, in words.

What belongs here: answers for people. What does not: deciding (``compiled``).
"""

from __future__ import annotations

from deid_pipeline.actions import action_named
from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy.compiled import CompiledStrategy, TypeOf
from deid_pipeline.strategy.rows import RuleRow, dictionary_vr
from deid_pipeline.strategy.selectors import as_written, canonical, specificity


def explain(
    strategy: CompiledStrategy, tag: str, *, vr: str = "", sop_class_uid: str = "", type_of: TypeOf | None = None
) -> str:
    """Say what a strategy does to an element and which rows it chose from.

    Parameters
    ----------
    tag
        ``(gggg,eeee)``, ``(gggg,"CREATOR",ee)``, a place such as ``(0040,0275).(0032,1060)``, or a keyword of PS3.6.
    vr
        The element's VR; PS3.6's when it is not given.
    sop_class_uid, type_of
        The class whose attribute types resolve compound codes; without them the most conforming choice is shown.

    Raises
    ------
    StrategyError
        ``tag`` is neither a tag nor a keyword.
    """
    selector = canonical(_tag_of_keyword(tag), "")
    *parents, last = [selector] if '"' in selector else selector.split(".")
    group, creator, element = last.split('"') if '"' in last else (last[:4], "", last[4:])
    if "x" in last or ":" in last:
        raise StrategyError("explain takes one element, not a pattern")
    element, written = (element[:2], element[2:]) if creator else (element, "")
    number = int(group, 16) << 16 | (0x1000 if creator else 0) | int(element, 16)
    vr = vr or written or dictionary_vr(selector) or "UN"
    rules = strategy.rules_for(sop_class_uid, type_of)
    rule = rules.rule(number, vr, creator, tuple(int(parent, 16) for parent in parents))
    rows = _rows_for(strategy, selector, (last.removesuffix(written), last.removesuffix(written) + vr))
    action = action_named(rule.action)
    option = next((row.option for row in reversed(rows) if row.action.name == rule.action), "")
    lines = [
        f"{as_written(selector)} {vr} under {strategy.name}: {rule.action}",
        f"  {action.describe(option) if action else ''}",
        f"  because of {rule.origin}",
    ]
    others = [row for row in rows if row.origin != rule.origin]
    lines += [f"  overruled: {row.action.name} {row.option}".rstrip() + f"  [{row.origin}]" for row in others]
    return "\n".join(lines)


def _rows_for(strategy: CompiledStrategy, selector: str, tags: tuple[str, str]) -> list[RuleRow]:
    """All rows that name the very place or the very tag, of a private element with its VR; the narrower ones last."""
    found = [row for row in strategy.rows if row.pattern in (selector, *tags)]
    return sorted(found, key=lambda row: specificity(row.pattern))


def _tag_of_keyword(text: str) -> str:
    from pydicom.datadict import tag_for_keyword

    number = tag_for_keyword(text) if text.isidentifier() else None
    return text if number is None else f"({number >> 16:04x},{number & 0xFFFF:04x})"
