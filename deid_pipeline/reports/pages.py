"""Turning templates into pages.

What belongs here: the template environment, how numbers are written, splitting long lists over pages, writing pages.
What does not: what a page says (``templates``) and where it goes (``release_report``, ``vault_report``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from deid_pipeline.store import replacing

if TYPE_CHECKING:
    from jinja2 import Environment

Row = TypeVar("Row")

_NARROW_SPACE = "\u202f"


@dataclass(frozen=True, slots=True)
class PageOf:
    """A page's place among its siblings: ``number`` and ``total`` count from 1, ``names`` are the file names."""

    number: int
    names: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many pages there are."""
        return len(self.names)


def split_pages(rows: Sequence[Row], *, size: int, stem: str) -> Iterator[tuple[PageOf, Sequence[Row]]]:
    """Split rows over pages ``<stem>.html``, ``<stem>-2.html``, ...; no rows at all make one empty page."""
    starts = range(0, max(len(rows), 1), size)
    names = tuple(f"{stem}.html" if position == 0 else f"{stem}-{position + 1}.html" for position in range(len(starts)))
    for position, start in enumerate(starts):
        yield PageOf(position + 1, names), rows[start : start + size]


def render(template: str, **content: Any) -> str:
    """Fill a template of this room; every value is escaped."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return _environment().get_template(template).render(generated=stamp, **content)


def write_page(path: Path, html: str, *, mode: int) -> None:
    """Write one page by one rename."""
    with replacing(path, mode=mode) as part:
        part.write_text(html, encoding="utf-8")


def remove_other_pages(folder: Path, written: set[str]) -> None:
    """Remove pages of an earlier, longer report."""
    for path in folder.glob("*.html"):
        if path.name not in written:
            path.unlink(missing_ok=True)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("deid_pipeline.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(count=count, megabytes=megabytes, duration=duration, share=share)
    return environment


def count(number: int) -> str:
    """A whole number with thin spaces between thousands."""
    return f"{number:,}".replace(",", _NARROW_SPACE)


def megabytes(size_bytes: float) -> str:
    """Bytes in MB (10^6), one decimal below 100 MB."""
    size = size_bytes / 1e6
    return f"{size:.1f}" if size < 100 else count(round(size))


def duration(seconds: float) -> str:
    """Seconds as ``12.3 s``, ``4 min 05 s`` or ``3 h 12 min``."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"


def share(part: float, whole: float) -> str:
    """A part of a whole in per cent for CSS and people; ``0`` of nothing."""
    return f"{100 * part / whole:.1f}" if whole else "0"
