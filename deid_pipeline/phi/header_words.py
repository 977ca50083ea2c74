"""Header identifiers in a text: names by their parts and initials, ids however they are cut, places.

What belongs here: walking a text with a ``HeaderIndex``. What does not: people and places that no header names
(``text_names``, ``text_places``), dates (``text_dates``).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi.header_index import HeaderIndex
from deid_pipeline.phi.ordinary import LONGEST_MEASURED
from deid_pipeline.phi.text_numbers import id_label_before, measures
from deid_pipeline.phi.text_tokens import Found, Tokens, forms
from deid_pipeline.phi.text_words import NAMELIKE, Flag

_ID_SEPARATORS = frozenset(["", "-", ".", "/", " ", "_", ":", "#", ", ", " - ", "- ", " -", "  "])
_PLACE_TAIL = Flag.GENERIC_PLACE | Flag.ORGANISATION | Flag.CONNECTING
_NAME_LEAD = Flag.TITLE | Flag.PERSON | Flag.SURE_LEAD
_ROLES = frozenset(
    {"referring", "ordering", "requesting", "reading", "consulting", "admitting", "last", "first"}
)  # with a sign
_WAYS = frozenset({"for", "by", "per", "of"})


def find_header(tokens: Tokens, index: HeaderIndex) -> Iterator[Found]:
    """Everything of the header that stands in a text, dates excepted."""
    words = tokens.words
    if index.names:
        yield from _names(tokens, index)
    if index.wide and not tokens.text.isascii():
        yield from _wide(tokens.text.casefold(), index)
    if index.ids:
        starts = index.id_starts
        for at, word in enumerate(words):
            if word[:2] in starts or word[0] == "0":
                yield from _id(tokens, at, index)
    if index.places or index.place_words:
        for at, word in enumerate(words):
            if word in index.places or word in index.place_words:
                yield from _place(tokens, at, index)


def _names(tokens: Tokens, index: HeaderIndex) -> Iterator[Found]:
    get = index.names.get
    if tokens.text.isascii():
        owners: list[frozenset[str] | set[str]] = [get(word, _NOBODY) for word in tokens.words]
    else:
        owners = [get(word) or _owners(tokens, at, index) for at, word in enumerate(tokens.words)]
    at = 0
    while at < len(tokens):
        word = tokens.words[at]
        if word in index.joined:
            yield Found(tokens.starts[at], tokens.end_of_name(at), IdentifierKind.NAME, index.joined[word])
        elif owners[at]:
            first, last = _name_run(tokens, at, owners, index)
            if _identifies(tokens, first, last, owners, index):
                original = min(owners[at])
                first = _with_stranger(tokens, first)
                yield Found(tokens.starts[first], tokens.end_of_name(last), IdentifierKind.NAME, original)
            at = max(at, last)
        elif len(word) < SHORT:
            yield from _monogram(tokens, at, index)
        elif len(word) > SHORT and not word.isdecimal():
            yield from _inside(tokens, at, index)
        at += 1


def initials_at(tokens: Tokens, at: int) -> tuple[str, int] | None:
    """Letters in capitals that may be a person's initials by the word before them, and the last token of them."""
    if not at or len(tokens.words[at]) >= SHORT or not tokens.follows(at - 1):
        return None
    if not tokens.flags[at - 1] & _NAME_LEAD and tokens.words[at - 1] != "for":
        return None
    last, letters = at, tokens.words[at]
    while len(letters) < 3 and len(tokens.words[last]) == 1 and last + 1 < len(tokens) and tokens.near(last):
        if len(tokens.words[last + 1]) > 1 or tokens.gap(last) == "_":
            break
        last += 1
        letters += tokens.words[last]
    written = tokens.text[tokens.starts[at] : tokens.ends[last]]
    if written != written.upper() or (last == at and tokens.flags[at] & _PLAIN):
        return None
    return letters, last


def _monogram(tokens: Tokens, at: int, index: HeaderIndex) -> Iterator[Found]:
    """Initials of a name behind a lead, in capitals: ``for DD``, ``pt D.D.``."""
    found = initials_at(tokens, at)
    if found is not None and found[0] in index.monograms:
        letters, last = found
        yield Found(tokens.starts[at], tokens.ends[last], IdentifierKind.NAME, index.monograms[letters])


SHORT = 4
_LONGEST_SHORT_FORM = 10  # letters of what somebody may be called
_SHORTEST_AMID = 6  # letters from which a name counts also amid a word
_PLAIN = Flag.SAFE | Flag.VOCABULARY
_NOBODY: frozenset[str] = frozenset()


def _owners(tokens: Tokens, at: int, index: HeaderIndex) -> frozenset[str] | set[str]:
    """Names of the header that have this word with its umlauts written out."""
    found = None
    if not tokens.original(at).isascii():
        for form in forms(tokens.original(at)):
            found = found or index.names.get(form)
    return found or _NOBODY


def _name_run(tokens: Tokens, at: int, owners: list[frozenset[str] | set[str]], index: HeaderIndex) -> tuple[int, int]:
    """First and last token of a name: parts of one name side by side, with its initials and particles."""
    names = owners[at]
    last = look = at
    while look + 1 < len(tokens) and tokens.near(look):
        look += 1
        if owners[look] & names:
            names = owners[look] & names
            last = look
        elif not (tokens.flags[look] & Flag.PARTICLE or (len(tokens.words[look]) == 1 and tokens.is_word(look))):
            break
        elif look == last + 1 and _is_initial(tokens, look, names, index):
            last = look
        elif look > last + 3:
            break
    first = at
    while first > 0 and tokens.near(first - 1) and _is_initial(tokens, first - 1, names, index):
        if tokens.text[tokens.starts[first - 1] - 1 : tokens.starts[first - 1]].isdecimal():
            break  # of a number: ``3V``
        first -= 1
    if first == at > 0 and tokens.gap(at - 1) == " " and _is_short_form(tokens, at - 1):
        first -= 1
    if last > at and last + 1 < len(tokens) and tokens.near(last) and len(tokens.words[last + 1]) == 1:
        behind = tokens.text[tokens.ends[last + 1] : tokens.ends[last + 1] + 1]
        if tokens.is_word(last + 1) and (behind == "." or tokens.gap(last) == "^"):
            last += 1
    return first, last


def _with_stranger(tokens: Tokens, first: int) -> int:
    """The first token of a name, over a word before it that no list knows: ``Bart Quillfeather`` for Bartholomew."""
    at = first - 1
    if at < 0 or tokens.gap(at) != " " or not tokens.is_word(at) or not tokens.capitalised(at) or tokens.upper:
        return first
    written = tokens.original(at)
    if tokens.flags[at] & ~NAMELIKE or not 3 <= len(written) <= _LONGEST_SHORT_FORM or not written.istitle():
        return first
    if not tokens.capitalised(first) or tokens.flags[first] & Flag.PARTICLE:
        return first
    return at if tokens.text[tokens.starts[at] - 1 : tokens.starts[at]] in ("", " ", "(", "\t") else first


def _is_short_form(tokens: Tokens, at: int) -> bool:
    """Whether a word may be what people call somebody whose header has the long form: ``Doug``, ``Meg``."""
    known = tokens.flags[at]
    given = known & (Flag.GIVEN | Flag.GIVEN_UNSURE) and not known & (Flag.SAFE | Flag.MONTH | Flag.UNIT)
    return bool(given) and tokens.capitalised(at) and len(tokens.words[at]) > 2


def _is_initial(tokens: Tokens, at: int, names: frozenset[str] | set[str], index: HeaderIndex) -> bool:
    word = tokens.words[at]
    if len(word) != 1 or word.isdecimal() or not tokens.capitalised(at):
        return False
    return any(word in index.initials[name] for name in names)


def _identifies(
    tokens: Tokens, first: int, last: int, owners: list[frozenset[str] | set[str]], index: HeaderIndex
) -> bool:
    """Whether a run of a name's words is one: a word that means nothing else, two parts, or a context."""
    parts = [at for at in range(first, last + 1) if owners[at]]
    if any(_is_strong(tokens, at, index) for at in parts):
        return True
    if len({tokens.words[at] for at in parts}) > 1 or last - first + 1 > len(parts):
        return True
    if any(_is_eponym(tokens, at) for at in parts):
        return False
    if len(tokens.words[last]) > 1 and tokens.end_of_name(last) > tokens.ends[last] and tokens.capitalised(last):
        return not tokens.flags[last] & Flag.ANATOMY  # somebody's
    if first == 0 and last == len(tokens) - 1 and len(tokens.words[at := parts[0]]) > 2:
        return tokens.capitalised(at) and not tokens.flags[at] & Flag.ANATOMY  # the whole value
    if _is_long_number(tokens, first - 1, gap=first - 1) or _is_long_number(tokens, last + 1, gap=last):
        return True
    return _behind_lead(tokens, first, last)


def _is_strong(tokens: Tokens, at: int, index: HeaderIndex) -> bool:
    word = tokens.words[at]
    if word not in index.strong and (tokens.original(at).isascii() or not forms(tokens.original(at)) & index.strong):
        return False
    return not _is_eponym(tokens, at)


def _is_eponym(tokens: Tokens, at: int) -> bool:
    """Whether a name names a thing: ``Baker cyst``, ``pouch of Douglas``."""
    if not tokens.flags[at] & Flag.EPONYM:
        return False
    after = at + 1 < len(tokens) and tokens.near(at) and tokens.flags[at + 1] & Flag.EPONYM_NOUN
    before = at > 1 and tokens.words[at - 1] == "of" and tokens.flags[at - 2] & Flag.EPONYM_NOUN
    return bool(after or before)


def _is_long_number(tokens: Tokens, at: int, *, gap: int) -> bool:
    """Whether a token is an id or a day in digits, beside which even a common word is a name."""
    if not 0 <= at < len(tokens) or not tokens.near(gap):
        return False
    return len(tokens.words[at]) >= 6 and tokens.words[at].isdecimal()


def _behind_lead(tokens: Tokens, first: int, last: int) -> bool:
    """Whether a word before says that a name follows; ``of`` says so of what is no anatomy."""
    if first == 0 or not tokens.follows(first - 1):
        return False
    word, known = tokens.words[first - 1], tokens.flags[first - 1]
    if word == "of":
        return not any(tokens.flags[at] & Flag.ANATOMY for at in range(first, last + 1))
    if word in ("mr", "ms", "mrs", "dr") and tokens.original(first - 1).isupper() and "." not in tokens.gap(first - 1):
        return not tokens.flags[first] & Flag.ANATOMY  # modalities: MR HEAD, DR HAND
    if word in _WAYS:
        named = tokens.capitalised(first) and not tokens.flags[first] & Flag.ANATOMY
        return named or last == len(tokens) - 1
    return bool(known & _NAME_LEAD) or (word in _ROLES and tokens.signed(first - 1))


def _inside(tokens: Tokens, at: int, index: HeaderIndex) -> Iterator[Found]:
    """A name inside a longer word which is no word: ``forDouglas``, ``DavidsonChest``."""
    word, known = tokens.words[at], tokens.flags[at]
    start, written = tokens.starts[at], tokens.original(at)
    if known & (Flag.SAFE | Flag.VOCABULARY) or len(written) != len(word):
        return
    for part in index.inside:
        if len(part) < len(word):
            owner = index.joined.get(part) or min(index.names[part])
            place = word.find(part)
            if place > 0 and len(part) < _SHORTEST_AMID and not word.endswith(part):
                continue
            while place >= 0:
                end = place + len(part)
                end += word[end:] == "s"  # several of them
                yield Found(start + place, start + end, IdentifierKind.NAME, owner)
                place = word.find(part, place + 1)
    if not (written.islower() or written.isupper() or written.istitle()):
        yield from _humps(word, written, start, index)


def _humps(word: str, written: str, start: int, index: HeaderIndex) -> Iterator[Found]:
    """Parts of ``ChestHill``, cut where a capital follows a small letter."""
    for left, right in pairwise(humps(written)):
        if word[left:right] in index.strong:
            owner = min(index.names[word[left:right]])
            yield Found(start + left, start + right, IdentifierKind.NAME, owner)


def humps(written: str) -> list[int]:
    """Where the parts of ``ChestHill`` begin, at capitals behind small letters, and the end."""
    inside = (at for at in range(1, len(written)) if written[at].isupper() and written[at - 1].islower())
    return [0, *inside, len(written)]


def _wide(folded: str, index: HeaderIndex) -> Iterator[Found]:
    """Values in scripts without blanks between words."""
    for form, (kind, value) in index.wide.items():
        at = folded.find(form)
        while at >= 0:
            yield Found(at, at + len(form), kind, value)
            at = folded.find(form, at + 1)


def _id(tokens: Tokens, at: int, index: HeaderIndex) -> Iterator[Found]:
    """The longest id that starts at a token, cut by separators or not, with leading zeros or not."""
    raw = stripped = ""
    found: tuple[int, str, int] | None = None
    for last in range(at, min(at + 8, len(tokens))):
        if last > at and tokens.text[tokens.ends[last - 1] : tokens.starts[last]] not in _ID_SEPARATORS:
            break
        word = tokens.words[last]
        raw = (raw + word).lstrip("0")
        stripped += word.lstrip("0")
        if len(stripped) > index.longest_id:
            break
        entry = index.ids.get(raw) or index.ids.get(stripped)
        if entry is None:
            continue
        written = sum(tokens.ends[one] - tokens.starts[one] for one in range(at, last + 1))
        if written >= entry[1] or id_label_before(tokens.text, tokens.starts[at]):
            found = last, entry[0], len(raw)
    if found is None:
        return
    last, value, length = found
    if length <= LONGEST_MEASURED and last == at and measures(tokens, at):
        return
    start = tokens.starts[at]
    while start > 0 and tokens.text[start - 1] == "0":
        start -= 1
    yield Found(start, tokens.ends[last], IdentifierKind.ID, value)


def _place(tokens: Tokens, at: int, index: HeaderIndex) -> Iterator[Found]:
    length, value = 0, ""
    for sequence, whole in index.places.get(tokens.words[at], ()):
        same = tuple(tokens.words[at : at + len(sequence)]) == sequence
        if len(sequence) > length and same and _unbroken(tokens, at, at + len(sequence) - 1):
            length, value = len(sequence), whole
    if not length and tokens.words[at] in index.place_words:
        length, value = 1, index.place_words[tokens.words[at]]
    if not length:
        return
    last = at + length - 1
    look = last
    while look + 1 < len(tokens) and tokens.gap(look) == " " and tokens.flags[look + 1] & _PLACE_TAIL:
        look += 1
        if tokens.flags[look] & Flag.ORGANISATION:
            last = look
    rest = set(value.casefold().split())
    most = min(len(tokens), at + len(rest))
    while last + 1 < most and tokens.gap(last) == " " and tokens.words[last + 1] in rest:
        last += 1
    yield Found(tokens.starts[at], tokens.end_of_name(last), IdentifierKind.PLACE, value)


def _unbroken(tokens: Tokens, first: int, last: int) -> bool:
    return all(len(tokens.gap(at)) <= 4 and "<" not in tokens.gap(at) for at in range(first, last))
