"""The crosswalk: encrypted in the vault, in clear only for the holder of the key."""

from __future__ import annotations

import csv
from pathlib import Path

import pydicom
import pytest

from deid_pipeline.errors import SettingsError
from deid_pipeline.pseudonyms import ProjectSecret, load_secret
from deid_pipeline.stages.crosswalk import pairs
from deid_pipeline_tests.instances import ROOT, save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages


def test_the_maps_lead_from_originals_to_what_was_released(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")
    row = outputs(project, run_stages(project))["1"]
    released = pydicom.dcmread(row.output_path)
    uids = dict(pairs(project.settings.vault, "uid", project.secret))
    assert uids[f"{ROOT}.1.7.1"] == released.SOPInstanceUID
    assert uids[f"{ROOT}.1"] == released.StudyInstanceUID
    assert dict(pairs(project.settings.vault, "patient", project.secret)) == {"QF-0042917": released.PatientID}


def test_another_key_opens_nothing_and_no_original_is_in_the_shards(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")
    run_stages(project)
    with pytest.raises(SettingsError, match="another key"):
        list(pairs(project.settings.vault, "uid", ProjectSecret(b"x" * 32)))
    for table in ("uid_map", "patient_map"):
        for shard in (project.settings.vault / table).iterdir():
            assert b"QF-0042917" not in shard.read_bytes()
            assert ROOT.encode() not in shard.read_bytes()


def test_the_command_writes_the_csv_that_midi_b_takes(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from deid_pipeline.cli import app

    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")
    run_stages(project)
    out = tmp_path / "map.csv"
    vault, key = str(project.settings.vault), str(project.settings.key_file)
    done = CliRunner().invoke(app, ["map", "--vault", vault, "--kind", "uid", "--out", str(out), "--key-file", key])
    assert done.exit_code == 0, done.output
    with out.open(newline="") as stream:
        read = list(csv.DictReader(stream))
    assert read[0].keys() == {"id_old", "id_new"}
    assert {line["id_old"]: line["id_new"] for line in read} == dict(
        pairs(project.settings.vault, "uid", load_secret(project.settings.key_file))
    )
    assert out.stat().st_mode & 0o077 == 0
