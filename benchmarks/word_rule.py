"""The text rule of the MIDI-B validator: when a wanted text counts as kept in a value, and when as gone.

What belongs here: words as NLTK's ``word_tokenize`` gives them, written anew, and comparing. What does not: which texts
are wanted (``header_key``).
"""

from __future__ import annotations

import re
import string

# English words that carry nothing, as NLTK lists them.
STOP_WORDS = frozenset(
    "i me my myself we our ours ourselves you you're you've you'll you'd your yours yourself yourselves he him his"
    " himself she she's her hers herself it it's its itself they them their theirs themselves what which who whom this"
    " that that'll these those am is are was were be been being have has had having do does did doing a an the and but"
    " if or because as until while of at by for with about against between into through during before after above"
    " below to from up down in out on off over under again further then once here there when where why how all any"
    " both each few more most other some such no nor not only own same so than too very s t can will just don don't"
    " should should've now d ll m o re ve y ain aren aren't couldn couldn't didn didn't doesn doesn't hadn hadn't hasn"
    " hasn't haven haven't isn isn't ma mightn mightn't mustn mustn't needn needn't shan shan't shouldn shouldn't wasn"
    " wasn't weren weren't won won't wouldn wouldn't".split()
)
_PUNCTUATION = frozenset(string.punctuation) | {"``", "''", "--", "..."}
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Za-z0-9])")

# The steps of the Penn Treebank tokenizer, in their order.
_STEPS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r'^"', "``"),
        (r"(``)", r" \1 "),
        (r"([ (\[{<])(\"|'{2})", r"\1 `` "),
        (r"([^.])(\.)([\]\)}>\"' ]*)\s*$", r"\1 \2 \3 "),
        (r"([:,])([^\d])", r" \1 \2"),
        (r"([:,])$", r" \1 "),
        (r"\.{2,}", r" ... "),
        (r"[;@#$%&]", r" \g<0> "),
        (r"[?!]", r" \g<0> "),
        (r"([^'])' ", r"\1 ' "),
        (r"[*]", r" \g<0> "),
        (r"[\]\[(){}<>]", r" \g<0> "),
        (r"--", r" -- "),
    )
)
_QUOTES = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"''", " '' "),
        (r'"', " '' "),
        (r"([^' ])('[sS]|'[mM]|'[dD]|') ", r"\1 \2 "),
        (r"([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", r"\1 \2 "),
    )
)
_CONTRACTIONS = re.compile(r"\b(can)(not)\b|\b(gim)(me)\b|\b(gon)(na)\b|\b(got)(ta)\b|\b(lem)(me)\b|\b(wan)(na)\s")


def tokens(text: str) -> list[str]:
    """The words of a text, in lower case, without stop words and punctuation."""
    words = []
    for sentence in _SENTENCE_END.split(text.lower()):
        padded = sentence
        for pattern, by in _STEPS:
            padded = pattern.sub(by, padded)
        padded = f" {padded} "
        for pattern, by in _QUOTES:
            padded = pattern.sub(by, padded)
        padded = _CONTRACTIONS.sub(lambda found: " ".join(part for part in found.groups() if part), padded)
        words += padded.split()
    return [word for word in words if word not in STOP_WORDS and word not in _PUNCTUATION]


def plain(value: str) -> str:
    """A value as it is compared: lower case, without the angle brackets around it."""
    return value.lower().replace("<", "").replace(">", "")


def share_present(wanted: str, value: str) -> float | None:
    """The share of a wanted text that a value holds, 0 to 1; None when the wanted text has no words.

    Two numbers are compared as numbers, then the whole text is looked for, then each of its words as a part of the
    value.
    """
    wanted, value = plain(wanted), plain(value)
    if _is_number(wanted) and _is_number(value):
        return 1.0 if float(wanted) == float(value) else 0.0
    if wanted and wanted in value:
        return 1.0
    words = tokens(wanted)
    return sum(word in value for word in words) / len(words) if words else None


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
