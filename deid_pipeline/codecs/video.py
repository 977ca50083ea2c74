"""Video: MPEG-2, H.264 and HEVC bit streams, read and never rewritten (PS3.5 8.2.5 to 8.2.8, A.4.5 to A.4.8).

What belongs here: the pictures of a bit stream that lies in one or more fragments. What does not: frames that are coded
one by one (members of ``CODECS``).

A picture of a video is coded by what differs from others: no part of it can be exchanged without coding others anew,
and never without loss. So text in it can only be found.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deid_pipeline.codecs.frames import fragments
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import check_claim, damaged
from deid_pipeline.errors import EngineUnavailableError, ResidualRiskError

if TYPE_CHECKING:
    from deid_pipeline.model import PixelLayout

_PREFIX = "1.2.840.10008.1.2.4."
_MPEG_2, _H_264, _HEVC = "mpeg2video", "h264", "hevc"
_CODECS = {
    **dict.fromkeys(("100", "100.1", "101", "101.1"), _MPEG_2),
    **dict.fromkeys(("102", "102.1", "103", "103.1", "104", "104.1", "105", "105.1", "106", "106.1"), _H_264),
    **dict.fromkeys(("107", "108"), _HEVC),
}
VIDEO_SYNTAXES: tuple[str, ...] = tuple(_PREFIX + end for end in _CODECS)
"""The syntaxes whose pixel data are one bit stream."""

STEREO_SYNTAXES = frozenset({f"{_PREFIX}106", f"{_PREFIX}106.1"})
"""Those of which one view of two could be read."""

_EXTRA = "reading video needs the extra `video`: pip install 'deid-pipeline[video]'"
_STRICT = {"err_detect": "explode", "threads": "1"}  # nothing is made up for what is damaged
_TRANSPORT_PACKET = 188
# What containers say of themselves; everything else may be about a person or a day.
_STRUCTURE = frozenset(
    {"compatible_brands", "encoder", "handler_name", "language", "major_brand", "minor_version", "vendor_id"}
)


def video_family(transfer_syntax_uid: str) -> str:
    """How the pictures of a video syntax are coded, in words."""
    words = {_MPEG_2: "MPEG-2", _H_264: "H.264", _HEVC: "HEVC"}
    plain = words[_CODECS[transfer_syntax_uid.removeprefix(_PREFIX)]]
    return f"{plain}, two views" if transfer_syntax_uid in STEREO_SYNTAXES else plain


def is_video(layout: PixelLayout) -> bool:
    """Whether the pixel data of an instance are one bit stream of all frames."""
    return layout.transfer_syntax_uid in VIDEO_SYNTAXES


def video_frames(buffer: Buffer, layout: PixelLayout) -> Iterator[FrameArray]:
    """Decode the pictures of a video, one at a time and in the order in which they are shown.

    Parameters
    ----------
    buffer
        The file as it is read, so that the layout's offsets count in it.
    layout
        The layout of the instance.

    Yields
    ------
    numpy.ndarray
        New array, uint8 RGB, ``(rows, columns, 3)``; as many as the header claims.

    Raises
    ------
    SourceDataError
        The bit stream is damaged, or contradicts the header in its size or the number of pictures.
    ResidualRiskError
        It carries something besides the pictures of one view: sound, subtitles, data, words about itself, another view.
    EngineUnavailableError
        PyAV is not installed.
    """
    try:
        import av
    except ImportError:
        raise EngineUnavailableError(_EXTRA) from None
    check_claim(layout)
    if layout.transfer_syntax_uid in STEREO_SYNTAXES:
        raise ResidualRiskError("the second view of a stereo video cannot be read by this version")
    source = _BitStream(buffer, fragments(buffer, layout))
    av.logging.set_level(None)
    try:
        yield from _decoded(av, source, layout)
    except (av.FFmpegError, ArithmeticError, AttributeError, EOFError, LookupError, TypeError, ValueError):
        raise damaged("a video cannot be decoded to its end") from None


def _decoded(av: Any, source: _BitStream, layout: PixelLayout) -> Iterator[FrameArray]:
    form = _container(source.head(), _CODECS[layout.transfer_syntax_uid.removeprefix(_PREFIX)])
    count = 0
    with av.open(source, "r", format=form, options={"ignore_editlist": "1"} if form == "mp4" else {}) as container:
        stream = _only_stream(container, layout)
        stream.codec_context.options = _STRICT
        for picture in container.decode(stream):
            count += 1
            if (picture.height, picture.width) != (layout.rows, layout.columns) or picture.is_corrupt:
                raise damaged("a picture of a video is damaged or has another size than the header claims")
            if count > layout.number_of_frames:
                break
            yield np.ascontiguousarray(picture.to_ndarray(format="rgb24"))
    if count != layout.number_of_frames:
        raise damaged("a video has another number of pictures than the header claims")


def _container(head: bytes, codec: str) -> str:
    """The form of a bit stream by its first bytes; none is guessed, since some forms open other files."""
    if head[4:8] == b"ftyp":
        return "mp4"
    if head[:1] == b"\x47" and head[_TRANSPORT_PACKET : _TRANSPORT_PACKET + 1] == b"\x47":
        return "mpegts"
    if head.startswith(b"\0\0\1\xba"):
        return "mpeg"
    if head.startswith((b"\0\0\1", b"\0\0\0\1")):
        return "mpegvideo" if codec == _MPEG_2 else codec
    raise damaged("a video does not start as a bit stream of its transfer syntax")


def _only_stream(container: Any, layout: PixelLayout) -> Any:
    """The pictures' stream of a container that holds nothing else."""
    streams = list(container.streams)
    if len(streams) != 1 or len(container.streams.video) != 1:
        raise ResidualRiskError("a video carries sound or data besides its pictures, which cannot be cleaned")
    (stream,) = streams
    said: list[Mapping[str, str]] = [container.metadata, stream.metadata]
    if any(key not in _STRUCTURE for words in said for key in words):
        raise ResidualRiskError("the container of a video holds words about it, which cannot be cleaned")
    context = stream.codec_context
    if context.name != _CODECS[layout.transfer_syntax_uid.removeprefix(_PREFIX)]:
        raise damaged("a video is coded in another way than its transfer syntax says")
    if (context.height, context.width) != (layout.rows, layout.columns):
        raise damaged("a video has another size than the header claims")
    return stream


class _BitStream(io.RawIOBase):
    """The content of fragments as one file; only what is asked for is read."""

    def __init__(self, buffer: Buffer, ranges: Sequence[tuple[int, int]]) -> None:
        self._view = memoryview(buffer)
        self._ranges = ranges
        self._starts = np.cumsum([0, *(end - start for start, end in ranges)])
        self._position = 0

    def head(self) -> bytes:
        """The first bytes, enough to tell the form."""
        self.seek(0)
        found = self.read(_TRANSPORT_PACKET + 1) or b""
        self.seek(0)
        return found

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The offset of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another offset."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: int(self._starts[-1])}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, target: Any) -> int:
        """Read up to the end of the fragment at the offset."""
        room = memoryview(target).cast("B")
        at = int(np.searchsorted(self._starts, self._position, side="right")) - 1
        if at >= len(self._ranges):
            return 0
        start, end = self._ranges[at]
        first = start + self._position - int(self._starts[at])
        count = min(len(room), end - first)
        room[:count] = self._view[first : first + count]
        self._position += count
        return count
