"""One member, one file, one line: whatever has a member's form in a room's files is registered in the room's tuple."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import deid_pipeline

PACKAGE = Path(deid_pipeline.__file__).parent
ROOMS = {"actions": "ACTIONS", "codecs": "CODECS", "ocr": "ENGINES", "checks": "CHECKS"}


def members(room: str) -> tuple[Any, ...]:
    if not (PACKAGE / room / "__init__.py").is_file():
        pytest.skip(f"this version has no room {room}")
    registered = getattr(importlib.import_module(f"deid_pipeline.{room}"), ROOMS[room], None)
    if registered is None:
        pytest.skip(f"the room {room} registers no members")
    assert isinstance(registered, tuple)
    assert registered
    return registered


def files(room: str) -> Iterator[ModuleType]:
    for path in sorted((PACKAGE / room).glob("*.py")):
        if path.stem != "__init__":
            yield importlib.import_module(f"deid_pipeline.{room}.{path.stem}")


def form(registered: tuple[Any, ...]) -> frozenset[str]:
    """The public attributes that all members have."""
    return frozenset.intersection(*(public(member) for member in registered))


def public(thing: Any) -> frozenset[str]:
    kind = thing if isinstance(thing, type) else type(thing)
    fields = {name for base in kind.__mro__ for name in getattr(base, "__annotations__", {})}
    return frozenset(name for name in {*dir(thing), *fields} if not name.startswith("_"))


def unregistered(module: ModuleType, registered: tuple[Any, ...]) -> list[str]:
    """What has a member's form in a file and is no member, nor the class of one."""
    wanted = form(registered)
    found = []
    for name, thing in vars(module).items():
        if not wanted <= public(thing) or getattr(thing, "_is_protocol", False):
            continue
        if isinstance(thing, type):
            known = any(member is thing or isinstance(member, thing) for member in registered)
        else:
            known = any(member is thing for member in registered)
        found += [] if known else [f"{module.__name__}.{name}"]
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_every_member_in_a_rooms_files_is_registered(room: str) -> None:
    registered = members(room)
    assert form(registered), "members have something in common"
    assert [name for module in files(room) for name in unregistered(module, registered)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_member_stands_twice(room: str) -> None:
    registered = members(room)
    assert len({id(member) for member in registered}) == len(registered)


def test_a_member_that_nobody_registered_is_found() -> None:
    registered = members("actions")
    stray = ModuleType("stray")
    stray.Stray = type("Stray", (), dict.fromkeys(form(registered)))  # type: ignore[attr-defined]
    assert unregistered(stray, registered) == ["stray.Stray"]
    assert unregistered(stray, (*registered, stray.Stray())) == []
