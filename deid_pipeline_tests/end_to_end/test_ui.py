"""What a person sees in the browser after ``deidp run``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deid_pipeline.synthesis import AnswerKey, write_landing_zone
from deid_pipeline_tests.end_to_end.serving import chromium, deidp, served

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not chromium(), reason="no chromium on this machine")

_PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Project:
    """A project on which ``deidp run`` was at work."""

    folder: Path
    answers: AnswerKey

    @property
    def keys(self) -> list[str]:
        """Partition keys, from the names of the shards."""
        return sorted(path.stem for path in (self.folder / "vault" / "source_files").iterdir())


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("ui") / "project"
    assert deidp("init", folder).returncode == 0
    answers = write_landing_zone(folder / "landing", studies=2, seed=5)
    done = deidp("run", "--config", folder / "deid.yaml")
    assert done.returncode in {0, 3}, done.stderr
    return Project(folder, answers)


@pytest.fixture(scope="module")
def page(project: Project) -> Iterator[Any]:
    """A browser page; ``goto`` takes paths."""
    with served(project.folder / "deid.yaml") as url, playwright.sync_playwright() as api:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = api.chromium.launch(executable_path=chromium(), headless=True, args=arguments)
        page = browser.new_page(base_url=url, viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(_PATIENCE_MS)
        yield page
        browser.close()


def _no_phi(project: Project, page: Any) -> None:
    seen = page.content().casefold()
    assert not [value for value in project.answers.canaries if value.casefold() in seen]
    assert str(project.folder / "landing").casefold() not in seen


def test_the_run_is_listed_as_a_success(project: Project, page: Any, tmp_path: Path) -> None:
    page.goto("/runs")
    page.get_by_text("deidentify_studies").first.wait_for()
    page.get_by_text("roll_up_release").first.wait_for()
    page.get_by_text("Success").first.wait_for()
    page.screenshot(path=tmp_path / "runs.png")
    _no_phi(project, page)


def test_the_assets_are_listed(project: Project, page: Any) -> None:
    page.goto("/assets")
    for name in ("source_files", "elements", "text_regions", "rebuilt_files", "released_files", "warehouse"):
        page.get_by_text(name, exact=True).first.wait_for()
    _no_phi(project, page)


def test_each_partition_has_its_figures_and_a_picture(project: Project, page: Any, tmp_path: Path) -> None:
    assert len(project.keys) == 2
    for key in project.keys:
        page.goto(f"/assets/released_files?view=partitions&partition={key}")
        page.get_by_text("Materialized (2)").wait_for()
        page.get_by_role("cell", name="megabytes_per_second").wait_for()
        picture = page.get_by_alt_text("a de-identified frame")
        picture.wait_for()
        assert picture.evaluate("image => image.complete && image.naturalWidth >= 32 && image.naturalHeight >= 32")
        assert picture.bounding_box()["width"] >= 32
        page.screenshot(path=tmp_path / f"{key}.png")
        _no_phi(project, page)


def test_the_gates_outcome_is_seen_as_a_check(project: Project, page: Any) -> None:
    page.goto("/assets/released_files?view=checks&checkDetail=nothing_held")
    page.get_by_text("No file of the study was held back by the gate.").wait_for()
    _no_phi(project, page)


def test_the_landing_zone_is_watched(page: Any) -> None:
    page.goto("/automation")
    page.get_by_text("landing_zone").first.wait_for()
    page.goto("/locations/deid_pipeline/sensors/landing_zone")
    page.get_by_text("Running").first.wait_for()
