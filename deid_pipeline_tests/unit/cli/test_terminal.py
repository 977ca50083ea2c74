"""Progress of a run, as figures and as lines."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest

from deid_pipeline.cli.terminal import Tally, TerminalProgress
from deid_pipeline.model import StageSummary

STAGES = ("ingest", "metadata", "detection", "reconstruction", "validation")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _survey(**sizes: int) -> Any:
    files = dict.fromkeys(sizes, 2)
    return SimpleNamespace(pending=tuple(sizes), size_bytes=sizes, files=files, partitions={})


def _done(stage: str, key: str) -> StageSummary:
    return StageSummary(key, stage, 1.0, 2, 0)


def test_a_study_counts_when_its_last_stage_is_done() -> None:
    tally = Tally(_survey(a=6_000_000, b=4_000_000), clock=iter([0.0] + [2.0] * 9).__next__)
    for stage in STAGES:
        assert tally.studies == 0
        tally.started(stage)
        tally.finished(_done(stage, "a"))
    assert (tally.studies, tally.files) == (1, 2)
    assert tally.work == pytest.approx(6_000_000)
    assert tally.megabytes_per_second == pytest.approx(3.0)
    assert tally.seconds_left == pytest.approx(4_000_000 / 3_000_000)


def test_what_a_stage_told_on_the_way_is_not_counted_twice() -> None:
    tally = Tally(_survey(a=1000))
    tally.started("detection")
    tally.advanced("detection", 400)
    assert tally.work == pytest.approx(0.6 * 400)
    tally.finished(_done("detection", "a"))
    assert tally.work == pytest.approx(0.6 * 1000)


def test_no_time_left_is_guessed_before_there_is_a_speed() -> None:
    assert Tally(_survey(a=1000)).seconds_left is None
    assert "--:-- left" in Tally(_survey(a=1000)).line()


def test_hours_are_shown_when_there_are_any() -> None:
    tally = Tally(_survey(a=100), clock=iter([0.0] + [3600.0] * 9).__next__)
    tally.work = 50.0
    assert tally.line().endswith("1:00:00 left")


def test_plain_lines_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    progress = TerminalProgress(stream)
    listener = progress.surveyed(_survey(a=1000))
    for stage in STAGES:
        listener.started(stage, "a")
        listener.advanced(stage, 1, 500)
        listener.finished(_done(stage, "a"))
    progress.close()
    lines = stream.getvalue().splitlines()
    assert lines[-1].startswith("studies 1/1, files 2/2, ")
    assert "\x1b" not in stream.getvalue()
    assert len(lines) == 2  # the first at once, the last when all is done, none for each file


def test_a_bar_on_a_terminal() -> None:
    stream = Terminal()
    progress = TerminalProgress(stream)
    listener = progress.surveyed(_survey(a=1000))
    listener.started("ingest", "a")
    listener.finished(_done("ingest", "a"))
    progress.close()
    assert "studies 0/1" in stream.getvalue()
    assert "\x1b" in stream.getvalue()


def test_nothing_is_shown_when_nothing_is_pending() -> None:
    for stream in (io.StringIO(), Terminal()):
        progress = TerminalProgress(stream)
        progress.surveyed(_survey())
        progress.close()
        assert stream.getvalue() == ""
