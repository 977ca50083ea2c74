"""Whatever the frame and the boxes: outside nothing changes, inside there is one colour, or an error says why not."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.encaps import encapsulate, generate_frames
from pydicom.filereader import read_file_meta_info
from pydicom.pixels import get_decoder

from deid_pipeline.codecs import codec_for
from deid_pipeline.codecs.jpeg_redaction import mcu_boxes, redact_jpeg
from deid_pipeline.codecs.jpeg_stream import read_stream
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box, Patch, one_colour
from deid_pipeline.stages.redaction import GivenBox, redact_file
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.jpeg_writer import Plan, blackened, random_coefficients, write_jpeg
from deid_pipeline_tests.unit.codecs.layouts import make_layout

Samples = npt.NDArray[Any]
ZIGZAG = [  # T.81 figure 5: along diagonals, up the even ones and down the odd ones
    (place, diagonal - place) if diagonal % 2 else (diagonal - place, place)
    for diagonal in range(15)
    for place in range(max(0, diagonal - 7), min(8, diagonal + 1))
]
BLACK = {1: (0,), 3: (0, 128, 128), 4: (0, 0, 0, 0)}
FACTORS = (
    ((1, 1),),
    ((2, 2),),
    ((1, 1), (1, 1), (1, 1)),
    ((2, 1), (1, 1), (1, 1)),
    ((2, 2), (1, 1), (1, 1)),
    ((1, 2), (1, 1), (1, 1)),
    ((4, 1), (1, 1), (1, 1)),
    ((2, 2), (2, 1), (1, 2)),
    ((3, 1), (1, 1), (2, 1)),
    ((1, 1), (1, 1), (1, 1), (1, 1)),
)
PYDICOM_FILES = Path(pydicom.__file__).parent / "data" / "test_files"
SYNTAXES = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")


@st.composite
def boxes_in(draw: st.DrawFn, *, rows: int, columns: int) -> list[Box]:
    boxes = []
    for _ in range(draw(st.integers(1, 4))):
        left, top = draw(st.integers(-9, columns - 1)), draw(st.integers(-9, rows - 1))
        boxes.append(Box(left, top, left + draw(st.integers(1, columns)), top + draw(st.integers(1, rows))))
    return boxes


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    factors = draw(st.sampled_from(FACTORS))
    every = tuple(range(len(factors)))
    scans = draw(st.sampled_from([(every,), tuple((index,) for index in every), ((0,), every[1:] or (0,))]))
    return Plan(
        draw(st.integers(1, 50)),
        draw(st.integers(1, 70)),
        factors,
        scans=scans if len(every) > 1 else (every,),
        precision=draw(st.sampled_from((8, 12))),
        restart_interval=draw(st.sampled_from((0, 0, 1, 2, 5))),
        renews=draw(st.booleans()),
        dnl=draw(st.booleans()),
    )


@given(plan=plans(), data=st.data())
@settings(max_examples=80, deadline=None)
def test_every_coefficient_outside_the_hit_units_stays_bit_for_bit(plan: Plan, data: st.DataObject) -> None:
    seed, density = data.draw(st.integers(0, 99)), data.draw(st.sampled_from((0.0, 0.1, 0.95)))
    coefficients = random_coefficients(plan, seed=seed, density=density)
    boxes = data.draw(boxes_in(rows=plan.rows, columns=plan.columns))
    colours = [[data.draw(st.integers(0, (1 << plan.precision) - 1)) for _ in plan.factors] for _ in range(2)]
    wide, high = (8, 8) if len(plan.factors) == 1 else (8 * plan.widest, 8 * plan.highest)
    patches, filled = [], coefficients
    for index, box in enumerate(boxes):
        colour, hits = colours[index % 2], np.zeros(plan.units(), dtype=bool)
        if box.right > 0 and box.bottom > 0:
            hits[max(0, box.top) // high : -(-box.bottom // high), max(0, box.left) // wide : -(-box.right // wide)] = 1
        patches += one_colour([box], colour)
        filled = blackened(plan, filled, hits=hits, fill=colour)
    expected = write_jpeg(plan, filled)
    stream = write_jpeg(plan, coefficients)
    assert redact_jpeg(stream, patches=patches) == expected
    assert redact_jpeg(stream, patches=patches, to_end=False) == expected


@given(plan=plans(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_pictures_are_coded_as_their_transform_says_in_any_order_of_scans(plan: Plan, data: st.DataObject) -> None:
    """Compare with a stream that another writer makes of the same coefficients; all others stay bit for bit."""
    assume(all(plan.widest % h == 0 and plan.highest % v == 0 for h, v in plan.factors))
    coefficients = random_coefficients(plan, seed=data.draw(st.integers(0, 99)))
    wide, high = (8, 8) if len(plan.factors) == 1 else (8 * plan.widest, 8 * plan.highest)
    rows, columns = plan.units()
    left, top = data.draw(st.integers(0, columns - 1)), data.draw(st.integers(0, rows - 1))
    seed, top_value = data.draw(st.integers(0, 99)), (1 << plan.precision) - 1
    drawn = np.random.default_rng(seed).integers(0, top_value + 1, (high, wide, len(plan.factors)))
    box = Box(left * wide, top * high, (left + 1) * wide, (top + 1) * high)
    changed = [values.copy() for values in coefficients]
    for component, values in enumerate(changed):
        across, down = (1, 1) if len(plan.factors) == 1 else plan.factors[component]
        shape = (8 * down, high // (8 * down), 8 * across, wide // (8 * across))
        means = drawn[..., component].reshape(shape).mean(axis=(1, 3)) - (1 << (plan.precision - 1))
        for row in range(down):
            for column in range(across):
                block = cv2.dct(means[8 * row : 8 * row + 8, 8 * column : 8 * column + 8].copy()) / plan.step
                assume(np.abs(block % 1 - 0.5).min() > 1e-9)  # no rounding either way
                zigzag = [round(block[place]) for place in ZIGZAG]
                values[top * down + row, left * across + column] = zigzag
    stream = write_jpeg(plan, coefficients)
    assert redact_jpeg(stream, patches=[Patch(box, drawn)]) == write_jpeg(plan, changed)


@given(plan=plans(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_files_of_any_form_are_redacted_and_pass_the_gate(plan: Plan, data: st.DataObject) -> None:
    """From file to file, as `deidp redact` does it: what cannot be proven with another reader would be held."""
    count = len(plan.factors)
    assume(count in (1, 3))
    assume(all(plan.widest % across == 0 and plan.highest % down == 0 for across, down in plan.factors))
    dataset = small_ct(size=8)
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = plan.rows, plan.columns, count
    dataset.PhotometricInterpretation = "MONOCHROME2" if count == 1 else "YBR_FULL"
    if count > 1:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = 16 if plan.precision > 8 else 8
    dataset.BitsStored, dataset.HighBit = plan.precision, plan.precision - 1
    frames = [write_jpeg(plan, random_coefficients(plan, seed=seed)) for seed in (1, 2)]
    dataset.PixelData, dataset.NumberOfFrames = encapsulate(frames), 2
    dataset["PixelData"].VR = "OB"
    left, top = data.draw(st.integers(0, plan.columns - 1)), data.draw(st.integers(0, plan.rows - 1))
    box = Box(left, top, data.draw(st.integers(left + 1, plan.columns)), data.draw(st.integers(top + 1, plan.rows)))
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.dcm", Path(folder) / "out.dcm"
        save(dataset, source, syntax=SYNTAXES[plan.precision > 8])
        assert redact_file(source, target, (GivenBox(1, None, box),)) == 1
        old, new = (
            list(generate_frames(pydicom.dcmread(path).PixelData, number_of_frames=2)) for path in (source, target)
        )
    assert old[0] == new[0]
    layout = make_layout(rows=plan.rows, columns=plan.columns)
    for before, after in zip(decoded(old[1]), decoded(new[1]), strict=True):
        inside = after[box.top : box.bottom, box.left : box.right]
        assert (inside == inside[0, 0]).all()
        outside = ~mask_of(after.shape, codec_for(SYNTAXES[0]).changed_boxes(old[1], layout, boxes=[box]))
        assert np.array_equal(before[outside], after[outside])


def picture(rows: int, columns: int, *, components: int, seed: int, top: int) -> Samples:
    """Noise on a gradient, ``(rows, columns)`` or ``(rows, columns, components)``, 0 to ``top``."""
    rng = np.random.default_rng(seed)
    shape = (rows, columns) if components == 1 else (rows, columns, components)
    slope = np.linspace(0, top, columns).reshape((1, columns) + (1,) * (components > 1))
    return np.clip(slope + rng.normal(0, top / 12, shape), 0, top).astype(np.uint8 if top < 256 else np.uint16)


@st.composite
def encoded(draw: st.DrawFn) -> tuple[bytes, int]:
    """A stream of one of two encoders, and its number of components."""
    components = draw(st.sampled_from((1, 3, 4)))
    encoder = draw(st.sampled_from(("turbo", "turbo 12", "pillow"))) if components < 4 else "pillow"
    shape = {"rows": draw(st.integers(1, 60)), "columns": draw(st.integers(1, 80))}
    top = 4095 if encoder == "turbo 12" else 255
    samples = picture(**shape, components=components, seed=draw(st.integers(0, 99)), top=top)
    quality, optimise = draw(st.integers(5, 100)), draw(st.booleans())
    if encoder != "pillow":
        sampling = draw(st.sampled_from(("444", "422", "420", "411", "440"))) if components == 3 else None
        options = {"bitspersample": 12} if top > 255 else {"optimize": optimise}
        return imagecodecs.jpeg8_encode(samples, level=quality, subsampling=sampling, **options), components
    written = io.BytesIO()
    Image.fromarray(samples, {1: "L", 3: "RGB", 4: "CMYK"}[components]).save(
        written,
        "jpeg",
        quality=quality,
        optimize=optimise,
        subsampling=draw(st.sampled_from((0, 1, 2))),
        restart_marker_blocks=draw(st.sampled_from((0, 1, 7))),
        comment=b"a comment",
    )
    return written.getvalue(), components


def decoded(stream: bytes) -> Iterator[Samples]:
    """What independent decoders make of a stream, in the stream's own colours and converted."""
    yield (
        imagecodecs.jpeg8_decode(stream, colorspace="RGB", outcolorspace="RGB")
        if is_colour(stream)
        else imagecodecs.jpeg8_decode(stream)
    )
    if read_stream(stream).frame.precision == 8:
        yield np.asarray(Image.open(io.BytesIO(stream)))


def is_colour(stream: bytes) -> bool:
    return len(read_stream(stream).frame.components) == 3


def mask_of(shape: tuple[int, ...], boxes: tuple[Box, ...]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(shape[:2], dtype=bool)
    for box in boxes:
        mask[box.top : box.bottom, box.left : box.right] = True
    return mask


def inner(frame_boxes: list[Box], stream: bytes) -> tuple[Box, ...]:
    """Boxes less what a decoder may smooth across their edges."""
    beside, below = read_stream(stream).frame.ring
    return tuple(
        Box(max(0, box.left) + beside, max(0, box.top) + below, box.right - beside, box.bottom - below)
        for box in frame_boxes
        if box.right > beside and box.bottom > below
    )


@given(source=encoded(), data=st.data())
@settings(max_examples=120, deadline=None)
def test_decoders_see_the_same_outside_and_black_inside(source: tuple[bytes, int], data: st.DataObject) -> None:
    stream, components = source
    frame = read_stream(stream).frame
    boxes = data.draw(boxes_in(rows=frame.rows, columns=frame.columns))
    fill = BLACK[components] if frame.precision == 8 else (0,) + (2048,) * (components - 1)
    redacted = redact_jpeg(stream, patches=one_colour(boxes, fill))
    outside = ~mask_of((frame.rows, frame.columns), mcu_boxes(stream, boxes))
    inside = mask_of((frame.rows, frame.columns), inner(boxes, stream))
    before, after = list(decoded(stream)), list(decoded(redacted))
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(old[outside], new[outside])
    if inside.any():
        assert all(np.ptp(new[inside].reshape(-1, components), axis=0).max() == 0 for new in after)
        assert components == 4 or np.all(after[0][inside] == np.array(fill if components > 1 else fill[0]))


def real_files() -> list[Path]:
    names = ("*JPEG*.dcm", "*jpeg*.dcm", "SC_rgb_dcmtk*.dcm", "JPGExtended.dcm", "*ybr_color*.dcm")
    found = sorted({path for name in names for path in PYDICOM_FILES.parent.rglob(name)})
    return [path for path in found if syntax_of(path) in SYNTAXES]


def syntax_of(path: Path) -> str:
    return str(read_file_meta_info(path).TransferSyntaxUID)


def check_file(path: Path) -> int:
    """Redact all frames of a file and compare them in every decoder that is installed; how many of these there were."""
    original, changed = pydicom.dcmread(path), pydicom.dcmread(path)
    count = int(original.get("NumberOfFrames", 1) or 1)
    frames = list(generate_frames(original.PixelData, number_of_frames=count))
    rows, columns = int(original.Rows), int(original.Columns)
    boxes = [Box(2, 1, columns // 3 + 2, rows // 4 + 2), Box(columns // 2, rows // 2, columns // 2 + 9, rows // 2 + 3)]
    ybr = original.PhotometricInterpretation.startswith("YBR")
    fill = BLACK[3] if ybr else (0,) * int(original.SamplesPerPixel)
    changed.PixelData = encapsulate([redact_jpeg(frame, patches=one_colour(boxes, fill)) for frame in frames])
    outside = ~mask_of((rows, columns), mcu_boxes(frames[0], boxes))
    inside = mask_of((rows, columns), inner(boxes, frames[0]))
    decoder = get_decoder(original.file_meta.TransferSyntaxUID)
    compared = 0
    for plugin in decoder.available_plugins:
        try:
            old = decoder.as_array(original, raw=True, decoding_plugin=plugin)[0]
        except RuntimeError:  # not every plug-in reads 12 bits
            continue
        new = decoder.as_array(changed, raw=True, decoding_plugin=plugin)[0]
        old, new = (array.reshape(count, rows, columns, -1) for array in (old, new))
        assert np.array_equal(old[:, outside], new[:, outside]), plugin
        assert np.all(new[:, inside] == np.array(fill)), plugin
        compared += 1
    if original.BitsAllocated > 8:
        old, new = (
            imagecodecs.jpeg8_decode(next(generate_frames(data, number_of_frames=1)))
            for data in (original.PixelData, changed.PixelData)
        )
        assert np.array_equal(old[outside], new[outside])
        assert not new[inside].any()
        compared += 1
    return compared


@pytest.mark.parametrize("path", real_files(), ids=lambda path: path.name)
def test_files_of_other_encoders_are_redacted(path: Path) -> None:
    assert check_file(path) >= 1  # the scan of JPEG-lossy.dcm claims to end at coefficient 0, and does not


def test_tiles_of_a_slide_scanner_are_redacted(shared_data: Path) -> None:
    assert check_file(shared_data / "slides" / "camelyon_jpeg.dcm") >= 1


def mutated(stream: bytes, rng: np.random.Generator) -> bytes:
    data = bytearray(stream)
    for _ in range(rng.integers(1, 5)):
        at, kind = int(rng.integers(0, max(1, len(data)))), rng.integers(5)
        if kind < 2 and data:
            data[at] = int(rng.integers(256)) if kind else data[at] ^ 1 << int(rng.integers(8))
        elif kind == 2:
            del data[at : at + int(rng.integers(1, 20))]
        elif kind == 3:
            data[at:at] = rng.bytes(int(rng.integers(1, 9)))
        elif rng.random() < 0.2:
            del data[at:]
    return bytes(data)


def fuzz_seeds() -> list[bytes]:
    grey, colour = (picture(40, 56, components=n, seed=1, top=255) for n in (1, 3))
    plan = Plan(40, 56, ((2, 1), (1, 1), (1, 1)), scans=((0,), (1, 2)), restart_interval=5)
    return [
        imagecodecs.jpeg8_encode(grey, level=80),
        imagecodecs.jpeg8_encode(colour, level=70, subsampling="420"),
        imagecodecs.jpeg8_encode(colour, level=30, subsampling="444", optimize=True),
        write_jpeg(plan, random_coefficients(plan, seed=1)),
    ]


@pytest.mark.parametrize("index", range(4))
def test_damaged_streams_are_redacted_exactly_or_held(index: int) -> None:
    """Where a lenient decoder still reads a damaged stream, it reads the same outside afterwards."""
    rng = np.random.default_rng(index)
    seed = fuzz_seeds()[index]
    fill = (0,) * len(read_stream(seed).frame.components)
    box = Box(3, 3, 20, 12)
    survived = 0
    for _ in range(600):
        stream = mutated(seed, rng)
        try:
            redacted = redact_jpeg(stream, patches=one_colour([box], fill))
            old = next(decoded(stream))
        except (SourceDataError, ResidualRiskError):
            continue
        except imagecodecs.Jpeg8Error:
            continue  # what libjpeg refuses, nobody can compare
        new = next(decoded(redacted))
        outside = ~mask_of(old.shape, mcu_boxes(stream, [box]))
        assert np.array_equal(old[outside], new[outside])
        assert not new[mask_of(new.shape, inner([box], redacted))].any()
        survived += 1
    assert survived > 60
