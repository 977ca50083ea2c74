"""Forms under which identifying values are written."""

from __future__ import annotations

import pytest

from deid_pipeline.phi.spellings import (
    age_spellings,
    contact_spellings,
    date_spellings,
    id_spellings,
    name_spellings,
    place_spellings,
)


def test_a_name_is_spelled_in_both_orders_and_by_its_parts() -> None:
    found = name_spellings("Doe^John^Quincy^Dr^Jr")
    wanted = {
        "doe^john",
        "doe john",
        "john doe",
        "doe, john",
        "doejohn",
        "john_doe",
        "doe, john quincy",
        "doe",
        "quincy",
    }
    assert wanted | {"john quincy doe", "quincy^doe^john"} <= set(found)
    assert not {"dr", "jr"} & set(found)


@pytest.mark.parametrize("value", ["DOE, JOHN", "Doe John", "DOE^JOHN^^^"])
def test_a_name_is_understood_however_it_was_entered(value: str) -> None:
    assert {"doe", "john", "john doe", "doe, john"} <= set(name_spellings(value))


def test_initials_and_particles_are_no_spellings_of_their_own() -> None:
    found = name_spellings("van der Berg^J^P")
    assert "berg" in found
    assert not {"j", "p", "van", "der"} & set(found)
    assert name_spellings("AB") == ()
    assert "test" not in name_spellings("Test^Brown")


def test_marks_are_also_left_out_and_umlauts_written_out() -> None:
    found = set(name_spellings("Müller-Lüdenscheidt^Jürgen"))
    assert {"müller", "muller", "mueller", "lüdenscheidt", "juergen", "jürgen müller-lüdenscheidt"} <= found


def test_every_component_group_counts_and_two_ideographs_are_a_name_part() -> None:
    found = set(name_spellings("Yamada^Tarou=山田^太郎=やまだ^たろう"))
    assert {"yamada", "tarou", "山田", "太郎", "山田太郎", "たろう"} <= found
    assert "王" not in name_spellings("Wang^XiaoDong=王^小東")


def test_a_day_is_spelled_in_twenty_ways_and_more() -> None:
    wanted = [
        "20130713",
        "2013-07-13",
        "2013/07/13",
        "2013.07.13",
        "07/13/2013",
        "7/13/2013",
        "07-13-2013",
        "13.07.2013",
        "13/07/2013",
        "13-07-2013",
        "13.7.2013",
        "07/13/13",
        "7/13/13",
        "13.07.13",
        "13jul2013",
        "13-jul-2013",
        "2013:07:13",
        "07132013",
        "13072013",
    ]
    wanted += ["2013 jul 13", "jul 13, 2013", "july 13, 2013", "july 13 2013", "13 jul 2013", "13 july 2013"]
    assert set(wanted) <= set(date_spellings(2013, 7, 13))


def test_a_day_is_never_spelled_as_six_digits_alone_which_would_be_a_time() -> None:
    assert not [form for form in date_spellings(2013, 7, 13) if form.isdigit() and len(form) < 8]


def test_ids_are_spelled_without_separators_and_leading_zeros() -> None:
    assert set(id_spellings("00123-456 A")) == {"00123-456 a", "00123456a", "123-456 a", "123456a"}
    assert id_spellings("7") == ("7",)
    assert "12" not in id_spellings("0012")


def test_phone_numbers_are_regrouped_and_mail_addresses_are_not() -> None:
    wanted = {"13015551234", "301-555-1234", "(301) 555-1234", "3015551234", "301.555.1234"}
    assert wanted <= set(contact_spellings("+1 (301) 555-1234"))
    assert contact_spellings("Jane@Example.org") == ("jane@example.org",)


def test_an_address_is_spelled_whole_and_by_its_lines() -> None:
    found = place_spellings("Mayo Clinic, 200 First St SW\r\nRochester, MN")
    assert {"mayo clinic", "200 first st sw", "mayo clinic, 200 first st sw rochester, mn"} <= set(found)
    assert "mn" not in found


def test_an_age_is_spelled_with_its_unit_never_as_a_bare_number() -> None:
    assert {"037y", "37y", "37 years"} <= set(age_spellings("037Y"))
    assert "37" not in age_spellings("037Y")
    assert age_spellings("old") == ()
