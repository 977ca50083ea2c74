"""What the header says about pixels after boxes were filled: only what has become untrue changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit

from deid_pipeline.checks import CHECKS, run_checks
from deid_pipeline.model import Box, OutputFile, ReadLine
from deid_pipeline.pseudonyms import uid_pseudonym
from deid_pipeline.stages import detection, redact_file
from deid_pipeline.stages.redaction import GivenBox
from deid_pipeline.stages.validation import check_case
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages
from deid_pipeline_tests.unit.stages.test_set_regions import Reader

SIZE = 48
BOX = Box(10, 10, 30, 20)
NATIVE = "1.2.840.10008.1.2.1"


def picture(*, text: int = 4000, low: int = 50, frames: int = 1) -> np.ndarray[Any, Any]:
    values = np.random.default_rng(1).integers(low, 900, (frames, SIZE, SIZE)).astype(np.uint16)
    values[:, 0, 0], values[:, 0, 1] = low, 899
    values[0, 12:18, 12:28] = text
    return values


def written(path: Path, values: np.ndarray[Any, Any], syntax: str = NATIVE, **elements: Any) -> Path:
    dataset = small_ct(size=SIZE)
    dataset.NumberOfFrames = len(values)
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    dataset.BitsStored, dataset.HighBit = 16, 15
    if syntax == JPEG2000Lossless:
        dataset.PixelData = encapsulate([bytes(imagecodecs.jpeg2k_encode(one, level=0)) for one in values])
        dataset["PixelData"].VR = "OB"
    else:
        dataset.PixelData = values.tobytes()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return save(dataset, path, syntax=syntax)


def redacted(source: Path, *, fill: str = "background", boxes: tuple[Box, ...] = (BOX,), frame: int = 0) -> Dataset:
    target = source.with_name("out.dcm")
    redact_file(source, target, tuple(GivenBox(frame, None, box) for box in boxes), fill=fill)
    return pydicom.dcmread(target)


@pytest.mark.parametrize("syntax", [NATIVE, DeflatedExplicitVRLittleEndian, JPEG2000Lossless])
def test_an_extreme_that_was_burned_in_goes_with_it(tmp_path: Path, syntax: str) -> None:
    source = written(tmp_path / "in.dcm", picture(), syntax, SmallestImagePixelValue=50, LargestImagePixelValue=4000)
    after = redacted(source)
    assert (after.SmallestImagePixelValue, after.LargestImagePixelValue) == (50, 899)
    assert after["LargestImagePixelValue"].VR == "US"


def test_an_extreme_of_another_frame_stays_true_and_one_of_none_is_searched_in_all(tmp_path: Path) -> None:
    values = picture(frames=3)
    values[2, 40, 40] = 4000
    source = written(tmp_path / "in.dcm", values, LargestImagePixelValue=4000)
    assert redacted(source).LargestImagePixelValue == 4000
    values[2, 40, 40] = 3000
    source = written(tmp_path / "in.dcm", values, LargestImagePixelValue=4000)
    assert redacted(source).LargestImagePixelValue == 3000


def test_what_was_not_true_before_and_what_stays_true_are_left_alone(tmp_path: Path) -> None:
    for said in (5000, 1000):
        source = written(tmp_path / "in.dcm", picture(), LargestImagePixelValue=said, SmallestImagePixelValue=50)
        after = redacted(source)
        assert (after.LargestImagePixelValue, after.SmallestImagePixelValue) == (said, 50)
    assert "LargestImagePixelValue" not in redacted(written(tmp_path / "in.dcm", picture()))


def test_signed_values_and_padding_are_told_apart(tmp_path: Path) -> None:
    values = picture(text=1500).astype(np.int16) - 1000
    values[0, :4] = -2000
    source = written(
        tmp_path / "in.dcm", values, LargestImagePixelValue=500, SmallestImagePixelValue=-950, PixelPaddingValue=-2000
    )
    dataset = pydicom.dcmread(source)
    assert dataset["LargestImagePixelValue"].VR == "SS"
    after = redacted(source)
    inside = slice(4, None)
    true = values[0, inside].copy()
    true[BOX.top - 4 : BOX.bottom - 4, BOX.left : BOX.right] = true[-1, -1]
    assert after.LargestImagePixelValue == true.max()
    assert after.SmallestImagePixelValue == -950
    assert after.PixelPaddingValue == -2000


def test_the_gate_finds_an_extreme_that_is_not_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deid_pipeline.stages.value_range.ValueRange._field", lambda *_: b"\x10\x00")
    source = written(tmp_path / "in.dcm", picture(), LargestImagePixelValue=4000)
    with pytest.raises(Exception, match="pixels_retained"):
        redacted(source)


def through_the_pipeline(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, edit: Callable[[Dataset], Any] = lambda _: None,
    found: bool = True, pixels: str = "  text: redact_all\n", syntax: str = NATIVE,
) -> tuple[Dataset, Dataset, OutputFile]:  # fmt: skip
    lines = (ReadLine(Box(13, 13, 27, 17), "QUILLFEATHER", 0.9),) if found else ()
    monkeypatch.setattr(detection, "engine", lambda **_: Reader(lines))
    (folder / "mine.yaml").write_text(f"extends: basic\npixels:\n{pixels}")
    project = project_in(folder, strategy=str(folder / "mine.yaml"))
    source = written(project.settings.landing / "1", picture(), LargestImagePixelValue=4000)
    dataset = pydicom.dcmread(source)
    edit(dataset)
    save(dataset, source, syntax=syntax)
    row = outputs(project, run_stages(project))["1"]
    assert row.status == "released", row.reason
    before, after = pydicom.dcmread(source), pydicom.dcmread(row.output_path)
    assert after.SOPInstanceUID == uid_pseudonym(project.secret, before.SOPInstanceUID), "only by the map"
    return before, after, row


def codes(dataset: Dataset) -> set[str]:
    return {item.CodeValue for item in dataset.DeidentificationMethodCodeSequence}


def test_the_pipeline_tells_of_a_cleaned_file_and_keeps_the_range_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, after, row = through_the_pipeline(
        tmp_path, monkeypatch, edit=lambda dataset: setattr(dataset, "BurnedInAnnotation", "YES")
    )
    assert row.frames_redacted == 1
    assert (after.BurnedInAnnotation, after.LargestImagePixelValue) == ("NO", 899)
    assert "113101" in codes(after)


@pytest.mark.parametrize("said", ["YES", "NO", None])
def test_nothing_is_said_of_burned_in_text_where_none_was_cleaned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None
) -> None:
    _, after, _ = through_the_pipeline(
        tmp_path, monkeypatch, found=False,
        edit=lambda dataset: setattr(dataset, "BurnedInAnnotation", said) if said else None,
    )  # fmt: skip
    assert after.get("BurnedInAnnotation") == said
    assert ("113101" in codes(after)) is (said != "YES")  # text that the source speaks of was not found
    assert after.LargestImagePixelValue == 4000


def test_a_mosaic_claims_no_clean_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, after, row = through_the_pipeline(
        tmp_path, monkeypatch, pixels="  fill: blur\n",
        edit=lambda dataset: setattr(dataset, "BurnedInAnnotation", "YES"),
    )  # fmt: skip
    assert row.frames_redacted == 1
    assert after.BurnedInAnnotation == "YES"
    assert "113101" not in codes(after)


def test_lossy_flags_stay_when_frames_are_rewritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lossy(dataset: Dataset) -> None:
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
        values = (picture()[0] // 16).astype(np.uint8)
        dataset.PixelData = encapsulate([bytes(imagecodecs.jpeg8_encode(values, level=90))])
        dataset["PixelData"].VR = "OB"
        dataset.LossyImageCompression, dataset.LossyImageCompressionRatio = "01", "9.5"
        dataset.LossyImageCompressionMethod = "ISO_10918_1"

    before, after, row = through_the_pipeline(tmp_path, monkeypatch, edit=lossy, syntax=JPEGBaseline8Bit)
    assert row.frames_redacted == 1
    for keyword in ("LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod"):
        assert after[keyword].value == before[keyword].value


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda case: replace(case, claims_clean_pixels=False), "claims 113101"),
        (lambda case: replace(case, written=lambda: iter(())), "pixels_hidden"),
    ],
)
def test_the_gate_knows_which_fill_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Callable[[Any], Any], told: str
) -> None:
    cases = []
    monkeypatch.setattr(
        "deid_pipeline.stages.validation.check_case", lambda *given: cases.append(check_case(*given)) or cases[-1]
    )
    through_the_pipeline(tmp_path, monkeypatch)
    copy = tmp_path / "copy.dcm"
    copy.write_bytes(next((tmp_path / "release").rglob("*.dcm")).read_bytes())
    results = run_checks(edit(replace(cases[0], output_path=copy)), checks=CHECKS)
    assert any(told in f"{result.check} {result.detail}" for result in results if not result.passed)
