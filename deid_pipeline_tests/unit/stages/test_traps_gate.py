"""Texts that the cleaning and the gate must judge alike: what one lets stay the other lets pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline_tests.instances import small_ct
from deid_pipeline_tests.releasing import release


@pytest.mark.parametrize(
    ("name", "patient_id", "text", "kept"),
    [
        ("Long^A", "QF-0042917", "Long leg Long", "Long leg Long"),
        ("Lee^May", "QF-0042917", "AX May be repeated", "AX May be repeated"),
        ("Head^John", "QF-0042917", "HEAD CT HEAD", "HEAD CT HEAD"),
        ("Cox^Art", "QF-0042917", "Art phase Cox", "Art phase"),
        ("Thorax^Pat", "QF-0042917", "Thorax PA", "Thorax PA"),
        ("Quillfeather^O", "0042", "ABD 0042 X", "ABD X"),
        ("Quillfeather^O", "0042", "chest_0042_pa", "chest_pa"),
        ("Quillfeather^O", "0042", "TR 0042", "TR 0042"),
        ("Quillfeather^O", "00000815", "ABD 00000815 X", "ABD X"),
    ],
)
@pytest.mark.parametrize("strategy", ["midi_b", "safe_harbor"])
def test_a_text_is_cleaned_of_what_the_gate_would_hold(
    tmp_path: Path, name: str, patient_id: str, text: str, kept: str, strategy: str
) -> None:
    dataset = small_ct(name=name)
    dataset.PatientID, dataset.SeriesDescription = patient_id, text
    result = release(tmp_path, dataset, strategy)
    assert (result.status, result.reason) == ("released", "")
    assert result.dataset.SeriesDescription == kept


def test_a_uid_of_two_dots_in_a_text_follows_its_element(tmp_path: Path) -> None:
    dataset = small_ct()
    dataset.StudyInstanceUID = "2.25.329800735698586629295641978511506172918"
    dataset.ImageComments = f"KNEE study {dataset.StudyInstanceUID}"
    result = release(tmp_path, dataset)
    assert (result.status, result.reason) == ("released", "")
    assert result.dataset.ImageComments == f"KNEE study {result.dataset.StudyInstanceUID}"
