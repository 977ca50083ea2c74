"""The RapidOCR engine: PP-OCR detector and recogniser under onnxruntime, models from the wheel.

What belongs here: settings and calls of rapidocr. What does not: cutting large images (``tiling``), rendering.

The version of rapidocr is pinned, since language, model size and version other than its defaults are downloaded at run
time. The paths of the packaged models are given explicitly, which leaves it nothing to look for.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from deid_pipeline.errors import EngineUnavailableError
from deid_pipeline.model import Box, ReadLine
from deid_pipeline.ocr.anchor import strip
from deid_pipeline.ocr.tiling import Piece, is_large, join_lines, pieces, quarters

if TYPE_CHECKING:
    from deid_pipeline.ocr.protocol import Image

_DETECTOR = "PP-OCRv6_det_small.onnx"
_RECOGNISER = "PP-OCRv6_rec_small.onnx"
_SMALLEST_PX = 256  # narrower pictures are padded, so that the strip of known text fits
_MOST_LOOKS = 2  # how often a piece with an oversized box is cut into quarters
_READABLE_SCORE = 0.8  # with it, and
_READABLE_LENGTH = 3  # so many characters, an oversized box is text
_SETTINGS: dict[str, Any] = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "Global.text_score": 0.0,
    "Global.use_vertical_padding": False,
    "Det.limit_type": "min",
    "Det.limit_side_len": 32,  # pieces come scaled
    "Det.thresh": 0.2,
    "Det.box_thresh": 0.3,
    "Det.unclip_ratio": 2.0,
    "Det.max_candidates": 20_000,
}


@dataclass(slots=True)
class RapidEngine:
    """RapidOCR with low detection thresholds: every box the detector proposes is returned, also unreadable ones.

    Parameters
    ----------
    threads
        Threads for one image; 0 leaves the number to onnxruntime. Numbers above that of the cores count as 0.
    """

    threads: int = 0
    name: str = field(default="rapidocr", init=False)
    _loaded: tuple[int, Any] | None = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def read(self, image: Image, *, enlarge: bool = True) -> list[ReadLine]:
        """Find every line of text; see `OcrEngine.read`."""
        if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3):
            raise ValueError("an image is uint8, (rows, columns) or (rows, columns, 3)")
        rows, columns = image.shape[:2]
        found: list[ReadLine] = []
        with self._lock:
            for piece in pieces(rows=rows, columns=columns, enlarge=enlarge):
                found += self._read_piece(image, piece)
        return join_lines(found)

    def _read_piece(self, image: Image, piece: Piece, *, looks: int = _MOST_LOOKS) -> list[ReadLine]:
        """Read one part of an image; boxes in pixels of the whole image.

        Oversized boxes that cannot be read as text are replaced by what is found in the quarters of the piece. After
        the last look they stay, as whatever they are was taken for text again and again.
        """
        box = piece.box
        part = image[box.top : box.bottom, box.left : box.right]
        if part.size == 0 or int(part.min()) == int(part.max()):
            return []
        lines = _find(self._engine(), part, piece)
        suspects = {line for line in lines if is_large(line.box, piece) and not _is_readable(line)}
        if not suspects or looks == 0:
            return lines
        lines = [line for line in lines if line not in suspects]
        for quarter in quarters(piece):
            lines += self._read_piece(image, quarter, looks=looks - 1)
        return lines

    def _engine(self) -> Any:
        """Load the models at the first call in this process; a forked child loads its own."""
        if self._loaded is None or self._loaded[0] != os.getpid():
            self._loaded = (os.getpid(), _load(self.threads))
        return self._loaded[1]


def _load(threads: int) -> Any:
    try:
        import onnxruntime  # noqa: F401
        import rapidocr
    except ImportError:
        raise EngineUnavailableError("reading pixels needs the packages rapidocr and onnxruntime") from None
    models = Path(rapidocr.__file__).parent / "models"
    if not all((models / name).is_file() for name in (_DETECTOR, _RECOGNISER)):
        raise EngineUnavailableError("the installed rapidocr does not bring the models of the pinned version")
    settings = _SETTINGS | {
        "Det.model_path": str(models / _DETECTOR),
        "Rec.model_path": str(models / _RECOGNISER),
        "EngineConfig.onnxruntime.intra_op_num_threads": threads or -1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1 if threads else -1,
    }
    rapid = rapidocr.RapidOCR(params=settings)
    rapid._load_det_model()
    rapid._load_rec_model()
    return rapid


def _find(rapid: Any, part: Image, piece: Piece) -> list[ReadLine]:
    """Detect and recognise the lines of one part."""
    picture = _prepare(part, size=piece.shown)
    detected = rapid.text_det(np.vstack([picture, strip(picture.shape[1])]))
    if detected.boxes is None or len(detected.boxes) == 0:
        return []
    quads = np.asarray(detected.boxes, dtype=np.float32)
    quads = quads[quads[:, :, 1].min(axis=1) < picture.shape[0]]
    quads[:, :, 1] = np.minimum(quads[:, :, 1], picture.shape[0])
    texts = _recognise(rapid, picture, quads)
    lines = [ReadLine(_to_image(quad, piece), text, score) for quad, (text, score) in zip(quads, texts, strict=True)]
    return [line for line in lines if line.box.left < line.box.right and line.box.top < line.box.bottom]


def _is_readable(line: ReadLine) -> bool:
    return line.read_score >= _READABLE_SCORE and len(line.text) >= _READABLE_LENGTH


def _prepare(part: Image, *, size: tuple[int, int]) -> Image:
    """Scale a part to columns and rows, pad it to the smallest size for the detector; three channels, blue first."""
    import cv2

    size_before = part.shape[1::-1]
    picture = part
    if size != size_before:
        method = cv2.INTER_AREA if size[0] < size_before[0] or size[1] < size_before[1] else cv2.INTER_LINEAR
        picture = cv2.resize(np.ascontiguousarray(part), size, interpolation=method)
    below, right = (max(0, _SMALLEST_PX - length) for length in picture.shape[:2])
    if below or right:
        picture = cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_REPLICATE)
    channels = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR) if picture.ndim == 2 else picture[:, :, ::-1]
    return np.ascontiguousarray(channels, dtype=np.uint8)


def _recognise(rapid: Any, picture: Image, quads: np.ndarray[Any, np.dtype[np.float32]]) -> list[tuple[str, float]]:
    """Read each quadrilateral; what cannot be cut out or read has the text ``""``."""
    sides = np.linalg.norm(quads - np.roll(quads, -1, axis=1), axis=2)
    whole = [index for index, lengths in enumerate(sides) if lengths.min() >= 1]
    texts = [("", 0.0)] * len(quads)
    if whole:
        result = rapid.recognize_txt(rapid.crop_text_regions(picture, quads[whole]))
        for index, text, score in zip(whole, result.txts, result.scores, strict=True):
            texts[index] = (str(text).strip(), min(1.0, max(0.0, float(score))))
    return texts


def _to_image(quad: np.ndarray[Any, np.dtype[np.float32]], piece: Piece) -> Box:
    """The upright box around a quadrilateral, whose corners are pixels that belong to it, in pixels of the image."""
    left, top = np.floor(quad.min(axis=0)).astype(int).tolist()
    right, bottom = np.floor(quad.max(axis=0)).astype(int).tolist()
    return piece.in_image(Box(left, top, right + 1, bottom + 1))
