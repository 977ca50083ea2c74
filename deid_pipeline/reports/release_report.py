"""The report for everyone: ``R/report/index.html``, without PHI.

What belongs here: the pages in the release zone. What does not: pictures of originals (``vault_report``), counting
(``figures``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deid_pipeline.reports.figures import STATUS_ORDER, read_figures
from deid_pipeline.reports.pages import remove_other_pages, render, split_pages, write_page
from deid_pipeline.store import make_folder
from deid_pipeline.store.files import PUBLIC_FILE, PUBLIC_FOLDER

_STUDIES_ON_A_PAGE = 500
_KEYS_OF_A_REASON = 12
_MADE_BY = ("strategy", "strategy_hash", "code_version")  # in each evidence line


@dataclass(frozen=True, slots=True)
class Provenance:
    """By what released files were made, as their evidence says; several after a change of strategy or code."""

    strategy: str
    strategy_hash: str
    code_version: str
    files: int


def write_release_report(release: Path, vault: Path) -> Path:
    """Write the pages of the release report, each by one rename.

    Parameters
    ----------
    release
        The release zone; its evidence is read, ``report/`` is written.
    vault
        The vault; its tables are read.

    Returns
    -------
    Path
        The first page. It lists 500 studies, more are on pages of their own beside it.
    """
    figures = read_figures(vault)
    folder = make_folder(release / "report", mode=PUBLIC_FOLDER)
    written = set()
    for page, studies in split_pages(figures.studies, size=_STUDIES_ON_A_PAGE, stem="index"):
        name = page.names[page.number - 1]
        html = render(
            "release.html",
            figures=figures,
            studies=studies,
            page=page,
            provenance=_provenance(release) if page.number == 1 else (),
            status_order=STATUS_ORDER,
            keys_shown=_KEYS_OF_A_REASON,
        )
        write_page(folder / name, html, mode=PUBLIC_FILE)
        written.add(name)
    remove_other_pages(folder, written)
    return folder / "index.html"


def _provenance(release: Path) -> Sequence[Provenance]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for path in sorted((release / "evidence").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            strategy, strategy_hash, code_version = (str(entry.get(name, "")) for name in _MADE_BY)
            counts[strategy, strategy_hash, code_version] += 1
    return [Provenance(*made_by, files) for made_by, files in counts.most_common()]
