"""JPEG Lossless, process 14 with any predictor (ITU-T T.81 annex H): samples to a stream like another one.

What belongs here: encoding, and the segments that a new stream takes over from the old. What does not: decoding and the
choice between processes (``jpeg``), filling boxes (``reencoding``).
"""

from __future__ import annotations

from deid_pipeline.codecs.codestream import header_segments, read_jpeg_header, read_scan_header
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import damaged
from deid_pipeline.errors import ResidualRiskError

_SOF3, _SOS, _COMMENT = 0xC3, 0xDA, 0xFE
_APPLICATION = range(0xE0, 0xF0)


def encode_lossless(samples: FrameArray, *, like: Buffer) -> bytes:
    """Encode samples with predictor and bits of a sample as in another stream, and no point transform.

    Application and comment segments and the identifiers of components are the other stream's, so that decoders take
    the new one for the same colour space.

    Parameters
    ----------
    samples
        ``(rows, columns)`` or ``(rows, columns, samples)``, unsigned, inside the range of the other stream.
    like
        A stream of process 14.

    Raises
    ------
    ResidualRiskError
        The encoder does not make such streams.
    SourceDataError
        The other stream is damaged.
    """
    import imagecodecs

    colour = "RGB" if samples.ndim == 3 else None  # equal spaces: no conversion, whatever the components are
    try:
        new = bytes(
            imagecodecs.jpeg8_encode(
                samples,
                lossless=True,
                predictor=read_scan_header(like)[-3],
                bitspersample=read_jpeg_header(like).precision,
                colorspace=colour,
                outcolorspace=colour,
            )
        )
    except (RuntimeError, ValueError):
        raise ResidualRiskError("a lossless JPEG frame cannot be encoded") from None
    return _with_segments_of(like, new)


def _with_segments_of(old: Buffer, new: bytes) -> bytes:
    """Exchange the encoder's application segments and component identifiers for those of the old stream."""
    kept = [segment for segment in header_segments(old) if segment[0] in _APPLICATION or segment[0] == _COMMENT]
    frame = next((body for marker, body in header_segments(old) if marker == _SOF3), b"")
    identifiers = frame[6::3]
    pieces, behind = [b"\xff\xd8"], 0
    made = [segment for segment in header_segments(new) if segment[0] not in _APPLICATION]
    for marker, body in [*kept, *made]:
        content = bytearray(body)
        if marker in (_SOF3, _SOS):
            first, step = (6, 3) if marker == _SOF3 else (1, 2)
            for index, identifier in enumerate(identifiers):
                content[first + step * index] = identifier
        pieces.append(bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + bytes(content))
    scan = made[-1][1]
    behind = new.find(b"\xff\xda" + (len(scan) + 2).to_bytes(2, "big") + scan)
    if made[-1][0] != _SOS or behind < 0 or not identifiers:
        raise damaged("a lossless JPEG frame is cut off in its header")
    return b"".join([*pieces, new[behind + 4 + len(scan) :]])
