"""Unit tests of what the benchmarks judge by."""
