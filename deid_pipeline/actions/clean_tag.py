"""``cleanTag``: identifiers go out of the text, the rest of it stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from deid_pipeline.actions.literals import fitted
from deid_pipeline.actions.numeric import unpacked
from deid_pipeline.actions.protocol import (
    CODED_VRS,
    TEXT_VRS,
    ActionDefaults,
    CleaningMode,
    ElementValue,
    Rewrite,
    TextCleaner,
    decode_text,
    encode_text,
)
from deid_pipeline.errors import StrategyError

_MODES: dict[str, CleaningMode] = {mode: mode for mode in get_args(CleaningMode)}
_SAYS = {
    "remove": "taken out",
    "deid": "replaced by their kind, as <NAME>",
    "mask": "replaced by asterisks",
    "surrogate": "replaced by pseudonyms",
    "header": "taken out where they are the header's own or dates",
    "label": "taken out, but for places that the header does not name",
    "own": "taken out where they are the header's own",
}
_BYTES = frozenset({"OB", "OW", "UN"})
_SINGLE = frozenset({"LT", "ST", "UT", "UR"})
_UNDIVIDED = _SINGLE | _BYTES
_SINGLE_BYTES = frozenset({"latin_1", "iso8859", *(f"iso8859_{part}" for part in (1, 2, 3, 4, 9, 15))})
_LARGEST = 1 << 20  # bytes; longer values are no text that anybody wrote
_REMEMBERED, _LONGEST_REMEMBERED = 128, 256  # values of a mode and VR that stay, and bytes of each
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class CleanTag(ActionDefaults):
    """PS3.15 C, as in the option Clean Descriptors; the instance's text cleaner decides what identifies.

    The option says what takes an identifier's place: ``remove`` nothing, ``deid`` (also without an option) its kind,
    ``mask`` asterisks, ``surrogate`` a pseudonym; ``header`` takes out only what the header itself names, and dates,
    ``own`` only its own dates, ``label`` all but places that are nobody's of this header. A value in which nothing
    is found stays byte for byte. What cannot be read as text, what is no legal value of its VR once it is cleaned,
    and everything where there is no cleaner, is emptied.
    """

    name = "cleanTag"
    code = "C"
    vrs = TEXT_VRS | _BYTES | {"US"}
    summary = "takes identifiers out of text (`remove`, `deid`, `mask`, `surrogate`, `header`, `label`, `own`)"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Check the mode and return the rewriting.

        Raises
        ------
        StrategyError
            The option is neither empty nor a mode.
        """
        mode = _MODES.get(option.casefold() or "deid")
        if mode is None:
            raise StrategyError(f"the option of cleanTag is one of {', '.join(_MODES)}")

        return _Cleaning(mode)

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        return f"keeps text, but for identifiers, which are {_SAYS[option.casefold() or 'deid']}; in doubt empties it"


class _Cleaning:
    """The rewriting under a mode.

    The compiled editor knows these by ``cleaning_mode``, and does not ask about what is in the cleaner's ``untouched``.
    """

    def __init__(self, mode: CleaningMode) -> None:
        self.cleaning_mode = mode

    def __call__(self, element: ElementValue) -> bytes | None:
        cleaner = element.context.cleaner
        if cleaner is None or len(element.raw) > _LARGEST:
            return b""
        if element.vr == "US":
            return _cleaned_numbers(element, cleaner, self.cleaning_mode)
        return _cleaned(element, cleaner, self.cleaning_mode)


def _cleaned(element: ElementValue, cleaner: TextCleaner, mode: CleaningMode) -> bytes:
    raw, key = element.raw, (mode, element.vr)
    untouched = cleaner.untouched(mode)
    if untouched is not None and key in untouched and raw in untouched[key]:
        return raw
    read = _read(element)
    if read is None:
        element.context.count("unreadable text")
        return b""
    text, encodings = read
    values = [text.rstrip("\0 ")] if element.vr in _UNDIVIDED else [v.strip("\0 ") for v in text.split("\\")]
    if not any(values):
        return b""
    cleaned = [cleaner.clean(value, mode) if value else value for value in values]
    if cleaned == values:
        if untouched is not None and len(raw) <= _LONGEST_REMEMBERED and _is_plain(raw):
            _remember(untouched.setdefault(key, set()), raw)
        return raw
    new = [value if value == old else _fitted(value, element.vr) for value, old in zip(cleaned, values, strict=True)]
    encoded = encode_text("\\".join(new), encodings)
    if encoded is None:
        element.context.count("unreadable text")
        return b""
    return encoded


def _fitted(text: str, vr: str) -> str:
    """Cleaned text made legal; a backslash that the cleaner put in would make two values of one."""
    return fitted(text if vr in _SINGLE else text.replace("\\", " "), "UT" if vr in _BYTES else vr)


def _cleaned_numbers(element: ElementValue, cleaner: TextCleaner, mode: CleaningMode) -> bytes:
    numbers = unpacked(element.raw, element.vr, big_endian=element.big_endian)
    if numbers is None or any(cleaner.clean(str(number), mode) != str(number) for number in numbers):
        return b""
    return element.raw


def _read(element: ElementValue) -> tuple[str, Sequence[str]] | None:
    """The value as text, and the codecs to write it with; None when it is no text.

    A character set that is missing or wrong does not hide a name: bytes that it cannot read, and bytes beyond ASCII
    where none is declared, are tried as UTF-8.
    """
    raw = element.raw
    if element.vr in _BYTES:
        return _utf8(raw) if b"\0" not in raw.rstrip(b"\0") else None
    if _is_plain(raw):  # as nearly all of them
        return raw.decode("ascii"), element.encodings if element.vr in CODED_VRS else ("ascii",)
    if element.vr not in CODED_VRS:
        return (raw.decode("ascii"), ("ascii",)) if raw.isascii() else None
    undeclared = not raw.isascii() and b"\x1b" not in raw and tuple(element.encodings) in (("iso8859",), ("ascii",))
    text = decode_text(raw, element.encodings)
    if undeclared or _REPLACEMENT in text:
        other = _utf8(raw)
        if other is not None:
            return other
    elif not raw.isascii() and element.encodings[0] in _SINGLE_BYTES and (other := _utf8(raw)) is not None:
        # No text of a Latin alphabet happens to be UTF-8: what is cleaned of it is written as the file says.
        return other[0], other[1] if encode_text(other[0], element.encodings) is None else element.encodings
    return None if _REPLACEMENT in text else (text, element.encodings)


def _remember(values: set[bytes], raw: bytes) -> None:
    if len(values) >= _REMEMBERED:
        values.clear()
    values.add(raw)


def _is_plain(raw: bytes) -> bool:
    """Whether bytes are the same text under every character set."""
    return raw.isascii() and b"\x1b" not in raw


def _utf8(raw: bytes) -> tuple[str, Sequence[str]] | None:
    try:
        return raw.decode("utf-8"), ("utf-8",)
    except UnicodeDecodeError:
        return None
