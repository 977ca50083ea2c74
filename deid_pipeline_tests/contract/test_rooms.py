"""One member, one file, one line: every file of a room with members is registered in the room's tuple."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest

import deid_pipeline

PACKAGE = Path(deid_pipeline.__file__).parent
# The room's tuple, and its files that hold no member.
ROOMS = {
    "actions": ("ACTIONS", {"protocol", "rule", "legality"}),
    "codecs": ("CODECS", {"protocol", "frames", "samples", "codestream", "decode_only"}),
    "ocr": ("ENGINES", {"protocol", "rendering", "tiling"}),
    "checks": ("CHECKS", {"protocol"}),
}


def members(room: str) -> tuple[object, ...]:
    if importlib.util.find_spec(f"deid_pipeline.{room}") is None or not (PACKAGE / room / "__init__.py").is_file():
        pytest.skip(f"this version has no room {room}")
    module = importlib.import_module(f"deid_pipeline.{room}")
    registered = getattr(module, ROOMS[room][0], None)
    if registered is None:
        pytest.skip(f"the room {room} registers no members")
    assert isinstance(registered, tuple)
    return registered


def home(member: object) -> str:
    """The file a member comes from, without its suffix."""
    kind = member if isinstance(member, type) or callable(member) else type(member)
    return str(getattr(kind, "__module__", type(member).__module__)).rsplit(".", 1)[-1]


@pytest.mark.parametrize("room", ROOMS)
def test_every_file_of_a_room_is_registered(room: str) -> None:
    registered = members(room)
    files = {path.stem for path in (PACKAGE / room).glob("*.py")} - {"__init__"} - ROOMS[room][1]
    imported = imported_for(room, registered)
    assert files - imported == set(), "files of the room that its tuple does not name"


@pytest.mark.parametrize("room", ROOMS)
def test_no_member_is_registered_twice(room: str) -> None:
    registered = members(room)
    assert len({id(member) for member in registered}) == len(registered)


def imported_for(room: str, registered: tuple[object, ...]) -> set[str]:
    """The files whose names stand in the room's tuple: by the import of each name that the tuple's line uses."""
    tree = ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8"))
    origin = {
        alias.asname or alias.name: (node.module or "").rsplit(".", 1)[-1]
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    used: set[str] = set()
    for node in tree.body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        if any(isinstance(target, ast.Name) and target.id == ROOMS[room][0] for target in targets):
            used = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    assert used, "the tuple is written out in the room's __init__.py"
    return {origin[name] for name in used if name in origin} | {home(member) for member in registered}
