"""``replaceWithDummy``: a value that is legal for the VR and says nothing."""

from __future__ import annotations

from deid_pipeline.actions.protocol import ALL_VRS, ActionDefaults, ElementValue, Rewrite, refuse_option

_DUMMIES = {
    "AS": b"000Y",
    "DA": b"19000101",
    "DS": b"0",
    "DT": b"19000101000000",
    "IS": b"0",
    "TM": b"000000",
    "UI": b"2.25.0",
    "UR": b"about:blank",
}
_OTHER_DATES = {b"19000101": b"19000102", b"19000101000000": b"19000102000000", b"000000": b"000001"}
_WIDTHS = {"FD": 8, "OD": 8, "OV": 8, "SV": 8, "UV": 8, "AT": 4, "FL": 4, "OF": 4, "OL": 4, "SL": 4, "UL": 4}
_EMPTY_ITEMS = (b"\xfe\xff\x00\xe0\x00\x00\x00\x00", b"\xff\xfe\xe0\x00\x00\x00\x00\x00")  # little and big endian


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
        dummy = _DUMMIES.get(vr, b"\0" * _WIDTHS.get(vr, 2) if _is_binary(vr) else b"REMOVED")

        def rewrite(element: ElementValue) -> bytes | None:
            held = element.raw.strip(b"\0 ") if not _is_binary(vr) else element.raw
            if not held:
                return b""
            return _OTHER_DATES.get(dummy, dummy) if held == dummy else dummy

        return rewrite


def _is_binary(vr: str) -> bool:
    return vr in _WIDTHS or vr in {"OB", "OW", "SS", "UN", "US"}


def _empty_item(element: ElementValue) -> bytes | None:
    return _EMPTY_ITEMS[element.big_endian] if element.raw else b""
