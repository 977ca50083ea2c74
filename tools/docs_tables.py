"""The README's tables, written from the code: ``--check`` fails on a difference, ``--write`` puts it right.

A table stands between ``<!-- table:NAME -->`` and ``<!-- /table -->``. What belongs here: turning the registered
members of a room into rows. What does not: any sentence about a member that the member could say itself.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
_NOT_IN_PYDICOM = {
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
}
_BLOCK = re.compile(r"(?P<open><!-- table:(?P<name>\w+) -->\n).*?(?P<close><!-- /table -->)", re.DOTALL)


def commands() -> Iterator[Sequence[str]]:
    """Every command of the program: how it is called, the first sentence of its help."""
    import typer

    from deid_pipeline.cli import app

    yield "command", "does"
    yield from _commands(typer.main.get_command(app), "deidp")


def _commands(command: object, called: str) -> Iterator[Sequence[str]]:
    members = getattr(command, "commands", None)
    if members is not None:
        for name, member in members.items():
            yield from _commands(member, f"{called} {name}")
        return
    words = [called]
    for parameter in getattr(command, "params", ()):
        if parameter.param_type_name == "argument":
            name = parameter.metavar or str(parameter.name).upper()
            words.append(name if parameter.required else f"[{name}]")
        elif parameter.required:
            words.append(f"{parameter.opts[0]} {str(parameter.name).upper()}")
        else:
            words.append(f"[{parameter.opts[0]}]")
    does = str(getattr(command, "help", "")).split("\n\n", maxsplit=1)[0]
    yield f"`{' '.join(words)}`", " ".join(does.split())


def syntax_name(uid: str) -> str:
    """The name of a transfer syntax in PS3.6."""
    from pydicom.uid import UID

    return _NOT_IN_PYDICOM.get(uid) or UID(uid).name


def codecs() -> Iterator[Sequence[str]]:
    """Every codec: the transfer syntaxes it reads, and whether it rewrites frames in which text was found."""
    from deid_pipeline.codecs import CODECS, VIDEO_SYNTAXES

    def named(uids: Sequence[str]) -> str:
        return "<br>".join(f"`{uid}` {syntax_name(uid)}" for uid in uids)

    yield "codec", "transfer syntaxes it reads", "text found in pixels"
    for codec in CODECS:
        done = "redacted in place" if codec.can_redact else "the file is held"
        yield f"`{codec.name}`", named(codec.transfer_syntax_uids), done
    yield "`video`, an extra", named(VIDEO_SYNTAXES), "the file is held"


def syntaxes() -> Iterator[Sequence[str]]:
    """Every transfer syntax: the kinds of frames that are redacted, and in which decoders that is tested."""
    from itertools import groupby

    from deid_pipeline.codecs import CODECS, VIDEO_SYNTAXES
    from deid_pipeline.codecs.coverage import SWAPPED, cells_of
    from deid_pipeline.codecs.video import video_family

    yield "transfer syntax", "photometric interpretation", "bits", "read", "redact", "samples outside", "tested in"
    for codec in CODECS:
        for syntax, found in groupby(cells_of(codec), key=lambda cell: cell.transfer_syntax_uid):
            cells = list(found)
            kinds: dict[tuple[str, ...], list[str]] = {}
            for name in dict.fromkeys(cell.photometric_interpretation for cell in cells):
                for how in dict.fromkeys((cell.outside, cell.decoders) for cell in cells):
                    some = [cell for cell in cells if cell.photometric_interpretation == name]
                    bits = " ".join(cell.bits for cell in some if (cell.outside, cell.decoders) == how)
                    if bits:
                        kinds.setdefault((bits, how[0], ", ".join(how[1])), []).append(name)
            shown = f"`{syntax.removeprefix('1.2.840.10008.')}` {syntax_name(syntax).split(' (')[0]}"
            for (bits, outside, decoders), names in kinds.items():
                yield shown, ", ".join(names), bits, "yes", "yes" if codec.can_redact else "held", outside, decoders
            if syntax == SWAPPED[0]:
                yield shown, "any, with VR OW", " ".join(SWAPPED[1]), "no", "held", "", ""
    for family, uids in groupby(VIDEO_SYNTAXES, key=video_family):
        shown = ", ".join(f"`{uid.removeprefix('1.2.840.10008.')}`" for uid in uids)
        read = "no" if family.endswith("two views") else "yes"
        bits = "8/8 16/10" if family == "HEVC" else "8/8"
        yield f"{shown} {family}", "YBR_PARTIAL_420", bits, read, "held", "", "PyAV (FFmpeg)" * (read == "yes")


def actions() -> Iterator[Sequence[str]]:
    """Every action: its PS3.15 code and what it does."""
    from deid_pipeline.actions import ACTIONS, ALL_VRS

    yield "action", "PS3.15", "VRs", "does"
    for action in ACTIONS:
        without = ALL_VRS - action.vrs
        vrs = "all" if not without else f"all but {' '.join(sorted(without))}"
        vrs = min(vrs, " ".join(sorted(action.vrs)), key=len)
        yield f"`{action.name}`", action.code, vrs, action.summary


def engines() -> Iterator[Sequence[str]]:
    """Every OCR engine: the first line of its description."""
    from deid_pipeline.ocr import ENGINES

    yield "engine", "reads"
    for member in ENGINES:
        yield f"`{member().name}`", str(member.__doc__).splitlines()[0].rstrip(".")


def recognizers() -> Iterator[Sequence[str]]:
    """Every recognizer of PHI in text: the first line of its description."""
    from deid_pipeline.phi import RECOGNIZERS

    yield "recognizer", "finds"
    for member in RECOGNIZERS:
        yield f"`{member.name}`", str(type(member).__doc__).splitlines()[0].rstrip(".")


def checks() -> Iterator[Sequence[str]]:
    """Every check: what it asks of an output."""
    from deid_pipeline.checks import CHECKS

    yield "check", "an output passes when"
    for check in CHECKS:
        yield f"`{check.name}`", check.summary


def strategies() -> Iterator[Sequence[str]]:
    """Every shipped strategy: its own description."""
    from deid_pipeline.strategy import load, names

    yield "strategy", "does"
    for name in names():
        yield f"`{name}`", load(name).description


TABLES: dict[str, Callable[[], Iterator[Sequence[str]]]] = {
    "commands": commands,
    "codecs": codecs,
    "syntaxes": syntaxes,
    "actions": actions,
    "engines": engines,
    "recognizers": recognizers,
    "checks": checks,
    "strategies": strategies,
}


def as_markdown(rows: Iterator[Sequence[str]]) -> str:
    """Rows, the first one a heading, as a Markdown table."""
    heading, *body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [heading, ["---"] * len(heading), *body]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def with_tables(text: str) -> str:
    """The text with every table written anew.

    Raises
    ------
    KeyError
        A marker names a table that is not made here.
    """
    return _BLOCK.sub(lambda found: found["open"] + as_markdown(TABLES[found["name"]]()) + found["close"], text)


def tables_in(text: str) -> list[str]:
    """The names of the tables that a text holds, in its order."""
    return [found["name"] for found in _BLOCK.finditer(text)]


def main() -> int:
    """Check or write the README; 1 when it differs from the code."""
    parser = argparse.ArgumentParser(description="Keep the README's tables equal to the code.")
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--check", action="store_true")
    mode.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    before = README.read_text(encoding="utf-8")
    after = with_tables(before)
    if arguments.write:
        README.write_text(after, encoding="utf-8")
    elif before != after:
        print("README.md: a table differs from the code; `make docs` puts it right")
        return 1
    print(f"README.md: {len(tables_in(after))} tables agree with the code")
    return 0


if __name__ == "__main__":
    sys.exit(main())
