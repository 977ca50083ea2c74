"""What a text has that an identifier might be found by; the same for every header, so remembered by the text alone.

What belongs here: what the first look at a text needs to know of it. What does not: what a header has
(``header_traces``), finding (``header_words``, ``header_spellings`` and the other finders).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from deid_pipeline.phi.header_words import humps, initials_at
from deid_pipeline.phi.text_dates import Said, find_dates, said_days
from deid_pipeline.phi.text_names import find_names
from deid_pipeline.phi.text_numbers import find_numbers, find_uids, has_id_label
from deid_pipeline.phi.text_places import find_places
from deid_pipeline.phi.text_tokens import Tokens

_REMEMBERED = 4096  # texts
_LONGEST = 1024  # characters; a longer text is looked through right away


class Look(NamedTuple):
    """A text of ASCII at first look.

    ``letters`` are its letters and digits, in small letters; ``bare`` the same without the zeros that its numbers begin
    with. ``words`` are its runs of letters and of digits, and their parts from capital to capital, ``initials`` what
    may be a person's by the word before. ``said`` is what it says that may be a day, ``dated`` whether that is a date
    in whosever header. ``labelled`` says whether a word may lead to a short id.
    """

    letters: str
    bare: str
    words: frozenset[str]
    initials: tuple[str, ...]
    said: tuple[Said, ...]
    dated: bool
    labelled: bool
    has_uids: bool


def first_look(text: str) -> Look | None:
    """What a text has; None for one that must be looked through, as it is long or not plain ASCII."""
    return None if len(text) > _LONGEST or "<" in text or not text.isascii() else _look(text)


@lru_cache(maxsize=_REMEMBERED)
def _look(text: str) -> Look:
    tokens = Tokens(text)
    words = set(tokens.words)
    for at, word in enumerate(tokens.words):
        written = tokens.original(at)
        if not (written.islower() or written.isupper() or written.istitle()):
            words.update(word[left:right] for left, right in pairwise(humps(written)))
    said = tuple(dict.fromkeys(said_days(tokens)))
    return Look(
        "".join(tokens.words),
        "".join(word.lstrip("0") for word in tokens.words),
        frozenset(words),
        tuple(found[0] for at in range(len(tokens)) if (found := initials_at(tokens, at)) and len(found[0]) > 1),
        said,
        dated=bool(said) and any(True for _ in find_dates(tokens, ())),
        labelled=has_id_label(text),
        has_uids=any(True for _ in find_uids(text)),
    )


@lru_cache(maxsize=_REMEMBERED)
def has_strangers(text: str, *, places: bool) -> bool:
    """Whether something is found in a text that identifies somebody whom no header names, places if they count."""
    tokens = Tokens(text)
    finders = [find_dates(tokens, ()), find_numbers(tokens), find_names(tokens)]
    return any(True for finder in (*finders, find_places(tokens) if places else ()) for _ in finder)
