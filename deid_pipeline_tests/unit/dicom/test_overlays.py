"""Which overlay groups hold a plane that can be read, and how it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from deid_pipeline.dicom import open_dicom, overlay_groups, overlay_layouts
from deid_pipeline.model import OverlayLayout
from deid_pipeline_tests.instances import save, small_ct

SOUND: dict[int, tuple[str, Any]] = {
    0x0010: ("US", 6),
    0x0011: ("US", 9),
    0x0040: ("CS", "G"),
    0x0050: ("SS", [-3, 40]),
    0x0100: ("US", 1),
    0x0102: ("US", 0),
    0x3000: ("OW", b"\x0f" * 8),
}


def instance(group: int, **changes: tuple[str, Any] | None) -> Dataset:
    """An instance with one overlay group; ``e0010=...`` changes an element of it, None leaves it out."""
    dataset = small_ct()
    wanted = SOUND | {int(name[1:], 16): value for name, value in changes.items()}
    for number, found in sorted(wanted.items()):
        if found is not None:
            dataset.add_new(group << 16 | number, *found)
    return dataset


def layouts(path: Path, dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> tuple[OverlayLayout, ...]:
    with open_dicom(save(dataset, path, syntax=syntax)) as file:
        assert overlay_groups(file) == tuple(sorted({e.tag.group for e in dataset if e.tag.group >> 8 == 0x60}))
        found = overlay_layouts(file)
        for layout in found:
            assert file.buffer[layout.value_offset :][:4] == b"\x0f" * 4
        return found


@pytest.mark.parametrize("group", [0x6000, 0x601E, 0x60FE])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_a_sound_plane_is_found_in_every_group(tmp_path: Path, group: int, syntax: str) -> None:
    (layout,) = layouts(tmp_path / "a", instance(group), syntax)
    shape = layout.rows, layout.columns, layout.number_of_frames, layout.value_length
    assert (layout.group, *shape) == (group, 6, 9, 1, 8)
    assert layout.swapped == (syntax == ExplicitVRBigEndian)
    assert (layout.name, layout.tag) == (f"{group:04x}", group << 16 | 0x3000)


def test_bytes_are_not_swapped_and_frames_are_counted(tmp_path: Path) -> None:
    made = instance(0x6000, e3000=("OB", b"\x0f" * 14), e0015=("IS", 2))
    (layout,) = layouts(tmp_path / "a", made, ExplicitVRBigEndian)
    assert (layout.swapped, layout.number_of_frames) == (False, 2)


def test_what_is_absent_has_its_only_legal_value(tmp_path: Path) -> None:
    assert layouts(tmp_path / "a", instance(0x6000, e0100=None, e0102=None))


@pytest.mark.parametrize(
    "changes",
    [
        {"e3000": None},
        {"e0010": None},
        {"e0011": ("US", 0)},
        {"e0010": ("US", 8)},  # 72 bits in 64
        {"e0015": ("IS", 2)},
        {"e0015": ("IS", -1)},
        {"e0100": ("US", 8)},
        {"e0102": ("US", 12)},
        {"e0060": ("CS", "RLE")},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_left_out(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert layouts(tmp_path / "a", instance(0x6000, **changes)) == ()


def test_private_groups_are_no_overlays(tmp_path: Path) -> None:
    dataset = small_ct()
    dataset.private_block(0x6001, "ACME", create=True).add_new(0x10, "LO", "text")
    with open_dicom(save(dataset, tmp_path / "a")) as file:
        assert overlay_groups(file) == ()
