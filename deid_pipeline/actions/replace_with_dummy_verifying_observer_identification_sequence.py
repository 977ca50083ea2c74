"""``replaceWithDummyVerifyingObserverIdentificationSequence``: a report stays verified, by nobody."""

from __future__ import annotations

from deid_pipeline.actions.dummy_sequences import ANONYMOUS, DummySequence, code_item
from deid_pipeline.actions.items import Made
from deid_pipeline.actions.protocol import ElementValue, Rewrite
from deid_pipeline.actions.replace_with_dummy_person_identification_code import (
    ReplaceWithDummyPersonIdentificationCode,
)

_CODE_SEQUENCE = 0x0040A088


class ReplaceWithDummyVerifyingObserverIdentificationSequence(DummySequence):
    """PS3.15 D for Verifying Observer Sequence (0040,A073): one item with all that PS3.3 C.17.2 asks for.

    Verifying Observer Identification Code Sequence (0040,A088) alone gets the code.
    """

    name = "replaceWithDummyVerifyingObserverIdentificationSequence"
    aliases: tuple[str, ...] = ("replaceWithDummyVerifyingObserverSequence",)
    summary = "replaces a sequence of verifying observers by one that is nobody; empty stays empty"
    items = (
        (
            Made(0x0040A027, "LO", ANONYMOUS),  # Verifying Organization
            Made(0x0040A030, "DT", "19000101000000"),  # Verification DateTime
            Made(0x0040A075, "PN", ANONYMOUS),  # Verifying Observer Name
            Made(_CODE_SEQUENCE, "SQ", (code_item("ANONYMIZED", "Anonymized"),)),  # its Identification Code Sequence
        ),
    )

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Return the rewriting that gives the dummy observer.

        Raises
        ------
        StrategyError
            There is an option, or the VR is not SQ.
        """
        observer = self.bound(self.name, option, vr=vr)
        code = ReplaceWithDummyPersonIdentificationCode().bind(option, vr=vr)

        def rewrite(element: ElementValue) -> bytes | None:
            return code(element) if element.tag == _CODE_SEQUENCE else observer(element)

        return rewrite
