"""``replaceWithMapping``: the value stands in a table that the author of the strategy brings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from deid_pipeline.actions.literals import LITERAL_VRS, literal_value
from deid_pipeline.actions.mapping_tables import KINDS, MappingTable, load_table
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite
from deid_pipeline.errors import ResidualRiskError, StrategyError

_MISSING = ("hold", "empty")


@dataclass(frozen=True, slots=True)
class _Option:
    """The parts of an option ``FILE; key=KIND; nested; missing=hold|empty``."""

    file: str
    key: str
    nested: bool
    missing: str

    def written(self, file: str) -> str:
        """The option as text, with another file."""
        return f"{file}; key={self.key}{'; nested' if self.nested else ''}; missing={self.missing}"


class ReplaceWithMapping(ActionDefaults):
    """PS3.15 D: the option is ``FILE; key=path|file_name|sop_uid|patient``, and maybe ``nested``, ``missing=empty``.

    The file is CSV, Parquet or DuckDB (see ``mapping_tables``), its path relative to the strategy's folder. An instance
    for whose element the table has no value is held, or under ``missing=empty`` the element is emptied; it never keeps
    its value. Without ``nested`` the table is for top-level elements, and the same elements inside sequences are
    emptied. A value that is not legal for its VR holds the instance.
    """

    name = "replaceWithMapping"
    code = "D"
    vrs = LITERAL_VRS
    summary = (
        "replaces the value by that of a table (CSV, Parquet, DuckDB), found by path, file name, SOP UID or patient"
    )

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Read the table and return the rewriting that looks values up.

        Raises
        ------
        StrategyError
            The option is not valid, or the table cannot be read.
        """
        chosen = _parsed(option)
        table = load_table(Path(chosen.file), chosen.key)

        def rewrite(element: ElementValue) -> bytes | None:
            if element.nested and not chosen.nested:
                return b""
            return _mapped(element, table, chosen)

        return rewrite

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        chosen = _parsed(option)
        where = "at any depth" if chosen.nested else "at the top level, and empties it inside sequences"
        missing = "the file is held" if chosen.missing == "hold" else "it is emptied"
        return (
            f"replaces the value by that of the table {Path(chosen.file).name} for the instance's"
            f" {chosen.key.replace('_', ' ')}, {where}; without a value there {missing}"
        )

    def located(self, option: str, folder: Path) -> str:
        """The option with the path of its file made absolute.

        Raises
        ------
        StrategyError
            The option is not valid.
        """
        chosen = _parsed(option)
        return chosen.written(str((folder / chosen.file).resolve()))

    def provenance(self, option: str) -> str:
        """The option with the sha256 of the table in place of its path.

        Raises
        ------
        StrategyError
            The option is not valid, or the table is not there.
        """
        chosen = _parsed(option)
        try:
            content = Path(chosen.file).read_bytes()
        except OSError:
            raise StrategyError("the table of replaceWithMapping is not there", file=Path(chosen.file)) from None
        return chosen.written(f"sha256:{hashlib.sha256(content).hexdigest()}")


def _mapped(element: ElementValue, table: MappingTable, chosen: _Option) -> bytes:
    value = table.find(element.context, element.tag)
    place = f"({element.tag >> 16:04x},{element.tag & 0xFFFF:04x})"
    if value is None:
        if chosen.missing == "empty":
            return b""
        raise ResidualRiskError(f"replaceWithMapping: the table has no value of {place} for this {table.kind}")
    if not value:
        return b""
    try:
        return literal_value(value, element.vr, encodings=element.encodings, big_endian=element.big_endian)
    except ValueError:
        message = f"replaceWithMapping: the table's value of {place} is not legal for VR {element.vr}"
        raise ResidualRiskError(message) from None


def _parsed(option: str) -> _Option:
    file, *words = (part.strip() for part in option.split(";"))
    if not file or file.casefold() == "nested":
        raise StrategyError("replaceWithMapping needs an option: FILE; key=path|file_name|sop_uid|patient; nested")
    key, nested, missing = "", False, _MISSING[0]
    for word in words:
        name, _, value = (part.strip().casefold() for part in word.partition("="))
        if name == "key" and value in KINDS:
            key = value
        elif name == "missing" and value in _MISSING:
            missing = value
        elif name == "nested" and not value:
            nested = True
        else:
            raise StrategyError(f"the option of replaceWithMapping holds {word!r}, which is none of its words")
    if not key:
        raise StrategyError(f"the option of replaceWithMapping names no key: {', '.join(KINDS)}")
    return _Option(file, key, nested, missing)
