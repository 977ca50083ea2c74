"""The pages below docs/reference, written from the code: ``--check`` fails on a difference, ``--write`` puts it right.

One page for all actions, one for all options of the profile, one for the keys about pixels, one for each shipped
strategy. What belongs here:
turning members and rows into pages. What does not: any sentence about a member that the member could say itself.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
sys.path.insert(0, str(ROOT / "tools"))

_BASE = "basic"


def actions() -> str:
    """The page of all actions."""
    from deid_pipeline.actions import ACTIONS

    rows = [("action", "PS3.15", "VRs", "without an option it")]
    rows += [
        (
            f"`{action.name}`",
            action.code,
            " ".join(sorted(action.vrs)),
            action.describe("") if _may_be_bare(action) else "needs an option",
        )
        for action in ACTIONS
    ]
    about = "\n\n".join(f"### `{action.name}`\n\n{_about(action)}" for action in ACTIONS)
    return f"# Actions\n\nNames are read in any case, with or without `_` and `-`.\n\n{_table(rows)}\n{about}\n"


def options() -> str:
    """The page of the profile's options: what each does to the elements of Table E.1-1."""
    from deid_pipeline.store import resource_folder
    from deid_pipeline.strategy.profile import EDITION, OPTION_CODES, profile_rows

    table = resource_folder("strategies") / "tables" / "ps3_15_e1_1_2024b.csv"
    plain = {row.pattern: row for row in profile_rows(table, ())}
    rows = [("option", "code of CID 7050", "elements", "what changes")]
    for option, (code, meaning) in OPTION_CODES.items():
        changed = Counter(
            row.action.name
            for row in profile_rows(table, (option,))
            if plain.get(row.pattern) is None or plain[row.pattern].action is not row.action
        )
        words = ", ".join(f"{count} `{name}`" for name, count in sorted(changed.items()))
        rows.append(
            (f"`{option}`", f"{code} {meaning}", str(sum(changed.values())), words or "private elements by list")
        )
    return f"# Options of the profile\n\nThe profile is {EDITION}.\n\n{_table(rows)}"


def pixels() -> str:
    """The page of the keys below ``pixels:`` with their choices, the fills, and the columns of region rules."""
    import inspect
    import re
    from dataclasses import fields

    from deid_pipeline.redaction import FILLS
    from deid_pipeline.strategy import pixel_rules
    from deid_pipeline.strategy.region_rules import COLUMNS

    source = inspect.getsource(pixel_rules.PixelRules)
    rows = [("key", "choices, the default first", "says")]
    for key in fields(pixel_rules.PixelRules):
        comment = re.search(rf"^ +{key.name}: .*?# (.*)$", source, re.MULTILINE)
        choices = pixel_rules._CHOICES.get(key.name)
        words = (
            ", ".join(f"`{choice}`" for choice in sorted(choices, key=lambda one: one != key.default))
            if choices
            else ""
        )
        rows.append((f"`{key.name}`", words or "CSV files beside the strategy", comment.group(1) if comment else ""))
    fills = [("fill", "is"), *((f"`{fill.name}`", fill.summary) for fill in FILLS)]
    return (
        "# Pixels\n\nThe keys of the mapping `pixels:` in a strategy file.\n\n"
        f"{_table(rows)}\n## Fills\n\n{_table(fills)}\n"
        f"## Region rules\n\nColumns: `{','.join(COLUMNS)}`; [how to write them](../how-to/region-rules.md).\n"
    )


def strategy(name: str) -> str:
    """The page of one strategy: all of `basic`, of any other what differs from it."""
    from deid_pipeline.strategy import load

    mine, base = load(name), load(_BASE)
    effective = {row.pattern: row for row in mine.rows}
    plain = {} if name == _BASE else {row.pattern: row for row in base.rows}
    public = [
        row
        for pattern, row in sorted(effective.items())
        if '"' not in pattern and (pattern not in plain or _does(plain[pattern]) != _does(row))
    ]
    private = Counter(
        row.pattern.split('"')[1] for row in effective.values() if '"' in row.pattern and row.action.name != "delete"
    )
    options = ", ".join(f"`{option}`" for option in mine.options) or "none"
    lines = [
        f"# `{name}`\n",
        f"{mine.description}.\n",
        f"Options: {options}. Dates: {mine.temporal_information.lower()}. Elements that no rule names: "
        f"`{mine.unlisted}`; private elements without a row: `{mine.private}`; pixels: {mine.pixels.describe()}.\n",
        "Compound codes of Table E.1-1 follow the type of the attribute: "
        f"`deidp strategy explain {name} TAG` says which it comes to.\n",
    ]
    if public:
        lines.append(f"## Elements{'' if name == _BASE else f' that differ from `{_BASE}`'}\n")
        lines.append(_table([("element", "VR", "action", "because of"), *(_cells(row) for row in public)]))
    if private:
        lines.append("## Private elements that stay\n")
        cells = [(f"`{creator}`", str(count)) for creator, count in sorted(private.items())]
        lines.append(_table([("private creator", "elements"), *cells]))
    return "\n".join(lines)


def pages() -> Iterator[tuple[Path, str]]:
    """Every page with its place."""
    from deid_pipeline.strategy import names

    yield FOLDER / "actions.md", actions()
    yield FOLDER / "options.md", options()
    yield FOLDER / "pixels.md", pixels()
    for name in names():
        yield FOLDER / "strategies" / f"{name}.md", strategy(name)


def stale() -> list[Path]:
    """Pages that differ from the code, are missing, or belong to no member any more."""
    wanted = dict(pages())
    differing = [
        path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    return differing + [path for path in FOLDER.rglob("*.md") if path not in wanted]


def main() -> int:
    """Check or write the pages; 1 when one differs from the code."""
    parser = argparse.ArgumentParser(description="Keep docs/reference equal to the code.")
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--check", action="store_true")
    mode.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        for path, text in pages():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    found = stale()
    for path in found:
        print(f"{path.relative_to(ROOT)} differs from the code; `make docs` puts it right")
    return 1 if found else 0


def _may_be_bare(action: object) -> bool:
    from deid_pipeline.errors import StrategyError

    try:
        action.bind("", vr=min(action.vrs))  # type: ignore[attr-defined]
    except StrategyError:
        return False
    return True


def _about(action: object) -> str:
    import inspect

    return inspect.cleandoc(str(type(action).__doc__))


def _does(row: object) -> tuple[str, str]:
    return row.action.name, row.option  # type: ignore[attr-defined]


def _cells(row: object) -> tuple[str, str, str, str]:
    from deid_pipeline.strategy.selectors import as_written

    does = " ".join(_does(row)).strip()
    return as_written(row.pattern), row.vr or "any", f"`{does}`", row.origin.rsplit(":", 1)[0]  # type: ignore[attr-defined]


def _table(rows: Sequence[Sequence[str]]) -> str:
    from docs_tables import as_markdown

    return as_markdown(iter(rows))


if __name__ == "__main__":
    sys.exit(main())
