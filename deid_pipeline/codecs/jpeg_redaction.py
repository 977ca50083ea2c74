"""Blackening parts of a sequential JPEG frame without decoding it (ITU-T T.81; PS3.5 A.4.1).

What belongs here: the frame put together again, and which pixels change with it. What does not: what units are to show
(``jpeg_drawing``), the structure of a stream (``jpeg_stream``), its blocks (``jpeg_blocks``).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from deid_pipeline.codecs.jpeg_blocks import Run, blocks_of, rewrite_interval
from deid_pipeline.codecs.jpeg_coder import BlockCoder
from deid_pipeline.codecs.jpeg_drawing import Units, contents_of, lay_out, units_of
from deid_pipeline.codecs.jpeg_stream import Scan, read_frame, read_stream
from deid_pipeline.codecs.protocol import Buffer
from deid_pipeline.model import Box, Patch


def redact_jpeg(data: Buffer, *, patches: Sequence[Patch], to_end: bool = True) -> bytes:
    """Set every unit that a patch touches to what it holds and keep all other coefficients as they are.

    Parameters
    ----------
    data
        One frame of process 1, 2 or 4 with Huffman codes (transfer syntaxes .50 and .51), 8 or 12 bits, interleaved or
        not. Bytes behind its end are kept.
    patches
        Boxes with their values; parts outside the frame are ignored, of those that touch the same unit the later one
        counts (`lay_out`). `mcu_boxes` says which pixels change. The values are those of the components as a decoder
        shows them before any colour conversion, ``0`` to ``2**precision - 1``. In units of one colour 0 and the largest
        value come out exactly, others within ``step / 16 + 0.5``, where ``step`` is the first number of the component's
        quantisation table; pictures come out as well as the stream's own quantisation lets them.
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
        The process is none of these, or the needed codes have no room in the frame's tables.
    """
    source = bytes(data)
    stream = read_stream(source)
    units = lay_out(stream.frame, patches)
    if (units.hits < 0).all():
        return source
    pieces: list[bytes] = []
    copied = 0
    for scan in stream.scans:
        contents = contents_of(scan, stream.frame, units)
        coder = BlockCoder(scan.components, contents.levels, precision=stream.frame.precision, drawn=contents.blocks)
        blocks = blocks_of(scan.components)
        all_units = scan.columns * scan.rows
        each = scan.restart_interval or all_units
        rewritten = []
        for index, runs in _runs(scan, contents.hits):
            interval = source[scan.starts[index] : scan.ends[index]]
            count = min(each, all_units - index * each)
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
        for left, top, right, bottom in units_of(frame, boxes)
    )


def _runs(scan: Scan, hits: Units) -> Iterator[tuple[int, list[Run]]]:
    """Runs of MCUs of one content, by restart interval and counted from the interval's first MCU."""
    flat = hits.ravel()
    each = scan.restart_interval or flat.size
    turns = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    bounds = np.union1d(np.append(turns, (0, flat.size)), np.arange(0, flat.size, each)).tolist()
    runs = [(start, end, int(flat[start])) for start, end in itertools.pairwise(bounds) if flat[start] >= 0]
    for index, group in itertools.groupby(runs, key=lambda run: run[0] // each):
        yield index, [(start - index * each, end - index * each, colour) for start, end, colour in group]
