"""How a viewer turns stored values into what people see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Display:
    """What a header says about showing its pixels; empty where it says nothing.

    ``windows`` are pairs of the stored values that are shown as black and as white (either may be the larger), from the
    linear VOI LUT and rescaling (PS3.3 C.11.1, C.11.2). ``palette`` are the colours of PALETTE COLOR (C.7.9), red,
    green and blue in any range; the first one is that of the stored value ``palette_first`` and of all below.
    """

    windows: tuple[tuple[float, float], ...] = ()
    palette: tuple[tuple[int, int, int], ...] = ()
    palette_first: int = 0
