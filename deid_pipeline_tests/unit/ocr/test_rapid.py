"""RapidOCR: offline, quiet, loaded once, and no box is lost on the way."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from deid_pipeline.errors import EngineUnavailableError
from deid_pipeline.ocr import engine, rapid
from deid_pipeline.ocr.rapid import RapidEngine


def _picture(size: tuple[int, int], *texts: tuple[int, int, int, str], ground: int = 30) -> np.ndarray[Any, Any]:
    picture = Image.new("L", (size[1], size[0]), ground)
    draw = ImageDraw.Draw(picture)
    for left, top, height, text in texts:
        draw.text((left, top), text, fill=235, font=ImageFont.load_default(height))
    return np.asarray(picture)


def test_text_is_found_where_it_is() -> None:
    (line,) = engine().read(_picture((300, 400), (100, 120, 22, "DAVIDSON 1976")))
    assert line.text.replace(" ", "") == "DAVIDSON1976"
    assert line.read_score > 0.8
    assert 80 <= line.box.left <= 101
    assert 110 <= line.box.top <= 128
    assert 235 <= line.box.right <= 290
    assert 135 <= line.box.bottom <= 155


def test_coloured_text_is_found() -> None:
    picture = np.zeros((200, 300, 3), dtype=np.uint8)
    picture[..., 0] = _picture((200, 300), (40, 80, 24, "SMITH JOHN"), ground=0)
    assert [line.text for line in engine().read(picture)] == ["SMITH JOHN"]


def test_small_text_on_a_large_radiograph_is_found_at_full_resolution() -> None:
    picture = _picture((2600, 3000), (2700, 2500, 14, "ID 29282"))
    boxes = [line.box for line in engine().read(picture)]
    assert any(box.left <= 2705 and box.right >= 2750 and 2480 <= box.top <= box.bottom <= 2530 for box in boxes)


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "J2K_pixelrep_mismatch.dcm"])
def test_pictures_without_text_are_not_taken_for_a_letter(name: str) -> None:
    pydicom = pytest.importorskip("pydicom")
    path = Path(pydicom.__file__).parent / "data" / "test_files" / name
    values = pydicom.dcmread(path).pixel_array.astype(float)
    picture = ((values - values.min()) * (255 / np.ptp(values))).astype(np.uint8)
    covered = sum(line.box.area for line in engine().read(picture))
    assert covered <= 0.01 * picture.size


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (8, 8), (10, 700), (700, 10), (8, 8, 3)])
def test_tiny_and_narrow_images_do_not_crash(shape: tuple[int, ...]) -> None:
    picture = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    for line in engine().read(picture):
        assert 0 <= line.box.left < line.box.right <= shape[1]
        assert 0 <= line.box.top < line.box.bottom <= shape[0]


@pytest.mark.parametrize(
    "picture", [np.zeros((20, 20)), np.zeros((2, 4, 4), dtype=np.uint8), np.zeros(4, dtype=np.uint8)]
)
def test_arrays_that_are_no_images_are_refused(picture: np.ndarray[Any, Any]) -> None:
    with pytest.raises(ValueError, match="uint8"):
        engine().read(picture)


def test_boxes_whose_text_cannot_be_read_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = engine()
    picture = _picture((300, 400), (100, 120, 22, "DAVIDSON 1976"))
    reader.read(picture)
    loaded = reader._engine()  # type: ignore[attr-defined]

    class Unread:
        txts, scores = ("  ",), (0.0,)

    monkeypatch.setattr(loaded, "recognize_txt", lambda _: Unread())
    (line,) = reader.read(picture)
    assert line.text == ""
    assert line.box.area > 0


def test_an_oversized_box_is_replaced_by_what_the_quarters_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    from deid_pipeline.model import Box, ReadLine

    looks: list[float] = []

    def find(_: object, _part: object, piece: Any) -> list[ReadLine]:
        looks.append(piece.scale)
        oversized = ReadLine(piece.box, "", 0.1) if len(looks) == 1 else ReadLine(Box(4, 4, 9, 6), "A", 0.9)
        return [oversized]

    monkeypatch.setattr(rapid, "_find", find)
    monkeypatch.setattr(RapidEngine, "_engine", lambda _: None)
    picture = _picture((1024, 1024), (100, 120, 22, "DAVIDSON"))
    picture = np.where(np.indices(picture.shape).sum(axis=0) % 2, picture, 0).astype(np.uint8)
    assert RapidEngine().read(picture) == [ReadLine(Box(4, 4, 9, 6), "A", 0.9)]
    assert looks == [1.0, 1.5, 1.5, 1.5, 1.5]


def test_what_is_taken_for_text_in_every_look_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    from deid_pipeline.model import ReadLine

    monkeypatch.setattr(rapid, "_find", lambda _engine, _part, piece: [ReadLine(piece.box, "", 0.1)])
    monkeypatch.setattr(RapidEngine, "_engine", lambda _: None)
    picture = np.tile(np.array([0, 255], dtype=np.uint8), (512, 256))
    covered = np.zeros(picture.shape, dtype=bool)
    for line in RapidEngine().read(picture):
        covered[line.box.top : line.box.bottom, line.box.left : line.box.right] = True
    assert covered.all()


def test_the_engine_is_loaded_once_per_process_and_again_after_a_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[int] = []
    monkeypatch.setattr(rapid, "_load", lambda threads: loads.append(threads) or object())
    reader = RapidEngine(threads=2)
    assert reader._engine() is reader._engine()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    reader._engine()
    assert loads == [2, 2]
    assert engine("rapidocr", 1) is engine("rapidocr", 1)


def test_threads_reach_onnxruntime() -> None:
    loaded = RapidEngine(threads=1)._engine()
    assert loaded.text_det.session.session.get_session_options().intra_op_num_threads == 1


def test_no_download_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    import requests

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the engine tried to reach the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(requests.Session, "request", refuse)
    lines = RapidEngine(threads=1).read(_picture((300, 400), (100, 120, 22, "DAVIDSON")))
    assert [line.text for line in lines] == ["DAVIDSON"]


def test_a_missing_model_is_not_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rapid, "_DETECTOR", "another_model.onnx")
    with pytest.raises(EngineUnavailableError, match="models"):
        RapidEngine()._engine()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(EngineUnavailableError, match="rapidocr"):
        RapidEngine()._engine()


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(EngineUnavailableError):
        engine("none")


def test_nothing_is_printed_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    program = (
        "import logging; logging.basicConfig(level=logging.DEBUG)\n"
        "import numpy as np\n"
        "from PIL import Image, ImageDraw, ImageFont\n"
        "from deid_pipeline.ocr import engine\n"
        "picture = Image.new('L', (300, 200), 20)\n"
        "ImageDraw.Draw(picture).text((40, 80), 'SEXTON', fill=235, font=ImageFont.load_default(24))\n"
        "assert [line.text for line in engine().read(np.asarray(picture))] == ['SEXTON']\n"
        "assert engine().read(np.zeros((100, 100), dtype=np.uint8)) == []\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == ""
    assert not any(word in done.stderr for word in ("SEXTON", "RapidOCR", "rapidocr", ".onnx"))
    with caplog.at_level(logging.DEBUG):
        engine().read(_picture((300, 400), (100, 120, 22, "DAVIDSON")))
    assert "DAVIDSON" not in caplog.text
