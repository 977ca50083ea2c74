"""Counting what became of files, from the vault's tables."""

from __future__ import annotations

from pathlib import Path

from deid_pipeline.model import CheckResult, LandingFile, OutputFile, SourceFile, StageTiming
from deid_pipeline.reports.figures import CheckFigures, ReasonFigures, StageFigures, read_figures
from deid_pipeline.reports.modalities import published_modality
from deid_pipeline.store import write_shard

A, B = "st-00000000000000aa", "st-00000000000000bb"


def source(key: str, path: str, status: str = "new", reason: str = "", modality: str = "CT") -> SourceFile:
    return SourceFile(key, path, "", 100, 0, "dicom", "1.2", modality, "1", "2", "3", status, reason)


def output(key: str, path: str, status: str = "released", reason: str = "", redacted: int = 1) -> OutputFile:
    return OutputFile(key, path, "", f"dicom/{path}", "ab", status, reason, 3, redacted, 1000, "")


def test_a_file_counts_once_under_the_latest_thing_known_about_it(tmp_path: Path) -> None:
    landing = [LandingFile(path, 1, 1, "dicom", A, "new", "") for path in ("one", "two", "late")]
    landing.append(LandingFile("note", 1, 1, "other", "", "ignored", "not a medical image"))
    write_shard(tmp_path, "landing_files", "landing", landing)
    write_shard(tmp_path, "source_files", A, [source(A, "one"), source(A, "two", "quarantined", "cut off")])
    write_shard(tmp_path, "output_files", A, [output(A, "one")])
    figures = read_figures(tmp_path)
    assert figures.statuses == {"released": 1, "quarantined": 1, "new": 1, "ignored": 1}
    assert [(study.partition_key, study.files) for study in figures.studies] == [(A, 3)]


def test_reasons_name_the_studies_and_held_files_come_before_ignored_ones(tmp_path: Path) -> None:
    write_shard(tmp_path, "output_files", A, [output(A, "one", "held", "text in compressed pixels")])
    write_shard(tmp_path, "output_files", B, [output(B, path, "held", "text in compressed pixels") for path in "pq"])
    landing = [LandingFile(path, 1, 1, "other", "", "ignored", "not a medical image") for path in "1234"]
    write_shard(tmp_path, "landing_files", "landing", landing)
    assert read_figures(tmp_path).reasons == (
        ReasonFigures("held", "text in compressed pixels", 3, (A, B)),
        ReasonFigures("ignored", "not a medical image", 4, ()),
    )


def test_frames_and_bytes_count_released_files_only(tmp_path: Path) -> None:
    write_shard(
        tmp_path, "output_files", A, [output(A, "one"), output(A, "two", "held", "why"), output(A, "3", redacted=0)]
    )
    figures = read_figures(tmp_path)
    assert (figures.frames, figures.frames_redacted, figures.size_bytes) == (6, 1, 2000)


def test_a_crashed_check_is_counted_apart_from_a_failed_one(tmp_path: Path) -> None:
    outcomes = [True, True, False, None, None, None]
    write_shard(tmp_path, "check_results", A, [CheckResult(A, "o", "dates_shifted", passed, "") for passed in outcomes])
    assert read_figures(tmp_path).checks == (CheckFigures("dates_shifted", passed=2, failed=1, crashed=3),)


def test_stages_are_summed_and_stand_in_the_order_of_the_pipeline(tmp_path: Path) -> None:
    write_shard(tmp_path, "run_timings", f"{A}-validation", [StageTiming(A, "validation", 1.0, 1, 10)])
    write_shard(tmp_path, "run_timings", f"{A}-ingest", [StageTiming(A, "ingest", 2.0, 1, 10)])
    write_shard(tmp_path, "run_timings", f"{B}-ingest", [StageTiming(B, "ingest", 0.5, 2, 20)])
    assert read_figures(tmp_path).stages == (
        StageFigures("ingest", partitions=2, seconds=2.5, files=3, size_bytes=30),
        StageFigures("validation", partitions=1, seconds=1.0, files=1, size_bytes=10),
    )


def test_an_empty_vault_has_figures_of_nothing(tmp_path: Path) -> None:
    figures = read_figures(tmp_path)
    assert figures.files == 0
    assert figures.studies == figures.reasons == figures.checks == figures.stages == ()


def test_a_modality_that_is_no_defined_term_is_not_published() -> None:
    assert published_modality("CT") == "CT"
    assert published_modality("DOE JOHN") == "other"
