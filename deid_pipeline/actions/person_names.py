"""Person names: who is meant, whatever the spelling, and an invented name in the source's form.

What belongs here: the key of a person, the form of a PN value (PS3.5 6.2.1). What does not: the rule and its options.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from deid_pipeline.actions.alphabets import alphabet_of, written_in
from deid_pipeline.actions.protocol import encode_text

_GROUPS, _COMPONENTS = 3, 5
_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_TITLES = frozenset("dr md mr mrs ms phd prof".split())


@lru_cache(maxsize=4096)
def person_key(name: str) -> str:
    """What all spellings of a person's name have in common: its words without case, accents, titles and order.

    ``Doe^Jane``, ``DOE, JANE``, ``Jane Doe`` and ``doe^jane^^Dr`` are one person; a middle name makes another one.
    """
    group = next((group for group in name.split("=") if _WORD.search(group)), name)
    group = "^".join(group.split("^")[:3])
    folded = group.lower() if group.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", group)).casefold()
    words = _WORD.findall(folded)
    return " ".join(sorted(word for word in words if word not in _TITLES) or sorted(words)) or name.strip().casefold()


def renamed(source: str, invented: str, middle: Callable[[], str], *, encodings: Sequence[str]) -> bytes:
    """One PN value with another name: as many groups and components, each group in its alphabet where that can be.

    Parameters
    ----------
    source
        The value that is replaced.
    invented
        ``Family^Given`` in Latin letters.
    middle
        Gives a middle name, asked where the source has one.
    encodings
        Of the element; a group that they cannot carry is written in Latin letters.
    """
    has_middle = source.count("^") > 1 and any(group.count("^") > 1 for group in source.split("=")[:_GROUPS])
    return _renamed(source, invented, middle() if has_middle else "", tuple(encodings))


@lru_cache(maxsize=4096)  # the instances of a series name the same persons
def _renamed(source: str, invented: str, middle: str, encodings: tuple[str, ...]) -> bytes:
    family, _, given = invented.partition("^")
    groups = source.split("=")[:_GROUPS]
    return b"=".join(_group(group, (family, given, middle), encodings) for group in groups)


def _group(source: str, names: tuple[str, str, str], encodings: Sequence[str]) -> bytes:
    family, given, middle = names
    if not source.strip("^ "):
        return b"^" * min(source.count("^"), _COMPONENTS - 1)
    alphabet = alphabet_of(source)
    if alphabet != "LATIN":
        family, given = written_in(alphabet, family, given)
        middle = written_in(alphabet, "", middle)[1]
    raw = encode_text(_form(source, (family, given, middle)), encodings)
    return _form(source, names).encode("ascii") if raw is None else raw


def _form(source: str, names: tuple[str, str, str]) -> str:
    """Names in the components that the source has, without prefix and suffix; several words in one become two."""
    components = source.split("^")[:_COMPONENTS]
    if len(components) == 1:
        return "^".join(names[:2]) if len(_WORD.findall(source)) > 1 else names[0]
    parts = (*names, "", "")
    return "^".join(part if held.strip() else "" for held, part in zip(components, parts, strict=False))
