"""High-Throughput JPEG 2000 (ITU-T T.814; PS3.5 10.18).

What belongs here: reading such frames, and writing them reversibly. What does not: JPEG 2000 part 1 (``jpeg_2000``),
filling boxes (``reencoding``).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

import numpy as np

from deid_pipeline.codecs.codestream import (
    Codestream,
    check_against,
    check_quantisation,
    read_coding_style,
    read_jpeg_2000_header,
)
from deid_pipeline.codecs.jpeg_2000 import reversible_interpretation
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.reencoding import Reencoding
from deid_pipeline.codecs.samples import damaged, stored_values
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import PixelLayout

_FIRST_PRECISION = 42  # of the first component, bytes into a codestream (T.800 A.5.1); 3 further for each other one

_HOOK_LOCK = threading.Lock()


@contextmanager
def _swallowed_errors() -> Iterator[list[str]]:
    """Collect the names of errors that a C extension of this thread cannot raise.

    imagecodecs reports damage met while copying samples in this way only, and returns an array that is partly
    uninitialised memory. Cython shows such an error twice, first as if nothing had caught it.
    """
    swallowed: list[str] = []
    thread = threading.get_ident()
    with _HOOK_LOCK:
        previous, previous_uncaught = sys.unraisablehook, sys.excepthook

        def collect(unraisable: sys.UnraisableHookArgs) -> None:
            if threading.get_ident() == thread:
                swallowed.append(unraisable.exc_type.__name__)
            else:
                previous(unraisable)

        def pass_on(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            if threading.get_ident() != thread:
                previous_uncaught(kind, error, trace)

        sys.unraisablehook, sys.excepthook = collect, pass_on
        try:
            yield swallowed
        finally:
            sys.unraisablehook, sys.excepthook = previous, previous_uncaught


@dataclass(frozen=True, slots=True)
class Htj2kCodec(Reencoding):
    """HTJ2K codestreams, bare or inside JP2 boxes; written bare and reversible, which .203 allows (PS3.5 10.18)."""

    name: str = "htj2k"
    transfer_syntax_uids: tuple[str, ...] = (
        "1.2.840.10008.1.2.4.201",
        "1.2.840.10008.1.2.4.202",
        "1.2.840.10008.1.2.4.203",
    )

    def read_header(self, frame: Buffer) -> Codestream:
        """Read the SIZ segment."""
        return read_jpeg_2000_header(frame)

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`."""
        import imagecodecs

        header = read_jpeg_2000_header(frame)
        check_against(header, layout)
        check_quantisation(frame)
        try:
            with _swallowed_errors() as swallowed:
                samples = imagecodecs.htj2k_decode(bytes(frame), planar=False)
        except (RuntimeError, ValueError):
            raise damaged("an HTJ2K frame cannot be decoded") from None
        if swallowed:
            raise damaged("an HTJ2K frame cannot be decoded to its end")
        return stored_values(samples, layout, precision=header.precision)

    def encode_frame(self, samples: FrameArray, layout: PixelLayout, *, like: Buffer) -> bytes:  # noqa: ARG002
        """Encode one frame reversibly: levels, colour transform and bits of a sample as in ``like``.

        Progression is RPCL and a TLM segment is written, which .202 asks for and the others allow. The encoder knows
        whole bytes only. So it is given the samples as signed ones, less the shift of the level that it would make
        for unsigned ones of the right width (T.800 G.1), and the SIZ segment then says that width.
        """
        import imagecodecs

        header, style = read_jpeg_2000_header(like), read_coding_style(like)
        shift = 0 if header.is_signed else 1 << (header.precision - 1)
        signed = (samples.astype(np.int32) - shift).astype(f"i{samples.dtype.itemsize}")
        try:
            content = bytearray(
                imagecodecs.htj2k_encode(
                    signed,
                    reversible=True,
                    resolutions=style.levels,
                    rgb=style.mixes_components,
                    planar=False,
                    tlm=True,
                )
            )
        except (RuntimeError, ValueError):
            raise ResidualRiskError("an HTJ2K frame cannot be encoded") from None
        for index in range(header.components):
            content[_FIRST_PRECISION + 3 * index] = header.precision - 1 + 128 * header.is_signed
        return bytes(content)

    def redacted_interpretation(self, frame: Buffer, layout: PixelLayout) -> str:
        """Name the colour transform of a rewritten frame; see `Codec.redacted_interpretation`."""
        return reversible_interpretation(frame, layout)


HTJ2K = Htj2kCodec()
