"""De-identification of medical images as a Dagster asset pipeline that fails closed and proves what it did."""

__version__ = "0.1.0"
