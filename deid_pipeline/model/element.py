"""Header elements as table rows: named tuples, as a file has hundreds and a dataclass is made five times as slowly."""

from __future__ import annotations

from typing import NamedTuple


class ElementRow(NamedTuple):
    """A row of the vault's table ``elements``: one data element at any depth.

    ``tag_path`` is ``(gggg,eeee)`` joined by ``[i].`` for items; a private element is written
    ``(gggg,"CREATOR",ee)``. ``value`` is the decoded text, values joined by a backslash; empty for sequences, bulk
    data and binary values.
    """

    partition_key: str
    source_path: str
    tag_path: str
    tag: str  # "ggggeeee", lower-case hex
    vr: str
    keyword: str
    private_creator: str
    value: str


class ElementChange(NamedTuple):
    """A row of the vault's table ``element_changes``: what was done to one element and by which rule.

    ``new_value`` is the element's new text, None when the element is gone.
    """

    partition_key: str
    source_path: str
    tag_path: str
    action: str
    rule: str
    new_value: str | None = None
