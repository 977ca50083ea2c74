"""The report for honest brokers: ``V/report/index.html``, with before/after pictures of every redacted frame.

What belongs here: the pages in the vault; they show originals and never leave it. What does not: the report for
everyone (``release_report``), writing the pictures (``previews``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deid_pipeline.reports.figures import STATUS_ORDER, StudyFigures, read_figures
from deid_pipeline.reports.pages import remove_other_pages, render, split_pages, write_page
from deid_pipeline.reports.previews import Preview, list_previews, partitions_with_previews
from deid_pipeline.store import make_folder
from deid_pipeline.store.files import PRIVATE_FILE, PRIVATE_FOLDER

_STUDIES_ON_A_PAGE = 500
_FRAMES_ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class _ListedStudy:
    """A row of the first page; ``page`` is empty for a study without pictures."""

    figures: StudyFigures
    pictures: int
    page: str


def write_vault_report(vault: Path) -> Path:
    """Write the pages of the vault report, each by one rename, readable by their owner only.

    Parameters
    ----------
    vault
        The vault; its tables and pictures are read, ``report/`` is written.

    Returns
    -------
    Path
        The first page: 500 studies a page, each linked to pages of 100 frames whose pictures load when they are
        scrolled to.
    """
    folder = make_folder(vault / "report", mode=PRIVATE_FOLDER)
    figures = read_figures(vault)
    with_pictures = set(partitions_with_previews(vault))
    written: set[str] = set()
    listed = []
    for study in figures.studies:
        previews = list_previews(vault, study.partition_key) if study.partition_key in with_pictures else []
        if previews:
            written |= _write_study(folder, study.partition_key, previews)
        listed.append(_ListedStudy(study, len(previews), f"{study.partition_key}.html" if previews else ""))
    for page, rows in split_pages(listed, size=_STUDIES_ON_A_PAGE, stem="index"):
        name = page.names[page.number - 1]
        write_page(
            folder / name,
            render("vault.html", figures=figures, rows=rows, page=page, status_order=STATUS_ORDER),
            mode=PRIVATE_FILE,
        )
        written.add(name)
    remove_other_pages(folder, written)
    return folder / "index.html"


def _write_study(folder: Path, key: str, previews: list[Preview]) -> set[str]:
    written = set()
    for page, shown in split_pages(previews, size=_FRAMES_ON_A_PAGE, stem=key):
        name = page.names[page.number - 1]
        html = render("vault_study.html", key=key, previews=shown, page=page, total=len(previews))
        write_page(folder / name, html, mode=PRIVATE_FILE)
        written.add(name)
    return written
