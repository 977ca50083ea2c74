"""The word lists of ``words.toml``.

What belongs here: reading the lists once. What does not: the words (``words.toml``), what is done with them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def word_list(name: str) -> frozenset[str]:
    """One of the plain lists of the file."""
    return frozenset(_lists()[name])


@cache
def months() -> tuple[str, ...]:
    """English names of the months in their order, in lower case."""
    return tuple(_lists()["months"])


@cache
def labels() -> Mapping[str, str]:
    """Field labels in lower case to the entity of the value beside them; empty for values that identify nobody."""
    found = {label: entity for entity, names in _lists()["labels"].items() for label in names}
    return found | dict.fromkeys(_lists()["other_labels"]["words"], "")


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
