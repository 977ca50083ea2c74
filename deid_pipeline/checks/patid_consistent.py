"""Check: the patient id is the patient's pseudonym.

What belongs here: Patient ID at the top and, where it repeats the same original, inside sequences. What does not: other
ids (``text_removed``).
"""

from __future__ import annotations

from collections.abc import Iterator

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.protocol import Outcome, outcome

_PATIENT_ID = 0x00100020


class PatidConsistent:
    """Compares Patient ID with the pseudonym that the project's secret gives."""

    name = "patid_consistent"
    summary = "Patient ID is the patient's pseudonym, also in sequences that repeat the original"

    def run(self, case: CheckCase) -> Outcome:
        """An absent Patient ID passes, as in MIDI-B; an empty one only where the source's is empty or absent."""
        return outcome(_differences(case))


def _differences(case: CheckCase) -> Iterator[str]:
    original = case.source.top_text(_PATIENT_ID)
    for leaf in case.output.leaves:
        if leaf.tag != _PATIENT_ID:
            continue
        sources = [source.text for source in case.source_by_path.get(leaf.path, ())]
        same_patient = leaf.path == leaf.place or original in sources
        if not same_patient or (not leaf.text and not any(sources)):
            continue
        if leaf.text != case.expected_patient_id:
            yield f"{leaf.place} is not the patient's pseudonym"
