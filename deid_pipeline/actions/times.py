"""Times of day in the form of TM, moved by seconds.

What belongs here: reading and moving one time. What does not: by how many seconds (the action).
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_SHIFT = 43_200  # seconds: half a day, the most that keeps an order (see shifted_time)
_DAY = 86_400_000_000  # microseconds
_COLONS = re.compile(r"(\d\d):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?", re.ASCII)  # ACR-NEMA, PS3.5 6.2 note on TM
_TM = re.compile(r"([01]\d|2[0-3])(?:([0-5]\d)(?:([0-5]\d|60)(?:\.(\d{1,6}))?)?)?", re.ASCII)


@lru_cache(maxsize=4096)
def shifted_time(text: str, seconds: int) -> str:
    """One time of day, or range ``a-b``, moved by ``seconds`` in its own precision; empty when it is none.

    No time leaves its day, and no two times change their order: towards the end of the day that times move to, over
    twice the shift, they move ever less, halving the intervals between them. All other intervals stay.
    """
    if "-" in text:
        first, _, last = text.partition("-")
        ends = shifted_time(first, seconds), shifted_time(last, seconds)
        return "-".join(ends) if all(ends) and ends[0] <= ends[1] else ""
    colons = _COLONS.fullmatch(text)
    match = _TM.fullmatch("".join(part or "" for part in colons.groups()) if colons else text)
    if match is None:
        return ""
    hours, minutes, whole, fraction = match.groups()
    moment = int(hours) * 3600 + int(minutes or 0) * 60 + int(whole or 0)
    moved = _moved(moment * 1_000_000 + int((fraction or "").ljust(6, "0")), seconds * 1_000_000)
    second, rest = divmod(moved, 1_000_000)
    precise = f"{second // 3600:02d}{second // 60 % 60:02d}{second % 60:02d}"
    written = precise[: 6 if whole else 4 if minutes else 2]
    return written if fraction is None else f"{written}.{f'{rest:06d}'[: len(fraction)]}"


def _moved(moment: int, by: int) -> int:
    """A moment of the day moved, both in microseconds; later moments come to lie later, or on the same microsecond."""
    if by < 0:
        return moment + by if moment >= -2 * by else moment // 2
    left = _DAY - moment
    return min(moment + by if left >= 2 * by else _DAY - left // 2, _DAY - 1)
