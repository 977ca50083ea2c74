"""Frames of 1-bit samples, which lie bit by bit behind each other and may begin inside a byte (PS3.5 8.1.1).

What belongs here: cutting such frames out of bytes and putting them back. What does not: what their samples mean
(``native``), which bytes of a file that is (``frames``, ``places``).
"""

from __future__ import annotations

import numpy as np

from deid_pipeline.codecs.protocol import Buffer


def cut_bits(data: Buffer, *, skip: int, count: int) -> bytes:
    """Cut ``count`` bits behind the first ``skip`` ones out of bytes, least significant bit first.

    Returns
    -------
    bytes
        The bits from a byte's lowest bit on; unused bits of the last byte are 0.
    """
    bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little")[skip : skip + count]
    return np.packbits(bits, bitorder="little").tobytes()


def put_bits(data: Buffer, bits: Buffer, *, skip: int, count: int) -> bytes:
    """Return bytes in which ``count`` bits behind the first ``skip`` ones are others: the reverse of `cut_bits`."""
    cells = np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little")
    cells[skip : skip + count] = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), count=count, bitorder="little")
    return np.packbits(cells, bitorder="little").tobytes()
