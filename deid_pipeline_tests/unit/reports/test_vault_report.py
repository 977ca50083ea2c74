"""Before/after pictures and the pages that show them to honest brokers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deid_pipeline.model import Box, OutputFile
from deid_pipeline.reports import clear_previews, vault_report, write_preview, write_vault_report
from deid_pipeline.reports.previews import list_previews
from deid_pipeline.store import write_shard

KEY = "st-0123456789abcdef"
GREY = np.full((60, 80), 100, dtype=np.uint8)


def _write(vault: Path, name: str, image: np.ndarray = GREY, boxes: tuple[Box, ...] = (Box(10, 20, 30, 40),)) -> None:
    redacted = image.copy()
    for box in boxes:
        redacted[box.top : box.bottom, box.left : box.right] = 0
    write_preview(vault, KEY, source_image=image, output_image=redacted, boxes=boxes, name=name)


def test_the_picture_before_is_outlined_around_the_box_and_the_one_after_is_as_given(tmp_path: Path) -> None:
    _write(tmp_path, "0001")
    before = np.asarray(Image.open(tmp_path / "previews" / KEY / "0001_before.png"))
    after = np.asarray(Image.open(tmp_path / "previews" / KEY / "0001_after.png"))
    outlined = np.argwhere(before[..., 0] > before[..., 1])
    assert (outlined.min(axis=0).tolist(), outlined.max(axis=0).tolist()) == ([19, 9], [40, 30])
    assert (before[20:40, 10:30] == 100).all()
    assert after.shape == (60, 80)
    assert (after[20:40, 10:30] == 0).all()
    assert (after == 0).sum() == 400


def test_large_frames_are_scaled_down_with_their_boxes(tmp_path: Path) -> None:
    _write(tmp_path, "0001", np.full((2048, 1024, 3), 90, dtype=np.uint8), (Box(200, 400, 600, 800),))
    before = np.asarray(Image.open(tmp_path / "previews" / KEY / "0001_before.png"))
    assert before.shape == (1024, 512, 3)
    outlined = np.argwhere(before[..., 0] > before[..., 1])
    assert (outlined.min(axis=0).tolist(), outlined.max(axis=0).tolist()) == ([199, 99], [400, 300])


def test_pictures_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    _write(tmp_path, "0001")
    folder = tmp_path / "previews" / KEY
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["../escape", "", "a/b", ".hidden"])
def test_a_name_that_is_no_plain_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="names of previews"):
        _write(tmp_path, name)


def test_only_complete_pairs_are_listed_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("0002", "0001", "0003"):
        _write(tmp_path, name)
    (tmp_path / "previews" / KEY / "0003_after.png").unlink()
    assert [preview.name for preview in list_previews(tmp_path, KEY)] == ["0001", "0002"]
    clear_previews(tmp_path, KEY)
    assert list_previews(tmp_path, KEY) == []


def test_every_redacted_frame_is_shown_on_pages_that_load_pictures_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_report, "_FRAMES_ON_A_PAGE", 2)
    released = OutputFile(KEY, "p", "", "o", "", "released", "", 3, 3, 1, "")
    write_shard(tmp_path, "output_files", KEY, [released])
    for number in range(3):
        _write(tmp_path, f"{number:04}")
    index = write_vault_report(tmp_path)
    assert f'href="{KEY}.html"' in index.read_text(encoding="utf-8")
    pages = [(index.parent / name).read_text(encoding="utf-8") for name in (f"{KEY}.html", f"{KEY}-2.html")]
    assert [page.count('<img loading="lazy"') for page in pages] == [4, 2]
    for number, page in ((0, 0), (1, 0), (2, 1)):
        for side in ("before", "after"):
            picture = f"../previews/{KEY}/{number:04}_{side}.png"
            assert f'src="{picture}"' in pages[page]
            assert (index.parent / picture).is_file()
    assert {path.stat().st_mode & 0o777 for path in index.parent.iterdir()} == {0o600}


def test_a_study_without_pictures_is_listed_without_a_link(tmp_path: Path) -> None:
    write_shard(tmp_path, "output_files", KEY, [OutputFile(KEY, "p", "", "o", "", "released", "", 1, 0, 1, "")])
    html = write_vault_report(tmp_path).read_text(encoding="utf-8")
    assert KEY in html
    assert f'href="{KEY}' not in html
