"""All tests of this folder run in both forms of header work."""

import pytest


@pytest.fixture(autouse=True)
def _both_forms(both_forms: None) -> None:
    """Take part in every test."""
