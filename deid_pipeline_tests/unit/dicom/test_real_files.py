"""Real files: kept bytes stay bytes, and pydicom, reading on its own, sees what the basic strategy promised."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom import Dataset, dcmread
from pydicom.charset import convert_encodings
from pydicom.datadict import dictionary_VR

from deid_pipeline.actions import Effect
from deid_pipeline.dicom import DicomFile, edit_data_set, element_rows, file_head, marker_elements, open_dicom
from deid_pipeline.errors import SourceDataError
from deid_pipeline.pseudonyms import uid_pseudonym
from deid_pipeline.strategy import load
from deid_pipeline_tests.data_sets import DEFLATED, KEEP, SECRET, edit, joined, pseudonyms, source_bytes
from deid_pipeline_tests.legality import assert_legal

_BUNDLED = Path(pydicom.__file__).parent / "data"
_FOREIGN = {
    "README.md",
    "README",
    "README.txt",
    "crayons.icc",
    "rtplan.dump",
    "rtstruct.dump",
    "zipMR.gz",
    "no_meta.dcm",
}
BUNDLED = sorted(
    path
    for folder in ("test_files", "charset_files")
    for path in (_BUNDLED / folder).rglob("*")
    if path.is_file() and path.name not in _FOREIGN and path.suffix not in {".py", ".pyc", ".txt", ".json"}
)
REFUSED = {"MR_truncated.dcm", "rtplan_truncated.dcm", "SC_rgb_jpeg.dcm", "DICOMDIR-nooffset"}
MARKERS = frozenset({0x00120062, 0x00120063, 0x00120064, 0x00280301, 0x00280303})
BASIC = load("basic")
GONE = (None, b"", b"UNKNOWN", b"UNKNOWN ")  # a code needs a value


def shared(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.dcm") if path.stat().st_size < 40 << 20)


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name)
def test_a_bundled_file_keeps_its_bytes_and_obeys_the_basic_strategy(path: Path) -> None:
    if path.name in REFUSED:
        with pytest.raises(SourceDataError), open_dicom(path):
            pass
        return
    with open_dicom(path) as file:
        assert_kept(file)
        assert_basic(file)


def test_the_shared_files_keep_their_bytes_and_obey_the_basic_strategy(shared_data: Path) -> None:
    paths = shared(shared_data)
    assert paths
    for path in paths:
        with open_dicom(path) as file:
            assert_kept(file)
            assert_basic(file)


def test_most_bundled_files_are_here() -> None:
    assert len(BUNDLED) > 80


def assert_kept(file: DicomFile) -> None:
    """Keeping everything gives the data set back byte for byte, group lengths aside."""
    new, record = edit(file, lambda tag, vr, *_: KEEP)  # noqa: ARG005
    assert record.changes == []
    if not any(row.tag.endswith("0000") for row in element_rows(file)):
        assert new == source_bytes(file)
        return
    source, made = read(file, source_bytes(file)), read(file, new)
    assert flat(made) == [(path, value) for path, value in flat(source) if not path.endswith("0000")]


def assert_basic(file: DicomFile) -> None:
    """What pydicom reads in the output is what the strategy says of what it reads in the source."""
    source_of_names = pseudonyms()
    markers = marker_elements(
        file.syntax, method="test", codes=BASIC.codes, temporal_information="REMOVED", text_cleaned=True
    )
    edited = edit_data_set(file, rule_for=BASIC.rule, pseudonyms=source_of_names, markers=markers)
    source, made = read(file, source_bytes(file)), read(file, joined(file, edited))
    assert {int(tag) for tag in made.keys()} >= MARKERS  # noqa: SIM118 (a Dataset yields elements)
    assert_data_set(source, made, top=True)
    assert made.DeidentificationMethod == "test"
    for uid, pseudonym in source_of_names.uid_map.items():
        assert pseudonym == uid_pseudonym(SECRET, uid)


def assert_data_set(
    source: Dataset, made: Dataset, *, top: bool = False, inherited: tuple[str, ...] = ("iso8859",)
) -> None:
    encodings = encodings_of(made) or inherited
    markers = MARKERS if top else frozenset()
    expected: list[int] = []
    for tag in sorted(int(tag) for tag in source.keys()):  # noqa: SIM118
        if tag in markers or tag & 0xFFFF == 0:
            continue
        vr = vr_of(source, tag)
        rule = BASIC.rule(tag, vr)
        if rule.effect is Effect.DELETE:
            assert tag not in made, f"{tag:08x}"
            continue
        expected.append(tag)
        if vr == "SQ" and rule.effect is Effect.KEEP:
            assert len(made[tag].value) == len(source[tag].value), f"{tag:08x}"
            for one, other in zip(source[tag].value, made[tag].value, strict=True):
                assert_data_set(one, other, inherited=encodings)
        elif rule.effect is Effect.KEEP:
            value = raw(source, tag)
            if rule.action == "cleanCode":  # nobody looks at the text here: it stays, or goes
                assert raw(made, tag) == value or raw(made, tag) in GONE, f"{tag:08x}"
                continue
            sound = rule.sound is None or not isinstance(value, bytes) or rule.sound(value)
            assert (raw(made, tag) or None) == ((value or None) if sound else None), f"{tag:08x}"
        else:
            assert_rewritten(vr, rule.action, source, made, (tag, encodings))
    assert expected == sorted(int(tag) for tag in made.keys() if int(tag) not in markers)  # noqa: SIM118
    assert not any(tag.is_private for tag in made.keys())  # noqa: SIM118


def assert_rewritten(vr: str, action: str, source: Dataset, made: Dataset, place: tuple[int, tuple[str, ...]]) -> None:
    tag, encodings = place
    old, new = raw(source, tag), raw(made, tag)
    if vr == "SQ":
        assert len(made[tag].value) <= 1
        assert not any(len(item) for item in made[tag].value)
        return
    if action in ("cleanCode", "cleanTag"):  # nobody looks at the text here: it goes, or is that of a known scheme
        assert new == old or new in GONE
        return
    assert_legal(vr, new or b"", encodings)
    if action == "remove":
        assert not new
    elif vr == "UI" and old:
        for before, after in zip(old.split(b"\\"), (new or b"").split(b"\\"), strict=True):
            uid = before.decode().strip("\0 ")
            registered = uid in pydicom.uid.UID_dictionary
            assert after.strip(b"\0").decode() == (uid if registered or not uid else uid_pseudonym(SECRET, uid))
    elif old and old.strip(b"\0 ^="):
        assert new != old, f"{tag:08x}"
        assert new
    elif action != "patientHashId":
        assert not new


def encodings_of(data_set: Dataset) -> tuple[str, ...]:
    """Of the data set's own Specific Character Set; empty where it has none."""
    if 0x00080005 not in data_set:
        return ()
    value = raw(data_set, 0x00080005) or b""  # read already at the top level
    terms = value.decode().split("\\") if isinstance(value, bytes) else [value] if isinstance(value, str) else [*value]
    return tuple(convert_encodings([term.strip() for term in terms]))


def vr_of(data_set: Dataset, tag: int) -> str:
    """The VR as written, PS3.6's for implicit VR and for known elements stored as UN; decodes no value."""
    written = getattr(data_set.get_item(tag), "VR", None)
    if written not in (None, "UN"):
        return str(written)
    try:
        return dictionary_VR(tag)[:2]
    except KeyError:
        return "UN"


def raw(data_set: Dataset, tag: int) -> bytes | None:
    value: bytes | None = data_set.get_item(tag).value
    return value


def read(file: DicomFile, data: bytes) -> Dataset:
    """A data set as pydicom reads it; deflated ones are given as they are, inflated."""
    syntax = "1.2.840.10008.1.2.1" if file.transfer_syntax_uid == DEFLATED else file.transfer_syntax_uid
    head = file_head(sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid=syntax)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dcmread(BytesIO(head + data))


def flat(data_set: Dataset, prefix: str = "") -> list[tuple[str, bytes | None]]:
    return list(_flat(data_set, prefix))


def _flat(data_set: Dataset, prefix: str) -> Iterator[tuple[str, bytes | None]]:
    for tag in sorted(int(tag) for tag in data_set.keys()):  # noqa: SIM118
        path = f"{prefix}{tag:08x}"
        if vr_of(data_set, tag) == "SQ":
            for number, item in enumerate(data_set[tag].value):
                yield from _flat(item, f"{path}[{number}].")
        else:
            yield path, raw(data_set, tag)
