"""Times of day in the form of TM, moved by seconds.

What belongs here: reading and moving one time. What does not: by how many seconds (the action).
"""

from __future__ import annotations

import re
from functools import lru_cache

LAST_SECOND = 86_399  # of a day
_COLONS = re.compile(r"(\d\d):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?", re.ASCII)  # ACR-NEMA, PS3.5 6.2 note on TM
_TM = re.compile(r"([01]\d|2[0-3])(?:([0-5]\d)(?:([0-5]\d|60)(?:\.(\d{1,6}))?)?)?", re.ASCII)


@lru_cache(maxsize=4096)
def shifted_time(text: str, seconds: int) -> str:
    """One time of day, or range ``a-b``, moved by ``seconds`` in its own precision; empty when it is none.

    What would leave the day stops at its first or last moment, so that no later time ever becomes an earlier one.
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
    moved = int(hours) * 3600 + int(minutes or 0) * 60 + int(whole or 0) + seconds
    if fraction is not None and not 0 <= moved <= LAST_SECOND:
        fraction = ("0" if moved < 0 else "9") * len(fraction)
    moved = min(max(moved, 0), LAST_SECOND)
    precise = f"{moved // 3600:02d}{moved // 60 % 60:02d}{moved % 60:02d}"
    return precise[: 6 if whole else 4 if minutes else 2] + (f".{fraction}" if fraction is not None else "")
