"""Strategy files: YAML that composes a profile and CSV rows.

What belongs here: finding, reading and checking strategy files. What does not: the meaning of rows (``profile``,
``rows``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from deid_pipeline.actions import action_named
from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy.compiled import CompiledStrategy
from deid_pipeline.strategy.pixel_rules import PixelRules, read_pixel_rules
from deid_pipeline.strategy.profile import BASIC_CODE, OPTION_CODES, check_option, profile_rows
from deid_pipeline.strategy.rows import RuleRow, read_rows

_PROFILE_TABLE = "tables/ps3_15_e1_1_2024b.csv"
_SAFE_PRIVATE_TABLE = "tables/private_safe_2020b.csv"
_CHOICES = {
    "profile": ("basic",),
    "unlisted": ("delete", "keep"),
    "private": ("delete", "keep"),
    "remove_private_tags": ("true", "false"),
    "regenerate_series_number": ("true", "false"),
    "ignore_vr": ("true", "false"),
}
_LISTS = ("options", "rules")
_TEXTS = ("description", "extends")
_KEYS = (*_CHOICES, *_LISTS, *_TEXTS, "pixels")
_TEMPORAL_OPTIONS = ("retain_longitudinal_full_dates", "retain_longitudinal_modified_dates")
_MAXIMUM_EXTENDS = 8


@dataclass(frozen=True)
class _Composition:
    """A strategy file with what it extends folded in."""

    description: str = ""
    profile: str = ""
    options: tuple[str, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    unlisted: str = "delete"
    private: str = "delete"
    pixels: PixelRules = field(default_factory=PixelRules)
    remove_private_tags: str = "false"  # Visual NLP's switch: no row brings a private element back
    regenerate_series_number: str = "false"  # Visual NLP's switch: Series Number gets a rule
    ignore_vr: str = "true"  # Visual NLP's switch: false deletes elements whose VR is another than their row's


def names() -> tuple[str, ...]:
    """The names of the strategies that are shipped, sorted."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


def load(name: str) -> CompiledStrategy:
    """Load a shipped strategy by name, or any by the path of its YAML or CSV file, and compile it.

    A CSV file alone extends ``basic``: its rows overrule the profile's.

    Raises
    ------
    StrategyError
        The strategy is unknown, or its file is not valid; with file and line.
    """
    path = _find(name)
    if path.suffix.lower() == ".csv":
        base = _compose(_folder() / "basic.yaml", 0)
        composition = replace(
            base, description=f"basic with the rows of {path.name}", rules=base.rules + read_rows(path)
        )
    else:
        composition = _compose(path, 0)
    return _compile(path, composition)


def _compile(path: Path, composition: _Composition) -> CompiledStrategy:
    options = composition.options
    if options and not composition.profile:
        raise StrategyError("options change a profile, and there is none", file=path)
    rows = profile_rows(_folder() / _PROFILE_TABLE, options) if composition.profile else ()
    if "retain_safe_private" in options:
        rows += read_rows(_folder() / _SAFE_PRIVATE_TABLE)
    rows = _switched((*rows, *composition.rules), composition)
    codes = [BASIC_CODE] if composition.profile else []
    codes += [OPTION_CODES[option] for option in options]
    return CompiledStrategy(
        name=path.stem,
        description=composition.description,
        options=options,
        codes=tuple(codes),
        temporal_information=_temporal_information(options),
        rows=rows,
        unlisted=composition.unlisted,
        private=composition.private,
        pixels=composition.pixels,
        ignore_vr=composition.ignore_vr == "true",
    )


def _switched(rows: tuple[RuleRow, ...], composition: _Composition) -> tuple[RuleRow, ...]:
    """The rows under Visual NLP's switches."""
    if composition.remove_private_tags == "true":
        rows = tuple(row for row in rows if '"' not in row.pattern or row.action.name == "delete")
    if composition.regenerate_series_number == "true" and (action := action_named("regenerateSeriesNumber")):
        rows += (RuleRow("00200011", "IS", action, "", "regenerate_series_number"),)
    return rows


def _temporal_information(options: Sequence[str]) -> str:
    temporal = [option for option in options if option in _TEMPORAL_OPTIONS]
    if not temporal:
        return "REMOVED"
    return "MODIFIED" if temporal[-1] == "retain_longitudinal_modified_dates" else "UNMODIFIED"


def _folder() -> Path:
    """The folder of shipped strategies: inside the installed package, or beside it in a checkout."""
    package = Path(str(resources.files("deid_pipeline")))
    inside = package / "strategies"
    return inside if inside.is_dir() else package.parent / "strategies"


def _find(name: str) -> Path:
    path = Path(name)
    if path.suffix.lower() in {".yaml", ".yml", ".csv"}:
        if not path.is_file():
            raise StrategyError("there is no such strategy file", file=path)
        return path
    shipped = _folder() / f"{name}.yaml"
    if name not in names():
        raise StrategyError(f"unknown strategy {name!r}; shipped: {', '.join(names())}")
    return shipped


def _compose(path: Path, depth: int) -> _Composition:
    if depth > _MAXIMUM_EXTENDS:
        raise StrategyError("strategies extend one another in a circle", file=path)
    content = _read_yaml(path)
    base = _Composition()
    if parent := content.pop("extends", ""):
        base = _compose(_parent(parent, path), depth + 1)
    rules = base.rules
    for file_name in content.pop("rules", ()):
        rules += read_rows(path.parent / file_name)
    if "options" in content:
        content["options"] = tuple(content["options"])
    if "pixels" in content:
        content["pixels"] = read_pixel_rules(content["pixels"], path, base=base.pixels)
    return replace(base, rules=rules, **content)


def _parent(name: str, path: Path) -> Path:
    """The file that ``path`` extends: beside it, by name or as a YAML file, else a shipped strategy."""
    for beside in (path.parent / f"{name}.yaml", path.parent / name):
        if beside.suffix.lower() in {".yaml", ".yml"} and beside.is_file():
            return beside
    if name not in names():
        raise StrategyError(f"unknown strategy {name!r}; shipped: {', '.join(names())}")
    return _folder() / f"{name}.yaml"


def _read_yaml(path: Path) -> dict[str, Any]:
    """The checked top-level mapping of a strategy file."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise StrategyError(f"not valid YAML: {error.problem}", file=path, line=line) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise StrategyError("not valid YAML: the file holds bytes that are no text", file=path) from None
    except OSError as error:
        raise StrategyError(f"the file cannot be read: {error.strerror}", file=path) from None
    if not isinstance(node, yaml.MappingNode):
        raise StrategyError("a strategy file is a mapping of keys", file=path, line=1)
    content: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key not in _KEYS:
            raise StrategyError(f"unknown key {key!r}; known: {', '.join(_KEYS)}", file=path, line=line)
        if key in content:
            raise StrategyError(f"the key {key!r} stands twice", file=path, line=line)
        content[key] = value_node if key == "pixels" else _value(key, value_node, path)
    return content


def _value(key: str, node: yaml.Node, path: Path) -> str | list[str]:
    line = node.start_mark.line + 1
    if key in _LISTS:
        if not isinstance(node, yaml.SequenceNode) or not all(isinstance(n, yaml.ScalarNode) for n in node.value):
            raise StrategyError(f"{key} must be a list of names", file=path, line=line)
        return _names(key, node.value, path)
    if not isinstance(node, yaml.ScalarNode):
        raise StrategyError(f"{key} must be one word or sentence", file=path, line=line)
    value = str(node.value)
    if key in _CHOICES and value not in _CHOICES[key]:
        raise StrategyError(f"{key}: {value!r} is none of {', '.join(_CHOICES[key])}", file=path, line=line)
    if key == "extends":
        try:
            _parent(value, path)
        except StrategyError as error:
            raise StrategyError(str(error), file=path, line=line) from None
    return value


def _names(key: str, nodes: Sequence[yaml.Node], path: Path) -> list[str]:
    """The checked names of a list."""
    found: list[str] = []
    for node in nodes:
        name = str(node.value)
        try:
            if name in found:
                raise StrategyError(f"{name!r} stands twice")
            if key == "rules" and not (path.parent / name).is_file():
                raise StrategyError(f"there is no rule file {name!r}")
            if key == "options":
                check_option(name)
            if sum(option in _TEMPORAL_OPTIONS for option in (*found, name)) > 1:
                raise StrategyError(f"{' and '.join(_TEMPORAL_OPTIONS)} contradict each other")
        except StrategyError as error:
            raise StrategyError(str(error), file=path, line=node.start_mark.line + 1) from None
        found.append(name)
    return found
