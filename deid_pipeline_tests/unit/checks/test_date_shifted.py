def test_digits_of_a_time_of_day_are_no_date() -> None:
    from deid_pipeline.checks.date_shifted import _days

    assert _days("20110525145628.350000") == {"20110525"}
    assert _days("20110525-20110601") == {"20110525", "20110601"}
