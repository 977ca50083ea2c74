"""Blackening parts of a sequential JPEG frame without decoding it (ITU-T T.81; PS3.5 A.4.1).

What belongs here: which units of a frame a box touches, the coefficient a fill value stands for, and the frame put
together again. What does not: the structure of a stream (``jpeg_stream``), its blocks (``jpeg_blocks``).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from deid_pipeline.codecs.jpeg_blocks import Run, blocks_of, rewrite_interval
from deid_pipeline.codecs.jpeg_coder import BlockCoder
from deid_pipeline.codecs.jpeg_header import JpegFrame
from deid_pipeline.codecs.jpeg_stream import Scan, read_frame, read_stream
from deid_pipeline.codecs.protocol import Buffer
from deid_pipeline.codecs.samples import damaged
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import Box, Patch

_COARSEST = 2  # largest DC step, in ranges of a sample, that no decoder takes for an overflow

_Hits = npt.NDArray[np.int32]


def redact_jpeg(data: Buffer, *, patches: Sequence[Patch], to_end: bool = True) -> bytes:
    """Set every unit that a patch touches to its colour and keep all other coefficients as they are.

    Parameters
    ----------
    data
        One frame of process 1, 2 or 4 with Huffman codes (transfer syntaxes .50 and .51), 8 or 12 bits, interleaved or
        not. Bytes behind its end are kept.
    patches
        Boxes of one colour each; parts outside the frame are ignored, of those that touch the same unit the later one
        counts. `mcu_boxes` says which pixels change. The values are those of the components as a decoder shows them
        before any colour conversion, ``0`` to ``2**precision - 1``. 0 and the largest value come out exactly, others
        within ``dc_step / 16 + 0.5``, where ``dc_step`` is the first number of the component's quantisation table.
    to_end
        Whether to walk the data behind the last box too. Without, a box at the top of a frame costs a fraction, but
        damage behind the last box goes unnoticed and may then decode differently.

    Returns
    -------
    bytes
        The frame: headers verbatim, but a DHT segment is added before a scan whose tables lack a needed code. Padding
        behind the last block of a touched restart interval is written anew.

    Raises
    ------
    SourceDataError
        The frame is damaged, or a patch has another number of values than it has components.
    ResidualRiskError
        The process is none of these, a patch has more than one colour, or the needed codes have no room in the frame's
        tables.
    """
    source = bytes(data)
    stream = read_stream(source)
    colours = _colours(stream.frame, patches)
    hits = _hits(stream.frame, patches, [colours.index(_colour(patch)) for patch in patches])
    if (hits < 0).all():
        return source
    pieces: list[bytes] = []
    copied = 0
    for scan in stream.scans:
        levels = [_levels(scan, colour, precision=stream.frame.precision) for colour in colours]
        coder = BlockCoder(scan.components, levels, precision=stream.frame.precision)
        blocks = blocks_of(scan.components)
        units = scan.columns * scan.rows
        each = scan.restart_interval or units
        rewritten = []
        for index, runs in _runs(scan, stream.frame, hits):
            interval = source[scan.starts[index] : scan.ends[index]]
            count = min(each, units - index * each)
            interval = rewrite_interval(interval, blocks, units=count, runs=runs, coder=coder, to_end=to_end)
            rewritten.append((index, interval))
        pieces += [source[copied : scan.header], *coder.added_tables()]
        copied = scan.header
        for index, interval in rewritten:
            pieces += [source[copied : scan.starts[index]], interval]
            copied = scan.ends[index]
    return b"".join([*pieces, source[copied:]])


def mcu_boxes(data: Buffer, boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Say which pixels `redact_jpeg` may change: each box grown to whole units, clipped to the frame.

    Where chroma is subsampled, decoders may smooth it across the edge of a unit; half the subsampling factor in pixels
    (1 for 4:2:0 and 4:2:2) is added on both sides. Only the frame header is read. Boxes outside the frame are left out.

    Raises
    ------
    SourceDataError
        The frame header is damaged.
    ResidualRiskError
        The frame is of a process that cannot be rewritten.
    """
    frame = read_frame(data)
    wide, high = frame.unit
    beside, below = frame.ring
    return tuple(
        Box(
            max(0, left * wide - beside),
            max(0, top * high - below),
            min(frame.columns, right * wide + beside),
            min(frame.rows, bottom * high + below),
        )
        for left, top, right, bottom in _in_units(frame, boxes)
    )


def _in_units(frame: JpegFrame, boxes: Sequence[Box]) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right and bottom of each box in whole units of the frame."""
    wide, high = frame.unit
    for box in boxes:
        left, right = max(0, box.left), min(frame.columns, box.right)
        top, bottom = max(0, box.top), min(frame.rows, box.bottom)
        if left < right and top < bottom:
            yield left // wide, top // high, -(-right // wide), -(-bottom // high)


def _colour(patch: Patch) -> tuple[int, ...]:
    return tuple(patch.values[0, 0].tolist())


def _colours(frame: JpegFrame, patches: Sequence[Patch]) -> list[tuple[int, ...]]:
    """The different colours of patches."""
    if any(patch.values.shape[2:] != (len(frame.components),) for patch in patches):
        raise damaged("a fill does not fit the components of a JPEG stream")
    if not all(patch.is_plain for patch in patches):
        raise ResidualRiskError("nothing but one colour can be written into a frame of the cosine transform")
    return list(dict.fromkeys(map(_colour, patches)))


def _hits(frame: JpegFrame, patches: Sequence[Patch], indices: Sequence[int]) -> _Hits:
    """Index of the colour of each unit of the frame, -1 for untouched ones, ``(rows, columns)`` of units."""
    columns, rows = frame.units
    hits = np.full((rows, columns), -1, dtype=np.int32)
    for patch, index in zip(patches, indices, strict=True):
        for left, top, right, bottom in _in_units(frame, (patch.box,)):
            hits[top:bottom, left:right] = index
    return hits


def _runs(scan: Scan, frame: JpegFrame, hits: _Hits) -> Iterator[tuple[int, list[Run]]]:
    """Runs of MCUs of one colour, by restart interval and counted from the interval's first MCU."""
    if len(scan.components) == 1 and len(frame.components) > 1:
        component = frame.components[scan.components[0].index]
        hits = np.repeat(np.repeat(hits, component.vertical, axis=0), component.horizontal, axis=1)
        hits = hits[: scan.rows, : scan.columns]
    flat = hits.ravel()
    each = scan.restart_interval or flat.size
    turns = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    bounds = np.union1d(np.append(turns, (0, flat.size)), np.arange(0, flat.size, each)).tolist()
    runs = [(start, end, int(flat[start])) for start, end in itertools.pairwise(bounds) if flat[start] >= 0]
    for index, group in itertools.groupby(runs, key=lambda run: run[0] // each):
        yield index, [(start - index * each, end - index * each, colour) for start, end, colour in group]


def _levels(scan: Scan, fill: Sequence[int], *, precision: int) -> list[int]:
    """Quantised DC coefficients that show as ``fill``, by component of the scan (T.81 A.3.1, A.3.3).

    A flat block of value v has the coefficient ``8 * (v - 2**(precision - 1))``. At both ends of the range it is
    rounded outward, since decoders clip.
    """
    centre, top = 1 << (precision - 1), (1 << precision) - 1
    levels = []
    for component in scan.components:
        step, value = component.dc_step, min(max(0, fill[component.index]), top)
        if step > _COARSEST << precision:
            raise ResidualRiskError("a JPEG stream is quantised too coarsely for a fill")
        scaled = 8 * (value - centre)
        if value == 0:
            levels.append(scaled // step)
        elif value == top:
            levels.append(-(-scaled // step))
        else:
            levels.append((2 * scaled + step) // (2 * step))
    return levels
