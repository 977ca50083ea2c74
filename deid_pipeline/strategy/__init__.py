"""Strategies: what is to be done to every element, read from data files and compiled once.

What belongs here: reading, checking, composing and compiling rules. What does not: doing it (``actions``, ``dicom``).
"""

from deid_pipeline.strategy.compiled import CompiledStrategy, Rules
from deid_pipeline.strategy.explaining import explain
from deid_pipeline.strategy.linting import lint
from deid_pipeline.strategy.loading import load, names
from deid_pipeline.strategy.pixel_rules import PixelRules

__all__ = ["CompiledStrategy", "PixelRules", "Rules", "explain", "lint", "load", "names"]
