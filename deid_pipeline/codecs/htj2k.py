"""High-Throughput JPEG 2000 (ITU-T T.814; PS3.5 10.18), decoded only.

What belongs here: reading such frames. What does not: JPEG 2000 part 1 (``jpeg_2000``).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deid_pipeline.codecs.codestream import check_against, read_jpeg_2000_header
from deid_pipeline.codecs.decode_only import DecodeOnly
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import damaged, stored_values
from deid_pipeline.model import PixelLayout

_HOOK_LOCK = threading.Lock()


@contextmanager
def _swallowed_errors() -> Iterator[list[str]]:
    """Collect the names of errors that a C extension of this thread cannot raise.

    imagecodecs reports damage met while copying samples in this way only, and returns an array that is partly
    uninitialised memory.
    """
    swallowed: list[str] = []
    thread = threading.get_ident()
    with _HOOK_LOCK:
        previous = sys.unraisablehook

        def collect(unraisable: sys.UnraisableHookArgs) -> None:
            if threading.get_ident() == thread:
                swallowed.append(unraisable.exc_type.__name__)
            else:
                previous(unraisable)

        sys.unraisablehook = collect
        try:
            yield swallowed
        finally:
            sys.unraisablehook = previous


@dataclass(frozen=True, slots=True)
class Htj2kCodec(DecodeOnly):
    """HTJ2K codestreams, bare or inside JP2 boxes."""

    name: str = "htj2k"
    transfer_syntax_uids: tuple[str, ...] = (
        "1.2.840.10008.1.2.4.201",
        "1.2.840.10008.1.2.4.202",
        "1.2.840.10008.1.2.4.203",
    )

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`."""
        import imagecodecs

        header = read_jpeg_2000_header(frame)
        check_against(header, layout)
        try:
            with _swallowed_errors() as swallowed:
                samples = imagecodecs.htj2k_decode(bytes(frame))
        except (RuntimeError, ValueError):
            raise damaged("an HTJ2K frame cannot be decoded") from None
        if swallowed:
            raise damaged("an HTJ2K frame cannot be decoded to its end")
        return stored_values(samples, layout, precision=header.precision)


HTJ2K = Htj2kCodec()
