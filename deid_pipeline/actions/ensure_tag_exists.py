"""``ensureTagExists``: what the IOD asks for is there, also where the source lacks it."""

from __future__ import annotations

from deid_pipeline.actions.dummies import dummy_value, is_binary
from deid_pipeline.actions.literals import LITERAL_VRS, literal_value
from deid_pipeline.actions.protocol import ALL_VRS, ActionDefaults, ElementValue, Rewrite
from deid_pipeline.errors import StrategyError

_DUMMY = "dummy"


class EnsureTagExists(ActionDefaults):
    """PS3.15 K for an element with a value, which stays as it is; an absent or empty one gets the option.

    Without an option it gets an empty value, which Type 2 asks for (PS3.5 7.4.3). For Type 1 the option is the value,
    or the word ``dummy`` for one that is legal for the VR and says nothing: the only one for sequences and bulk VRs.
    """

    name = "ensureTagExists"
    code = "K"
    vrs = ALL_VRS
    summary = "keeps a value; makes an absent element, empty or with the option (`dummy`: a value that says nothing)"
    inserts = True

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Check that the option fits the VR and return the rewriting.

        Raises
        ------
        StrategyError
            The option is neither empty, ``dummy`` nor a legal value of the VR in ASCII.
        """
        little, big = _value(option, vr, big_endian=False), _value(option, vr, big_endian=True)
        binary = is_binary(vr) or vr == "SQ"

        def rewrite(element: ElementValue) -> bytes | None:
            if element.raw if binary else element.raw.strip(b"\0 "):
                return element.raw
            return big if element.big_endian else little

        return rewrite

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        made = {"": "empty", _DUMMY: "with a value that says nothing"}.get(option, f"with the value {option!r}")
        return f"keeps a value; makes an absent or empty element {made}"


def _value(option: str, vr: str, *, big_endian: bool) -> bytes:
    if not option:
        return b""
    if option == _DUMMY:
        return dummy_value(vr, big_endian=big_endian)
    if vr not in LITERAL_VRS:
        raise StrategyError(f"ensureTagExists can give VR {vr} no other value than 'dummy'")
    try:
        return literal_value(option, vr, big_endian=big_endian)
    except ValueError:
        raise StrategyError(f"the option of ensureTagExists is no legal value of VR {vr}") from None
