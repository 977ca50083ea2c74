"""Values of a few elements, wherever they stand."""

from __future__ import annotations

from pathlib import Path

from deid_pipeline.dicom import open_dicom, wanted_values
from deid_pipeline_tests.data_sets import explicit, item, raw_file


def test_wanted_values_know_their_private_creator(tmp_path: Path) -> None:
    names = [
        explicit(0x00090010, "LO", b"ACME"),
        explicit(0x00090011, "LO", b"OTHER "),
        explicit(0x00091001, "PN", b"Fox "),
        explicit(0x00091101, "PN", b"Hen "),
        explicit(0x00091201, "PN", b"Owl "),
        explicit(0x00400555, "SQ", item(explicit(0x00091001, "PN", b"Elk "))),
    ]
    with open_dicom(raw_file(tmp_path, b"".join(names))) as file:
        found = wanted_values(file, lambda _, vr: vr == "PN")
    assert [(one.value, one.creator, one.parents) for one in found] == [
        ("Fox", "ACME", ()),
        ("Hen", "OTHER", ()),
        ("Owl", "", ()),
        ("Elk", "", (0x00400555,)),
    ]
