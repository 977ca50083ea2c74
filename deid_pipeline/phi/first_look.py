"""What a text has that an identifier might be found by; the same for every header, so remembered by the text alone.

What belongs here: what the first look at a text needs to know of it. What does not: what a header has
(``header_traces``), finding (``header_words``, ``header_spellings`` and the other finders).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from deid_pipeline.phi.header_words import has_leads, humps, initials_at
from deid_pipeline.phi.text_dates import Said, said_days
from deid_pipeline.phi.text_tokens import Tokens

_REMEMBERED = 4096  # texts
_LONGEST = 1024  # characters; a longer text is looked through right away


class Look(NamedTuple):
    """A text of ASCII at first look.

    ``letters`` are its letters and digits, in small letters; ``bare`` the same without the zeros that its numbers begin
    with. ``words`` are its runs of letters and of digits, and their parts from capital to capital, ``initials`` what
    may be a person's by the word before. ``said`` is what it says that may be a day: nothing where there is no date.
    """

    tokens: Tokens
    letters: str
    bare: str
    words: frozenset[str]
    initials: tuple[str, ...]
    said: tuple[Said, ...]


def first_look(text: str) -> Look | None:
    """What a text has; None for one that must be looked through, as it is long or not plain ASCII."""
    return _look(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=_REMEMBERED)
def _look(text: str) -> Look | None:
    if "<" in text or not text.isascii():
        return None
    tokens = Tokens(text)
    words = set(tokens.words)
    for at, word in enumerate(() if tokens.upper or text.islower() else tokens.words):
        written = tokens.original(at)
        if not (written.islower() or written.isupper() or written.istitle()):
            words.update(word[left:right] for left, right in pairwise(humps(written)))
    letters = "".join(tokens.words)
    initials = [initials_at(tokens, at) for at in range(len(tokens))] if has_leads(tokens) else ()
    return Look(
        tokens,
        letters,
        "".join(word.lstrip("0") for word in tokens.words) if "0" in letters else letters,
        frozenset(words),
        tuple(found[0] for found in initials if found and len(found[0]) > 1),
        tuple(dict.fromkeys(said_days(tokens))),
    )
