"""Which attributes an IOD asks for, and of what type (PS3.3 annex A, PS3.5 7.4).

What belongs here: the answers of the compiled tables. What does not: compiling them (``tools/compile_iod_table.py``),
values (``dummies``), elements (``completion``).

Types are ``1``, ``1C``, ``2``, ``2C`` and ``3``. The tables come from those of highdicom 0.28.2 (MIT licence), which
do not name their edition of PS3.3. Retired ultrasound and nuclear medicine classes have the IOD of their successors.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from deid_pipeline.store import resource_folder

SOURCE = "highdicom_0.28.2"

_STRICTNESS = {"3": 0, "2C": 1, "2": 2, "1C": 3, "1": 4}
_ANY_MODULE = "*"
_NOTHING: Mapping[int, str] = MappingProxyType({})

Types = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _OptionalModule:
    """A conditional or user optional module: the tags that only it has, and its Type 2 ones."""

    own: frozenset[int]
    type_2: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Iod:
    types: Types
    required: Types
    optional: tuple[_OptionalModule, ...]
    signs: dict[int, int]  # tags that one optional module alone has, and its index
    sign_tags: frozenset[int]


def attribute_type(sop_class_uid: str, tag: int, *, sequence: int | None = None) -> str | None:
    """The type of an attribute in a storage class.

    At the top level it is the strictest that a mandatory module gives or, when none has the attribute, any other
    module: the attribute itself is then the sign that the module is there. Inside a sequence it is the strictest
    that any module gives it there.

    Parameters
    ----------
    tag
        ``(group << 16) | element``; overlays of every 60xx group count alike.
    sequence
        The tag of the innermost sequence that encloses the attribute, None at the top level.

    Returns
    -------
    str or None
        ``1``, ``1C``, ``2``, ``2C`` or ``3``; None when the class is unknown or the attribute is not in its IOD.
    """
    iod = _iod_of(sop_class_uid)
    if iod is None:
        return None
    types = iod.types if sequence is None else _module_types(_ANY_MODULE, sequence)
    return types.get(tag & 0xFF00FFFF if tag >> 24 == 0x60 else tag)


def required_tags(sop_class_uid: str, *, present: Collection[int] = ()) -> Types:
    """The top-level attributes that an instance of the class must have: type ``1`` or ``2`` by tag.

    They are those of the mandatory modules and, when ``present`` has a tag that only one conditional or optional
    module knows, the Type 2 ones of that module. Empty for an unknown class.
    """
    iod = _iod_of(sop_class_uid)
    if iod is None:
        return _NOTHING
    signs = iod.sign_tags.intersection(present)
    return _required_with(sop_class_uid, frozenset(map(iod.signs.__getitem__, signs))) if signs else iod.required


@lru_cache(maxsize=1024)
def _required_with(sop_class_uid: str, modules: frozenset[int]) -> Types:
    iod = _iod(sop_class_uid)
    return {tag: "2" for index in sorted(modules) for tag in iod.optional[index].type_2} | dict(iod.required)


def iod_name(sop_class_uid: str) -> str:
    """The table's name of the class's IOD, such as ``ct-image``; empty for an unknown class."""
    row = _rows_by_class().get(sop_class_uid)
    return row["IOD"] if row else ""


def known_classes() -> tuple[str, ...]:
    """The storage classes that the tables know."""
    return tuple(_rows_by_class())


def _iod_of(sop_class_uid: str) -> _Iod | None:
    row = _rows_by_class().get(sop_class_uid)
    return None if row is None else _iod(sop_class_uid)


@cache  # of known classes only
def _iod(sop_class_uid: str) -> _Iod:
    row = _rows_by_class()[sop_class_uid]
    mandatory = [_module_types(name) for name in row["Mandatory"].split()]
    others = [_module_types(name) for name in f"{row['Conditional']} {row['Optional']}".split()]
    certain = _strictest(mandatory)
    required = _strictest([{tag: kind for tag, kind in types.items() if kind in {"1", "2"}} for types in mandatory])
    optional = tuple(_optional(others, certain.keys(), required.keys()))
    signs = {tag: index for index, module in enumerate(optional) for tag in module.own}
    return _Iod(_strictest(others) | certain, required, optional, signs, frozenset(signs))


def _optional(modules: list[Types], certain: Set[int], required: Set[int]) -> Iterator[_OptionalModule]:
    """The modules that ask for a Type 2 attribute which is not required anyway."""
    for module in modules:
        type_2 = frozenset(tag for tag, kind in module.items() if kind == "2") - required
        if type_2:
            elsewhere = certain | {tag for other in modules if other is not module for tag in other}
            yield _OptionalModule(frozenset(module) - elsewhere, type_2)


def _strictest(modules: list[Types]) -> dict[int, str]:
    types: dict[int, str] = {}
    for module in modules:
        for tag, kind in module.items():
            if tag not in types or _STRICTNESS[kind] > _STRICTNESS[types[tag]]:
                types[tag] = kind
    return types


@cache
def _rows_by_class() -> dict[str, dict[str, str]]:
    return {uid: row for row in _read("iods") for uid in row["Classes"].split()}


@cache
def _cells() -> dict[tuple[str, str], str]:
    return {(row["Module"], row["Sequence"]): row["Types"] for row in _read("types")}


@cache
def _module_types(module: str, sequence: int | None = None) -> Types:
    """The types by tag of a module's top level, or inside a sequence; empty for one that the table does not know."""
    cell = _cells().get((module, "" if sequence is None else f"{sequence:08x}"), "")
    return {int(entry[:8], 16): entry[9:] for entry in cell.split()}


def _read(kind: str) -> list[dict[str, str]]:
    path = resource_folder("strategies") / "tables" / f"ps3_3_{kind}_{SOURCE}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
