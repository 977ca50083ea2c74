"""Errors say where, and survive the way home from a worker process."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from deid_pipeline import errors
from deid_pipeline.errors import DeidError, SourceDataError, StrategyError


def test_every_error_has_the_one_root() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    assert all(issubclass(cls, DeidError) for cls in classes if cls.__module__ == errors.__name__)
    assert {cls.__name__ for cls in DeidError.__subclasses__()} >= {
        "SettingsError", "StrategyError", "SourceDataError", "EngineUnavailableError", "ResidualRiskError",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "line", "text"),
    [
        (None, None, "wrong"),
        (Path("/secret/place/mine.yaml"), None, "mine.yaml: wrong"),
        (Path("/secret/place/mine.yaml"), 7, "mine.yaml:7: wrong"),
    ],
)
def test_a_strategy_error_names_the_file_without_its_folder(file: Path | None, line: int | None, text: str) -> None:
    error = StrategyError("wrong", file=file, line=line)
    assert (str(error), error.file, error.line) == (text, file, line)


@pytest.mark.parametrize(
    ("tag_path", "offset", "text"),
    [
        ("", None, "damaged"),
        ("(0008,1140)[0].(0008,1155)", 12, "damaged ((0008,1140)[0].(0008,1155) at byte 12)"),
        ("", 0, "damaged (byte 0)"),
        (
            "(0008,1140)[0]." * 100 + "(0008,1155)",
            None,
            f"damaged ({'(0008,1140)[0].' * 2}(0008,1140)[0]...95 more...{'(0008,1140)[0].' * 2}(0008,1155))",
        ),
        ("(0010,0010)", None, "damaged ((0010,0010))"),
    ],
)
def test_a_source_data_error_says_where(tag_path: str, offset: int | None, text: str) -> None:
    assert str(SourceDataError("damaged", tag_path=tag_path, offset=offset)) == text


@pytest.mark.parametrize(
    "error",
    [
        StrategyError("wrong", file=Path("a.yaml"), line=3),
        SourceDataError("damaged", tag_path="(0010,0010)", offset=4),
        errors.ResidualRiskError("held"),
    ],
)
def test_errors_come_back_from_a_worker_as_they_were(error: DeidError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), vars(again)) == (str(error), vars(error))
