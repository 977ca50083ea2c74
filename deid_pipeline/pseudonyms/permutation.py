"""Keyed permutations of whole numbers: an id of n digits becomes another of n digits, and no two become one.

What belongs here: the permutation. What does not: which ids it is good for (``numbers``).
"""

from __future__ import annotations

import math

from deid_pipeline.pseudonyms.secret import ProjectSecret

_ROUNDS = 10


def permuted_digits(secret: ProjectSecret, purpose: str, digits: str) -> str:
    """The number that takes the place of ``digits`` among all numbers of as many digits.

    Parameters
    ----------
    digits
        1 to 64 decimal digits (ASCII), the first one not 0.

    Returns
    -------
    str
        As many digits, the first one not 0: a bijection for every length, so results are apart also as integers.
        Now and then a number takes its own place.
    """
    lowest = 10 ** (len(digits) - 1)
    size = 9 * lowest
    position = int(digits) - lowest
    side = math.isqrt(size - 1) + 1
    while True:  # cycle-walking: the square is a little larger than the range
        position = _feistel(secret, f"{purpose}/{len(digits)}", position, side)
        if position < size:
            return str(lowest + position)


def _feistel(secret: ProjectSecret, purpose: str, position: int, side: int) -> int:
    """A bijection of the whole numbers below ``side`` squared: a balanced Feistel network over both coordinates."""
    left, right = divmod(position, side)
    for number in range(_ROUNDS):
        moved = int.from_bytes(secret.derive(f"{purpose}/{number}", str(right)), "big")
        left, right = right, (left + moved) % side
    return left * side + right
