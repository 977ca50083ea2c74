"""Check: no UID that had to change is left anywhere in the output's bytes.

What belongs here: which UIDs had to change, and the search. What does not: what they became (``uid_consistent``).
"""

from __future__ import annotations

from collections.abc import Iterator

from deid_pipeline.checks.case import RETAIN_UIDS, CheckCase
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.scanning import Needle, Scanner
from deid_pipeline.model import Edge

# Identify the instance itself, PS3.15 E.1.1: they change unless the Retain UIDs Option is claimed.
INSTANCE_TAGS = frozenset({0x00080018, 0x0020000D, 0x0020000E, 0x00200052})

STANDARD_ROOT = "1.2.840.10008."  # the standard's own UIDs, also those that Annex A does not list one by one

_SHORTEST = 5  # shorter values are no UIDs, and everywhere


class UidChanged:
    """Searches the whole file, pixel data included, for the original UIDs."""

    name = "uid_changed"
    summary = "no UID of the source that had to change is left anywhere in the file"

    def run(self, case: CheckCase) -> Outcome:
        """Count hits by place."""
        return outcome(_left(case))


def registered_uids() -> frozenset[str]:
    """The UIDs of PS3.6 Annex A, which identify nobody."""
    from pydicom._uid_dict import UID_dictionary

    return frozenset(UID_dictionary)


def uids_to_change(case: CheckCase) -> frozenset[str]:
    """Original UIDs of elements that a rule rewrote or removed, and those of the instance itself."""
    registered = registered_uids()
    retained = RETAIN_UIDS in case.claimed_codes
    found: set[str] = set()
    for leaf in case.source.leaves:
        if leaf.vr == "UI" and (case.is_changed(leaf.path) or (leaf.tag in INSTANCE_TAGS and not retained)):
            found.update(uid for uid in leaf.values if uid not in registered and not uid.startswith(STANDARD_ROOT))
    return frozenset(found - {""})


def _left(case: CheckCase) -> Iterator[str]:
    output = case.output
    uids = [uid.encode().lower() for uid in sorted(uids_to_change(case)) if len(uid) >= _SHORTEST]
    needles = [Needle(uid, Edge.UID, key) for key, uid in enumerate(uids)]
    needles += [Needle(uid, Edge.NONE, key, b"\0" * len(uid)) for key, uid in enumerate(uids) if uid.isascii()]
    scanner = Scanner(needles)
    start, end = output.pixel_range or (len(output.body), len(output.body))
    for at, _ in scanner.find(output.body):
        yield "an original UID in the pixel data" if start <= at < end else "an original UID"
    for _ in scanner.find(output.outside):
        yield "an original UID outside of the data set"
