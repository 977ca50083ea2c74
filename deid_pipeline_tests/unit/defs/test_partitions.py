"""How pending studies are cut into runs."""

from __future__ import annotations

from dagster import DagsterInstance
from hypothesis import given
from hypothesis import strategies as st

from deid_pipeline.defs.instance import STUDIES_NAME
from deid_pipeline.defs.partitions import (
    STUDIES_PER_RUN,
    add_studies,
    contiguous_ranges,
    unknown_studies,
)


def test_a_gap_ends_a_range() -> None:
    assert contiguous_ranges("abde", "abcdef") == [("a", "b"), ("d", "e")]


def test_the_order_is_that_of_the_definition() -> None:
    assert contiguous_ranges(["c", "a", "b"], ["a", "b", "c"]) == [("a", "b", "c")]


@given(st.sets(st.integers(0, 120)))
def test_every_key_is_in_one_range_without_gaps_and_none_is_too_long(wanted: set[int]) -> None:
    order = [str(number) for number in range(121)]
    ranges = contiguous_ranges((str(number) for number in wanted), order)
    assert [key for keys in ranges for key in keys] == [str(number) for number in sorted(wanted)]
    for keys in ranges:
        assert len(keys) <= STUDIES_PER_RUN
        first = order.index(keys[0])
        assert list(keys) == order[first : first + len(keys)]


def test_known_studies_keep_their_place_and_new_ones_follow() -> None:
    with DagsterInstance.ephemeral() as instance:
        add_studies(instance, ["b", "a"])
        add_studies(instance, ["c", "a"])
        assert instance.get_dynamic_partitions(STUDIES_NAME) == ["b", "a", "c"]
        assert unknown_studies(instance, ["c", "d"]) == ["d"]
