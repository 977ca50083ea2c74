"""Check: every UID became its own pseudonym, the same wherever it occurs, or kept its value on purpose.

What belongs here: UI elements, compared place by place. What does not: UIDs elsewhere (``uid_changed``).
"""

from __future__ import annotations

from collections.abc import Iterator

from deid_pipeline.checks.case import RETAIN_UIDS, CheckCase
from deid_pipeline.checks.leaf import Leaf
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.uid_changed import INSTANCE_TAGS, registered_uids

_MOST_CHARACTERS = 64


class UidConsistent:
    """Compares each UI element of the source with the output's at the same tag path."""

    name = "uid_consistent"
    summary = "each replaced UID is the pseudonym of the original, valid, one to one; registered UIDs keep their value"

    def run(self, case: CheckCase) -> Outcome:
        """Count differences by tag."""
        return outcome(_differences(case))


def _differences(case: CheckCase) -> Iterator[str]:
    registered = registered_uids()
    retained = RETAIN_UIDS in case.claimed_codes
    for path, leaves in case.source_by_path.items():
        for before, after in zip(leaves, case.output_by_path.get(path, ()), strict=False):
            if before.vr != "UI" or after.vr != "UI" or not before.values[0]:
                continue
            must_change = before.tag in INSTANCE_TAGS and not retained
            yield from _compare(case, before, after, (must_change or case.is_changed(path), registered))
    for leaf in case.output.leaves:
        if leaf.vr == "UI":
            yield from (
                f"{leaf.place} is no valid UID" for value in leaf.values if value and not _is_valid(case, leaf, value)
            )


def _compare(case: CheckCase, before: Leaf, after: Leaf, expectation: tuple[bool, frozenset[str]]) -> Iterator[str]:
    changed, registered = expectation
    if case.expected_values.get(before.path) == after.text and not _maps_uids(case, before):
        return  # a rule put another text here, a dummy say
    if len(before.values) != len(after.values):
        yield f"{before.place} has another number of values"
        return
    for old, new in zip(before.values, after.values, strict=True):
        expected = case.expected_uid(old) if changed and old and old not in registered else old
        if new != expected:
            yield f"{before.place} is not the pseudonym of the original" if changed else f"{before.place} has changed"


def _maps_uids(case: CheckCase, leaf: Leaf) -> bool:
    """Whether the rule for this element maps UIDs; one that deletes, empties or fills in does not."""
    if leaf.tag in INSTANCE_TAGS:
        return True
    actions = [change.action for change in case.element_changes if change.tag_path == leaf.path]
    return not actions or actions[-1] in ("hashId", "patientHashId")


def _is_valid(case: CheckCase, leaf: Leaf, value: str) -> bool:
    """PS3.5 9.1; a value that the source has in the same place may be as wrong as it was."""
    parts = value.split(".")
    legal = all(part.isascii() and part.isdigit() and (part == "0" or part[0] != "0") for part in parts)
    return (legal and len(value) <= _MOST_CHARACTERS) or case.is_kept(leaf.path)
