"""The page for everyone: complete, self-contained, without PHI."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from deid_pipeline.model import CheckResult, LandingFile, OutputFile, SourceFile, StageTiming
from deid_pipeline.reports import release_report, write_release_report
from deid_pipeline.store import write_evidence, write_shard

KEY = "st-0123456789abcdef"
SECRET = "Zorvakquel"


@pytest.fixture
def zones(tmp_path: Path) -> tuple[Path, Path]:
    release, vault = tmp_path / "release", tmp_path / "vault"
    path = f"/landing/{SECRET}/1.dcm"
    source = SourceFile(KEY, path, "00", 9, 0, "dicom", "1.2", SECRET.upper(), "1.9.1", "1.9.2", "1.9.3", "new", "")
    write_shard(vault, "source_files", KEY, [source])
    held = OutputFile(KEY, path, "00", "", "", "held", "text <b>in</b> compressed pixels", 2, 0, 0, "stamp")
    write_shard(vault, "output_files", KEY, [held])
    note = LandingFile(f"/landing/{SECRET}/note.txt", 1, 1, "other", "", "ignored", "not a medical image")
    write_shard(vault, "landing_files", "landing", [note])
    write_shard(vault, "check_results", KEY, [CheckResult(KEY, "dicom/x.dcm", "tag_retained", True, "")])
    write_shard(vault, "run_timings", KEY, [StageTiming(KEY, "detection", 75.0, 1, 5_000_000)])
    line = {"output_path": "", "strategy": "basic", "strategy_hash": "c0ffee", "code_version": "0.1.0"}
    write_evidence(release, KEY, [line])
    return release, vault


class _References(HTMLParser):
    """Everything that a page would load or run, and the tags that are still open."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [
            value or "" for name, value in attrs if name in {"src", "href", "srcset"} or name.startswith("on")
        ]
        if tag == "script":
            self.loaded.append(tag)
        if tag not in {"meta", "link", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_says_what_was_held_and_why_by_which_strategy_and_how_long_it_took(zones: tuple[Path, Path]) -> None:
    html = write_release_report(*zones).read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))
    assert "text &lt;b&gt;in&lt;/b&gt; compressed pixels" in text
    for shown in (KEY, "not a medical image", "tag_retained", "detection", "75.0 s", "basic", "c0ffee", "0.1.0", "0.1"):
        assert shown in text, shown


def test_no_path_no_modality_of_free_text_and_no_original_uid_is_in_it(zones: tuple[Path, Path]) -> None:
    html = write_release_report(*zones).read_text(encoding="utf-8")
    assert SECRET.casefold() not in html.casefold()
    assert "1.9." not in html
    assert "other" in html


def test_the_page_loads_nothing_runs_nothing_and_closes_its_tags(zones: tuple[Path, Path]) -> None:
    page = _References()
    page.feed(write_release_report(*zones).read_text(encoding="utf-8"))
    assert page.loaded == ["data:,"]
    assert page.open == []


def test_an_empty_vault_gives_a_page_that_says_so(tmp_path: Path) -> None:
    html = write_release_report(tmp_path / "release", tmp_path / "vault").read_text(encoding="utf-8")
    assert "No study has been worked on." in html
    assert "Every file was released." not in html


def test_many_studies_go_to_several_pages_and_a_shorter_report_removes_them(
    zones: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    release, vault = zones
    for number in range(4):
        key = f"st-{number:016x}"
        write_shard(vault, "output_files", key, [OutputFile(key, "p", "", "o", "", "released", "", 1, 0, 1, "")])
    monkeypatch.setattr(release_report, "_STUDIES_ON_A_PAGE", 2)
    index = write_release_report(release, vault)
    pages = sorted(path.name for path in index.parent.iterdir())
    assert pages == ["index-2.html", "index-3.html", "index.html"]
    assert 'href="index-3.html"' in index.read_text(encoding="utf-8")
    assert f"st-{3:016x}" in (index.parent / "index-2.html").read_text(encoding="utf-8")
    monkeypatch.undo()
    write_release_report(release, vault)
    assert [path.name for path in index.parent.iterdir()] == ["index.html"]


def test_everyone_may_read_it(zones: tuple[Path, Path]) -> None:
    index = write_release_report(*zones)
    assert index.stat().st_mode & 0o777 == 0o644
