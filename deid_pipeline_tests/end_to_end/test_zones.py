"""A whole landing zone through all stages: what leaves, what stays, and what it says of itself."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import JPEGBaseline8Bit

from deid_pipeline.model import OutputFile
from deid_pipeline.stages import Project, close_workers, open_project, roll_up
from deid_pipeline.store import read_shard, shard_keys, verify_release
from deid_pipeline.synthesis import AnswerKey, write_landing_zone
from deid_pipeline_tests.projects import outputs, project_in, run_stages


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, AnswerKey]]:
    """A synthetic landing zone of eight studies, run through once."""
    folder = tmp_path_factory.mktemp("zone")
    answers = write_landing_zone(folder / "landing", studies=8, seed=20)
    project = project_in(folder, workers=2)
    run_stages(project)
    roll_up(project)
    yield project, answers
    close_workers()


def all_outputs(project: Project) -> dict[str, OutputFile]:
    """Output rows by path below the landing zone."""
    landing = project.settings.landing
    keys = shard_keys(project.settings.vault, "output_files")
    rows = [row for key in keys for row in read_shard(project.settings.vault, "output_files", key)]
    return {Path(row.source_path).relative_to(landing).as_posix(): row for row in rows}


def test_every_file_ends_as_the_answer_key_says(zone: tuple[Project, AnswerKey]) -> None:
    project, answers = zone
    landed = read_shard(project.settings.vault, "landing_files", "landing")
    landing = project.settings.landing
    found = {Path(row.source_path).relative_to(landing).as_posix(): row.status for row in landed}
    found |= {path: row.status for path, row in all_outputs(project).items()}
    assert found == {file.path: file.status for file in answers.files}


def test_release_holds_exactly_the_released_files(zone: tuple[Project, AnswerKey]) -> None:
    project, _ = zone
    named = {row.output_path for row in all_outputs(project).values() if row.status == "released"}
    assert {str(path) for path in (project.settings.release / "dicom").rglob("*") if path.is_file()} == named


def test_no_planted_text_is_anywhere_in_the_release_zone(zone: tuple[Project, AnswerKey]) -> None:
    project, answers = zone
    needles = [
        spelling.encode(code)
        for text in answers.canaries
        for spelling in (text, text.upper())
        for code in ("utf-8", "utf-16-le")
    ]
    assert len(needles) > 20
    for path in project.settings.release.rglob("*"):
        content = os.fsencode(path) + (path.read_bytes() if path.is_file() else b"")
        assert not [needle for needle in needles if needle in content]


def test_every_sample_outside_the_recorded_boxes_is_the_sources(zone: tuple[Project, AnswerKey]) -> None:
    project, _ = zone
    compared = 0
    for row in all_outputs(project).values():
        if row.status != "released" or not row.frames:
            continue
        source, output = pydicom.dcmread(row.source_path, force=True), pydicom.dcmread(row.output_path)
        assert source.file_meta.TransferSyntaxUID == output.file_meta.TransferSyntaxUID
        before, after = frames(source), frames(output)
        regions = read_shard(project.settings.vault, "text_regions", row.partition_key)
        outside = np.ones(before.shape[:3], bool)
        for region in regions:
            if region.source_path == row.source_path:
                unit = 8 if source.file_meta.TransferSyntaxUID == JPEGBaseline8Bit else 1
                top, left = region.top_px // unit * unit, region.left_px // unit * unit
                bottom, right = -(-region.bottom_px // unit) * unit, -(-region.right_px // unit) * unit
                outside[region.frame_index, top:bottom, left:right] = False
        assert np.array_equal(before[outside], after[outside])
        compared += 1
    assert compared >= 10


def test_planted_text_is_gone_from_the_pixels(zone: tuple[Project, AnswerKey]) -> None:
    project, answers = zone
    rows = all_outputs(project)
    checked = 0
    for file in answers.files:
        row = rows.get(file.path)
        if row is None or row.status != "released":
            continue
        pixels = frames(pydicom.dcmread(row.output_path))
        for text in file.pixels:
            box = text.box
            inside = pixels[text.frame_index, box.top : box.bottom, box.left : box.right]
            flat = inside.reshape(-1, *inside.shape[2:])
            assert (flat == flat[0]).all(), (file.modality, text.frame_index)
            checked += 1
    assert checked >= 30


def test_the_evidence_holds_and_a_changed_byte_breaks_it(zone: tuple[Project, AnswerKey], tmp_path: Path) -> None:
    project, _ = zone
    assert verify_release(project.settings.release) == []
    copy = tmp_path / "release"
    shutil.copytree(project.settings.release, copy)
    victim = next((copy / "dicom").rglob("*.dcm"))
    content = bytearray(victim.read_bytes())
    content[-10] ^= 1
    victim.write_bytes(content)
    assert verify_release(copy)


def test_evidence_names_checks_and_no_source(zone: tuple[Project, AnswerKey]) -> None:
    project, _ = zone
    lines = [
        json.loads(line)
        for path in (project.settings.release / "evidence").glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    sources = {row.source_sha256 for row in all_outputs(project).values()}
    assert len(lines) >= 10
    for line in lines:
        assert line["checks"]
        assert all(line["checks"].values())
        assert line["strategy_hash"] == project.strategy.hash
        assert not sources & {str(value) for value in line.values()}


def test_running_again_does_nothing(zone: tuple[Project, AnswerKey]) -> None:
    project, _ = zone
    before = {path: path.stat().st_mtime_ns for path in (project.settings.release / "dicom").rglob("*")}
    assert run_stages(project) == ()
    assert {path: path.stat().st_mtime_ns for path in (project.settings.release / "dicom").rglob("*")} == before


def test_two_projects_with_the_same_key_write_the_same_bytes_with_any_number_of_workers(
    zone: tuple[Project, AnswerKey], tmp_path: Path
) -> None:
    project, _ = zone
    smallest = min(
        (row for row in all_outputs(project).values() if row.status == "released"), key=lambda row: row.size_bytes
    )
    other = replace(
        project.settings, landing=tmp_path / "landing", release=tmp_path / "r", vault=tmp_path / "v", workers=1
    )
    other.landing.mkdir()
    shutil.copyfile(smallest.source_path, other.landing / "renamed")
    again = open_project(other)
    (row,) = outputs(again, run_stages(again)).values()
    assert row.output_sha256 == smallest.output_sha256


def frames(dataset: pydicom.Dataset) -> np.ndarray:
    """Samples as (frames, rows, columns, samples)."""
    array = dataset.pixel_array
    if int(dataset.get("NumberOfFrames", 1) or 1) == 1:
        array = array[None]
    return array if array.ndim == 4 else array[..., None]
