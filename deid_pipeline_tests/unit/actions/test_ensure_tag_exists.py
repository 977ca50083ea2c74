"""What is there stays; what is empty or absent gets the option."""

from __future__ import annotations

import pytest

from deid_pipeline.actions import ACTIONS, ALL_VRS, action_named
from deid_pipeline.actions.protocol import BINARY_VRS, TEXT_VRS
from deid_pipeline.dicom.encoding import pad
from deid_pipeline.errors import StrategyError
from deid_pipeline_tests.acting import LITERALS, SAMPLES, element
from deid_pipeline_tests.legality import assert_legal

ACTION = action_named("ensureTagExists")


@pytest.mark.parametrize("vr", sorted(ALL_VRS))
@pytest.mark.parametrize("option", ["", "dummy"])
def test_a_value_stays_byte_for_byte(vr: str, option: str) -> None:
    assert ACTION.bind(option, vr=vr)(element(SAMPLES[vr], vr)) == SAMPLES[vr]


@pytest.mark.parametrize("vr", sorted(ALL_VRS))
def test_an_empty_value_stays_empty_without_an_option(vr: str) -> None:
    assert ACTION.bind("", vr=vr)(element(b"", vr)) == b""


@pytest.mark.parametrize("vr", sorted(ALL_VRS - {"SQ"}))
@pytest.mark.parametrize("raw", [b"", b"  "])
def test_a_dummy_is_legal_and_there(vr: str, raw: bytes) -> None:
    if vr in BINARY_VRS and raw:
        return
    new = ACTION.bind("dummy", vr=vr)(element(raw, vr))
    assert new
    assert_legal(vr, pad(new, vr))


def test_a_dummy_sequence_is_one_empty_item_in_the_files_byte_order() -> None:
    rewrite = ACTION.bind("dummy", vr="SQ")
    assert rewrite(element(b"", "SQ")) == b"\xfe\xff\x00\xe0\0\0\0\0"
    assert rewrite(element(b"", "SQ", big_endian=True)) == b"\xff\xfe\xe0\x00\0\0\0\0"


@pytest.mark.parametrize("vr", sorted(TEXT_VRS))
def test_the_option_is_the_value(vr: str) -> None:
    option = LITERALS.get(vr, "VALUE")
    assert ACTION.bind(option, vr=vr)(element(b" ", vr)) == option.encode()


def test_numbers_are_in_the_files_byte_order() -> None:
    rewrite = ACTION.bind("7", vr="US")
    assert rewrite(element(b"", "US")) == b"\7\0"
    assert rewrite(element(b"", "US", big_endian=True)) == b"\0\7"


@pytest.mark.parametrize(
    ("vr", "option"), [("DA", "today"), ("CS", "lower"), ("US", "-1"), ("SQ", "item"), ("OB", "7"), ("LO", "\u00e9")]
)
def test_an_option_that_is_no_value_of_the_vr_is_refused(vr: str, option: str) -> None:
    with pytest.raises(StrategyError):
        ACTION.bind(option, vr=vr)


def test_it_alone_puts_elements_in() -> None:
    assert [action.name for action in ACTIONS if action.inserts] == ["ensureTagExists"]
