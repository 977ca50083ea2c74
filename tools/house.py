"""The size report of ``make check``: fails on what outgrows the house.

Limits: 400 lines a file (Cython sources too), 60 lines a function body (its docstring not counted), 7 parameters a
function. With ``--largest N`` the N largest files and functions are printed too: growth is seen before it fails.

What belongs here: sizes. What does not: style (ruff), types (mypy), who may import whom (import-linter).
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILE_LINES = 400
BODY_LINES = 60
PARAMETERS = 7
SUFFIXES = {".py", ".pyx", ".pxd"}


@dataclass(frozen=True, slots=True)
class Size:
    """One measured size: where, of what, how much and how much is allowed."""

    place: str
    what: str
    measured: int
    allowed: int

    def __str__(self) -> str:
        return f"{self.place}: {self.measured} {self.what} (allowed: {self.allowed})"


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement after the docstring to the end; 0 for a function of a docstring only."""
    statements = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    if not statements:
        return 0
    return (statements[-1].end_lineno or statements[-1].lineno) - statements[0].lineno + 1


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Parameters that a caller can give, ``self`` and ``cls`` not counted."""
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return sum(argument.arg not in {"self", "cls"} for argument in every)


def is_command(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether typer reads the parameters as the options of a command, which only the terminal calls."""
    names = {ast.unparse(decorator).split("(")[0] for decorator in function.decorator_list}
    return any(name.endswith((".command", ".callback")) for name in names)


def sizes(path: Path, source: str) -> Iterator[Size]:
    """Measure one file of Python or Cython.

    Parameters
    ----------
    path
        Shown in front of each size.
    source
        The file's text.

    Yields
    ------
    Size
        The file's lines, then, where it is Python, each function's body and parameters.
    """
    yield Size(str(path), "lines", len(source.splitlines()), FILE_LINES)
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            place = f"{path}:{node.lineno} {node.name}"
            yield Size(place, "lines in the body", body_lines(node), BODY_LINES)
            if not is_command(node):
                yield Size(place, "parameters", parameters(node), PARAMETERS)


def main() -> int:
    """Print what is too large; 1 when anything is."""
    parser = argparse.ArgumentParser(description="Fail on Python files and functions that have grown too large.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--largest", type=int, default=0, metavar="N", help="also print the N largest of each kind")
    arguments = parser.parse_args()
    files = sorted(path for folder in arguments.folders for path in folder.rglob("*.p*") if path.suffix in SUFFIXES)
    measured = [size for path in files for size in sizes(path, path.read_text(encoding="utf-8"))]
    for what in dict.fromkeys(size.what for size in measured) if arguments.largest else ():
        of_a_kind = sorted((size for size in measured if size.what == what), key=lambda size: -size.measured)
        print(*of_a_kind[: arguments.largest], sep="\n")
    too_large = [size for size in measured if size.measured > size.allowed]
    print(*(f"too large: {size}" for size in too_large), sep="\n", end="\n" if too_large else "")
    print(f"sizes: {len(files)} files, {len(too_large)} too large")
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
