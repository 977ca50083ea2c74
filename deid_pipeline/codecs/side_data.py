"""Side data of compressed frames: what a frame carries besides samples, and which of it may identify someone.

What belongs here: which transfer syntax has what. What does not: finding it (one file for each family), zeroing it in a
file (``stages``), judging the result (room ``checks``).

A part stays when it says how samples are to be read (JFIF without its thumbnail, Adobe's colour transform, SPIFF), or
when it is the name of a known encoder and nothing else. Everything else is to be zeroed where it stands, so that no
other byte moves and no offset changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from deid_pipeline.codecs.box_side_data import in_jpeg_2000, in_jpeg_xl
from deid_pipeline.codecs.harmless import Range
from deid_pipeline.codecs.jpeg_side_data import in_jpeg, in_jpeg_ls
from deid_pipeline.codecs.jpeg_xl_header import jpeg_in
from deid_pipeline.codecs.protocol import Buffer
from deid_pipeline.codecs.rle_side_data import in_rle

_PREFIX = "1.2.840.10008.1.2."


def has_side_data(transfer_syntax_uid: str) -> bool:
    """Whether frames of a transfer syntax can have side data."""
    return transfer_syntax_uid.removeprefix(_PREFIX) in _FINDERS


def telling_ranges(frame: Buffer, transfer_syntax_uid: str) -> list[Range]:
    """Find what may identify someone in the side data of a frame.

    Parameters
    ----------
    frame
        The content of a frame, as `deid_pipeline.codecs.iter_frames` gives it.
    transfer_syntax_uid
        Of the instance.

    Returns
    -------
    list of tuple of int
        Ranges in order, half-open, bytes into the frame, none of them all zeros. With zeros in their place the frame
        decodes to the same samples. None for syntaxes without side data.

    Raises
    ------
    SourceDataError
        The codestream cannot be followed to its end.
    """
    find = _FINDERS.get(transfer_syntax_uid.removeprefix(_PREFIX))
    if find is None:
        return []
    data = bytes(frame)
    return [(start, end) for start, end in find(data) if any(data[start:end])]


def _in_recompressed_jpeg(data: bytes) -> Iterator[Range]:
    """As in JPEG XL; what makes a JPEG stream of the frame again may stay where that stream says nothing.

    Without it the frame still decodes to the same picture.
    """
    stream = jpeg_in(data)
    tells = stream is None or any(any(stream[start:end]) for start, end in in_jpeg(stream))
    return in_jpeg_xl(data, keep=frozenset() if tells else frozenset({b"jbrd"}))


_FINDERS: dict[str, Callable[[bytes], Iterator[Range]]] = {
    "5": in_rle,
    **dict.fromkeys(("4.50", "4.51", "4.57", "4.70"), in_jpeg),
    **dict.fromkeys(("4.80", "4.81"), in_jpeg_ls),
    **dict.fromkeys(("4.90", "4.91", "4.201", "4.202", "4.203"), in_jpeg_2000),
    **dict.fromkeys(("4.110", "4.112"), in_jpeg_xl),
    "4.111": _in_recompressed_jpeg,
}
