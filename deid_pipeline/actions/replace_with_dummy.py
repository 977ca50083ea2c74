"""``replaceWithDummy``: a value that is legal for the VR and says nothing."""

from __future__ import annotations

from deid_pipeline.actions.dummies import dummy_value, is_binary
from deid_pipeline.actions.protocol import ALL_VRS, ActionDefaults, ElementValue, Rewrite, refuse_option

_OTHER_DATES = {b"19000101": b"19000102", b"19000101000000": b"19000102000000", b"000000": b"000001"}


class ReplaceWithDummy(ActionDefaults):
    """PS3.15 D: text becomes ``REMOVED``, numbers zero, dates the first day of 1900, a sequence one empty item."""

    name = "replaceWithDummy"
    code = "D"
    vrs = ALL_VRS
    summary = "replaces a value by one that is legal for the VR and says nothing; empty stays empty"

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Return the rewriting for a VR."""
        refuse_option(self.name, option)
        if vr == "SQ":
            return _empty_item
        dummy, binary = dummy_value(vr), is_binary(vr)

        def rewrite(element: ElementValue) -> bytes | None:
            held = element.raw if binary else element.raw.strip(b"\0 ")
            if not held:
                return b""
            return _OTHER_DATES.get(dummy, dummy) if held == dummy else dummy

        return rewrite


def _empty_item(element: ElementValue) -> bytes | None:
    return dummy_value("SQ", big_endian=element.big_endian) if element.raw else b""
