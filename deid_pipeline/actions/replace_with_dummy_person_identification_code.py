"""``replaceWithDummyPersonIdentificationCode``: a code that names nobody."""

from __future__ import annotations

from deid_pipeline.actions.dummy_sequences import DummySequence, code_item
from deid_pipeline.actions.protocol import Rewrite


class ReplaceWithDummyPersonIdentificationCode(DummySequence):
    """PS3.15 D for Person Identification Code Sequence (0040,1101) and its like: one item with a code of our own."""

    name = "replaceWithDummyPersonIdentificationCode"
    aliases: tuple[str, ...] = ("replaceWithDummyPersonIdentificationCodeSequence",)
    summary = "replaces a sequence of person codes by one code that names nobody; empty stays empty"
    items = (code_item("ANONYMIZED", "Anonymized"),)

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Return the rewriting that gives the dummy code.

        Raises
        ------
        StrategyError
            There is an option, or the VR is not SQ.
        """
        return self.bound(self.name, option, vr=vr)
