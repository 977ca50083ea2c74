"""Compressed frames with words put in beside their samples, in every place where a codestream takes them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import imagecodecs
import numpy as np

JPEG, LOSSLESS, JPEG_LS, JPEG_2000, HTJ2K, JPEG_XL = (
    f"1.2.840.10008.1.2.4.{number}" for number in (50, 70, 80, 90, 201, 110)
)
RLE = "1.2.840.10008.1.2.5"
NAME = b"Wintergreen^Peregrine 3 Feb 1956"
ICC = b"ICC_PROFILE\0\1\1" + bytes(36) + b"acsp" + NAME
THUMBNAIL = bytes(range(48))


@dataclass(frozen=True)
class Planted:
    """A frame, the same with words in it, and what has to be gone; empty ``words`` where all may stay."""

    name: str
    transfer_syntax_uid: str
    plain: bytes
    frame: bytes
    words: bytes


def samples(*, seed: int = 1) -> np.ndarray[Any, Any]:
    """A picture of noise, 24 rows and 32 columns."""
    return np.random.default_rng(seed).integers(0, 200, (24, 32), dtype=np.uint8)


ENCODERS: dict[str, Callable[[np.ndarray[Any, Any]], bytes]] = {
    JPEG: lambda a: bytes(imagecodecs.jpeg8_encode(a, level=90)),
    LOSSLESS: lambda a: bytes(imagecodecs.jpeg8_encode(a, lossless=True, predictor=1)),
    JPEG_LS: lambda a: bytes(imagecodecs.jpegls_encode(a)),
    JPEG_2000: lambda a: bytes(imagecodecs.jpeg2k_encode(a, level=0, codecformat="j2k", reversible=True)),
    HTJ2K: lambda a: bytes(imagecodecs.htj2k_encode(a)),
}


def segment(marker: int, content: bytes) -> bytes:
    """A marker segment."""
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def box(kind: bytes, content: bytes) -> bytes:
    """A box of a file format."""
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def planted() -> Iterator[Planted]:
    """All places, for every family of codestreams."""
    for syntax in (JPEG, LOSSLESS, JPEG_LS):
        yield from _in_markers(syntax, ENCODERS[syntax](samples()))
    for syntax in (JPEG_2000, HTJ2K):
        yield from _in_wavelets(syntax, ENCODERS[syntax](samples()))
    yield from _in_jp2()
    yield from _in_run_lengths()


def _in_markers(syntax: str, plain: bytes) -> Iterator[Planted]:
    def at_start(content: bytes) -> bytes:
        return plain[:2] + content + plain[2:]

    short = syntax.rpartition(".")[2]
    pieces = {
        "comment": segment(0xFE, NAME),
        "EXIF": segment(0xE1, b"Exif\0\0MM\0*" + NAME),
        "XMP": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + NAME + b"</x>"),
        "IPTC": segment(0xED, b"Photoshop 3.0\0008BIM" + NAME),
        "profile": segment(0xE2, ICC),
        "thumbnail": segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\4\4" + NAME + THUMBNAIL[: 48 - len(NAME)]),
        "thumbnail of an extension": segment(0xE0, b"JFXX\0\x10" + NAME),
        "behind Adobe's colours": segment(0xEE, b"Adobe\0d\0\0\0\0\0" + NAME),
        "SPIFF's directory": segment(0xE8, b"\0\0\0\4" + NAME),
        "unknown segment": segment(0xEF, NAME),
        "encoder with more": segment(0xFE, b"LEAD Technologies Inc. V1.01 " + NAME),
    }
    for name, content in pieces.items():
        yield Planted(f"{name} of .{short}", syntax, plain, at_start(content), NAME)
    yield Planted(f"tail of .{short}", syntax, plain, plain + NAME, NAME)
    yield Planted(
        f"second picture of .{short}", syntax, plain, plain + plain[:2] + segment(0xFE, NAME) + plain[2:], NAME
    )
    if syntax != JPEG_LS:  # its decoders want nothing behind the scan
        yield Planted(f"before the end of .{short}", syntax, plain, plain[:-2] + segment(0xFE, NAME) + plain[-2:], NAME)
    kept = {
        "encoder": segment(0xFE, b"LEAD Technologies Inc. V1.01\0"),
        "JFIF": segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        "fill bytes": b"\xff\xff" + segment(0xFE, b"Lavc59.37.100"),
    }
    for name, content in kept.items():
        yield Planted(f"{name} of .{short}", syntax, plain, at_start(content), b"")
    yield Planted(f"padding of .{short}", syntax, plain, plain + b"\xff", b"")


def _in_wavelets(syntax: str, plain: bytes) -> Iterator[Planted]:
    short = syntax.rpartition(".")[2]
    tile = plain.index(b"\xff\x90")

    def in_tile(content: bytes) -> bytes:
        length = int.from_bytes(plain[tile + 6 : tile + 10], "big")
        grown = (length + len(content) if length else 0).to_bytes(4, "big")
        return plain[: tile + 6] + grown + plain[tile + 10 : tile + 12] + content + plain[tile + 12 :]

    text, binary = segment(0x64, b"\0\1" + NAME), segment(0x64, b"\0\0" + NAME)
    for name, content in {"comment": text, "binary comment": binary, "unknown segment": segment(0x71, NAME)}.items():
        yield Planted(f"{name} of .{short}", syntax, plain, plain[:tile] + content + plain[tile:], NAME)
    if b"\xff\x55" not in plain[:tile]:  # lengths of tiles would have to follow
        yield Planted(f"comment of a tile of .{short}", syntax, plain, in_tile(text), NAME)
    yield Planted(f"tail of .{short}", syntax, plain, plain + NAME, NAME)
    open_end = plain[: tile + 6] + bytes(4) + plain[tile + 10 :] + NAME
    yield Planted(f"tail of an open tile of .{short}", syntax, plain, open_end, NAME)
    name = segment(0x64, b"\0\1Kakadu-v7.10.2")
    yield Planted(f"encoder of .{short}", syntax, plain, plain[:tile] + name + plain[tile:], b"")


def _in_jp2() -> Iterator[Planted]:
    stream = ENCODERS[JPEG_2000](samples())
    signature = box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
    size = box(b"ihdr", (24).to_bytes(4, "big") + (32).to_bytes(4, "big") + b"\0\1\7\7\0\0")
    grey, profile = box(b"colr", b"\1\0\0\0\0\0\x11"), box(b"colr", b"\2\0\0" + ICC[14:])
    plain = signature + box(b"jp2h", size + grey) + box(b"jp2c", stream)
    for name, frame in {
        "XML box": signature + box(b"jp2h", size + grey) + box(b"xml ", NAME) + box(b"jp2c", stream),
        "UUID box at the end": plain + box(b"uuid", bytes(16) + NAME),
        "profile": signature + box(b"jp2h", size + profile) + box(b"jp2c", stream),
        "comment": plain.replace(b"\xff\x90", segment(0x64, b"\0\1" + NAME) + b"\xff\x90", 1).replace(
            (8 + len(stream)).to_bytes(4, "big") + b"jp2c", bytes(4) + b"jp2c"
        ),
    }.items():
        yield Planted(f"{name} of JP2", JPEG_2000, plain, frame, NAME)


def _in_run_lengths() -> Iterator[Planted]:
    segment_bytes = bytes(imagecodecs.packbits_encode(samples(), axis=-1))
    segment_bytes += b"\0" * (len(segment_bytes) % 2)

    def frame(unused: bytes, gap: bytes) -> bytes:
        header = struct.pack("<2I", 1, 64 + len(gap)) + unused.ljust(56, b"\0")
        return header + gap + segment_bytes

    plain = frame(b"", b"")
    yield Planted("unused offsets of RLE", RLE, plain, frame(NAME, b""), NAME)
    yield Planted("gap of RLE", RLE, frame(b"", bytes(len(NAME))), frame(b"", NAME), NAME)
    yield Planted("zeros of RLE", RLE, plain, frame(b"", bytes(8)), b"")
