"""Unit tests of the PHI room."""
