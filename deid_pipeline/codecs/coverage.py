"""Which kinds of frames are redacted, and how exactly: one cell for each kind, each a contract test.

What belongs here: the list. What does not: doing it (one file for each codec), proving it (the tests).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deid_pipeline.codecs.protocol import Codec

_PREFIX = "1.2.840.10008.1.2"
_GREY, _INDEXED = ("MONOCHROME1", "MONOCHROME2"), ("PALETTE COLOR",)
_EVERY_WIDTH = ("8/8", "16/10", "16/12", "16/16", "16/12s", "16/16s")
_EXACT, _UNITS = "exact", "exact outside touched units of 8 or 16 pixels"
_PAIRS = "exact but for chroma that a pair shares with a box"
_DECODED = "as decoded before"


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One kind of frame.

    ``bits`` is Bits Allocated / Bits Stored, with an ``s`` for two's complement, an ``f`` for (Double) Float Pixel
    Data, which have no Bits Stored; ``outside`` says what holds outside boxes; ``decoders`` name packages in which it
    is tested (what they wrap), the codec's own first.
    """

    transfer_syntax_uid: str
    photometric_interpretation: str
    bits: str
    outside: str
    decoders: tuple[str, ...]

    @property
    def bits_allocated(self) -> int:
        """Bits of a cell."""
        return int(self.bits.split("/")[0])

    @property
    def bits_stored(self) -> int:
        """Bits that hold a value."""
        return int(self.bits.split("/")[1].rstrip("sf"))

    @property
    def is_signed(self) -> bool:
        """Whether stored values are two's complement."""
        return self.bits.endswith("s")

    @property
    def is_float(self) -> bool:
        """Whether they are floating-point numbers."""
        return self.bits.endswith("f")


def cells_of(codec: Codec) -> Iterator[Cell]:
    """The cells of one member of the room, in the order of its transfer syntaxes."""
    order = codec.transfer_syntax_uids
    found = (cell for cell in CELLS if cell.transfer_syntax_uid in order)
    return iter(sorted(found, key=lambda cell: order.index(cell.transfer_syntax_uid)))


def _family(
    syntaxes: Iterable[str],
    kinds: dict[tuple[str, ...], tuple[str, ...]],
    outside: str,
    decoders: tuple[str, ...],
) -> Iterator[Cell]:
    for syntax in syntaxes:
        for interpretations, widths in kinds.items():
            for interpretation in interpretations:
                for bits in widths:
                    yield Cell(_PREFIX + syntax, interpretation, bits, outside, decoders)


_PLAIN = {_GREY: (*_EVERY_WIDTH, "32/32", "32/32s"), _INDEXED: ("8/8", "16/16"), ("RGB",): ("8/8", "16/16")}
_FLOAT: dict[tuple[str, ...], tuple[str, ...]] = {_GREY: ("32/32f", "64/64f")}
_NATIVE = {("MONOCHROME2",): ("1/1",), **_PLAIN, ("YBR_FULL",): ("8/8",)}
_HALVED: dict[tuple[str, ...], tuple[str, ...]] = {("YBR_FULL_422",): ("8/8",)}
_CODED = {_GREY: _EVERY_WIDTH, _INDEXED: ("8/8", "16/16"), ("RGB",): ("8/8", "16/12", "16/16"), ("YBR_FULL",): ("8/8",)}
_WAVELET = {_GREY: _EVERY_WIDTH, _INDEXED: ("8/8", "16/16"), ("RGB", "YBR_RCT"): ("8/8", "16/12", "16/16")}
_LOSSY_WAVELET = {**_WAVELET, ("YBR_ICT",): ("8/8",)}
_JPEG_XL = ("imagecodecs (libjxl 0.11)", "pyjpegxl (libjxl 0.12)")

SWAPPED = ("1.2.840.10008.1.2.2", ("1/1", "8/8"))
"""The syntax and the bits of samples that lie swapped in pairs where Pixel Data has VR OW: such files are held."""
CELLS: tuple[Cell, ...] = (
    *_family(("", ".1", ".1.98", ".1.99", ".2"), _NATIVE, _EXACT, ("NumPy", "pydicom")),
    *_family(("", ".1", ".1.98", ".1.99", ".2"), _HALVED, _PAIRS, ("NumPy", "pydicom")),
    *_family(("", ".1", ".1.99", ".2"), _FLOAT, _EXACT, ("NumPy", "pydicom")),
    *_family((".8.1",), _NATIVE, _EXACT, ("zlib", "libdeflate")),
    *_family((".8.1",), _HALVED, _PAIRS, ("zlib", "libdeflate")),
    *_family((".5",), {**_PLAIN, ("YBR_FULL",): ("8/8",)}, _EXACT, ("imagecodecs", "pylibjpeg-rle", "pydicom")),
    *_family(
        (".4.50",),
        {(*_GREY, "RGB", "YBR_FULL", "YBR_FULL_422"): ("8/8",)},
        _UNITS,
        ("imagecodecs (libjpeg-turbo)", "Pillow", "OpenCV"),
    ),
    *_family((".4.51",), {_GREY: ("8/8",)}, _UNITS, ("imagecodecs (libjpeg-turbo)", "Pillow", "OpenCV")),
    *_family((".4.51",), {_GREY: ("16/12",)}, _UNITS, ("imagecodecs (libjpeg-turbo)",)),
    *_family((".4.57", ".4.70"), _CODED, _EXACT, ("imagecodecs (libjpeg-turbo)", "jpegsof3", "liblj92")),
    *_family((".4.80",), _CODED, _EXACT, ("imagecodecs (CharLS)", "pyjpegls (CharLS)")),
    *_family((".4.81",), _CODED, _DECODED, ("imagecodecs (CharLS)", "pyjpegls (CharLS)")),
    *_family((".4.90",), _WAVELET, _EXACT, ("imagecodecs (OpenJPEG)", "pylibjpeg-openjpeg")),
    *_family((".4.91",), _LOSSY_WAVELET, _DECODED, ("imagecodecs (OpenJPEG)", "pylibjpeg-openjpeg")),
    *_family((".4.201", ".4.202"), _WAVELET, _EXACT, ("imagecodecs (OpenJPH)", "pylibjpeg-openjpeg")),
    *_family((".4.203",), _LOSSY_WAVELET, _DECODED, ("imagecodecs (OpenJPH)", "pylibjpeg-openjpeg")),
    *_family((".4.110",), _CODED, _EXACT, _JPEG_XL),
    *_family((".4.111",), {(*_GREY, "YBR_FULL", "YBR_FULL_422"): ("8/8",)}, _UNITS, _JPEG_XL),
    *_family((".4.112",), {_GREY: _EVERY_WIDTH, ("RGB", "XYB"): ("8/8",)}, _DECODED, _JPEG_XL),
)
"""Every kind of frame that is known to be redacted; others are tried, proven on the spot, or held."""
