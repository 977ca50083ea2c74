"""What a strategy says about pixels: the mapping under the key ``pixels`` of its file.

What belongs here: the keys of that mapping, their choices and defaults, reading them. What does not: carrying them out
(``stages``, rooms ``redaction`` and ``codecs``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy.region_rules import RegionRule, read_region_rules

_CHOICES: dict[str, tuple[str, ...]] = {
    "text": ("redact_all",),
    "on_unsupported": ("hold", "decompress"),
    "ultrasound_regions": ("ignore", "redact_outside"),
    "fill": ("solid", "background", "blur", "surrogate"),
    "unused_bits": ("clear", "hold"),
}
"""The keys of the mapping and what each may say."""

_FILES = ("regions",)
"""Keys whose value is a list of CSV files beside the strategy."""

_IN_ONE_WORD = "redact_all_text"


@dataclass(frozen=True)
class PixelRules:
    """How pixels are treated. Each field is a key of the mapping; its default is the safest choice."""

    text: str = "redact_all"  # what is filled: every text found
    on_unsupported: str = "hold"  # what becomes of text in frames that no codec rewrites in their transfer syntax
    ultrasound_regions: str = "ignore"  # of (0018,6011): whether all that lies outside of them is filled
    regions: tuple[RegionRule, ...] = ()  # boxes by device that are filled, or in which text may stay
    fill: str = "solid"  # with what, a name of `redaction.FILLS`
    unused_bits: str = "clear"  # what lies in cells beside samples, overlays of old say: it goes, or the file is held

    def describe(self) -> str:
        """All choices in one line."""
        words = {key: value if isinstance(value, str) else f"{len(value)}" for key, value in asdict(self).items()}
        return ", ".join(f"{key} {word}" for key, word in words.items())


def read_pixel_rules(node: yaml.Node, path: Path, *, base: PixelRules) -> PixelRules:
    """Read the value of the key ``pixels``: a mapping, or ``redact_all_text`` for a mapping of that alone.

    Parameters
    ----------
    node
        The value.
    path
        The strategy file.
    base
        What holds for keys that the mapping does not name.

    Raises
    ------
    StrategyError
        A key or a choice is unknown, or stands twice; with file and line.
    """
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        if node.value != _IN_ONE_WORD:
            raise StrategyError(f"pixels: {node.value!r} is neither {_IN_ONE_WORD} nor a mapping", file=path, line=line)
        return replace(base, text="redact_all")
    if not isinstance(node, yaml.MappingNode):
        raise StrategyError(f"pixels must be one word, {_IN_ONE_WORD}, or a mapping of keys", file=path, line=line)
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key not in (*_CHOICES, *_FILES):
            known = ", ".join((*_CHOICES, *_FILES))
            raise StrategyError(f"unknown key {key!r} of pixels; known: {known}", file=path, line=line)
        if key in found:
            raise StrategyError(f"the key {key!r} of pixels stands twice", file=path, line=line)
        if key in _FILES:
            found[key] = _region_rules(value_node, path)
            continue
        if not isinstance(value_node, yaml.ScalarNode) or value_node.value not in _CHOICES[key]:
            raise StrategyError(f"{key} of pixels is none of {', '.join(_CHOICES[key])}", file=path, line=line)
        found[key] = str(value_node.value)
    return replace(base, **found)


def _region_rules(node: yaml.Node, path: Path) -> tuple[RegionRule, ...]:
    """The rows of a list of files beside the strategy."""
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.SequenceNode) or not all(isinstance(one, yaml.ScalarNode) for one in node.value):
        raise StrategyError("regions of pixels must be a list of files", file=path, line=line)
    rules: tuple[RegionRule, ...] = ()
    for one in node.value:
        file = path.parent / str(one.value)
        if not file.is_file():
            raise StrategyError(f"there is no file {one.value!r}", file=path, line=one.start_mark.line + 1)
        rules += read_region_rules(file)
    return rules
