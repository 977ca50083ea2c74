"""Measurements: the whole pipeline (``python -m benchmarks``), and single rooms as modules of their own."""
