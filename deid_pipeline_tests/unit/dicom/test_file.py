"""Files on disk: told by content, opened in every syntax, closed afterwards."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
from pydicom import Dataset

from deid_pipeline.dicom import file_head, is_dicom, open_dicom
from deid_pipeline.errors import SourceDataError
from deid_pipeline_tests.data_sets import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG,
    SYNTAXES,
    explicit,
    implicit,
    raw_file,
    save,
)

NAME = explicit(0x00080005, "CS", b"ISO_IR 6") + explicit(0x00100010, "PN", b"Doe^Jane")
SWAPPED = explicit(0x00080005, "CS", b"ISO_IR 6", order=">") + explicit(0x00100010, "PN", b"Doe^Jane", order=">")


def data_set() -> Dataset:
    made = Dataset()
    made.PatientName = "Doe^Jane"
    made.Rows = 512
    return made


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_file_of_every_syntax_opens(tmp_path: Path, syntax: str) -> None:
    with open_dicom(save(data_set(), tmp_path / "a.dcm", syntax)) as file:
        assert file.transfer_syntax_uid == syntax
        assert file.is_deflated == (syntax == DEFLATED)
        assert file.text(0x00100010) == "Doe^Jane"
        assert file.text(0x00100020) == ""
        assert file.meta[0x00020010] == syntax
        assert sorted(file.by_tag) == [0x00100010, 0x00280010]
        assert len(file.preamble) == 128


@pytest.mark.parametrize(
    ("content", "syntax"),
    [
        (NAME, EXPLICIT),
        (implicit(0x00080005, b"ISO_IR 6") + implicit(0x00100010, b"Doe^Jane"), IMPLICIT),
        (SWAPPED, BIG_ENDIAN),
        (file_head(sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid=EXPLICIT)[132:] + NAME, EXPLICIT),
    ],
    ids=["explicit", "implicit", "big endian", "group 2 alone"],
)  # fmt: skip
def test_a_file_without_preamble_opens(tmp_path: Path, content: bytes, syntax: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    assert is_dicom(content[:160])
    with open_dicom(path) as file:
        assert (file.transfer_syntax_uid, file.preamble, file.text(0x00100010)) == (syntax, b"", "Doe^Jane")


@pytest.mark.parametrize(
    "head",
    [b"", b"DICM", b"\0" * 160, b"%PDF-1.7" + b"\n" * 160, b"II*\0" + b"\0" * 160, b"\x08\0text that only starts alike",
     b"PK\3\4" + b"\0" * 160, b"\xff\xd8\xff\xe0" + b"\0" * 160, b"\0" * 128 + b"DICO" + b"\0" * 30, b"\x08\0\x05\0"],
)  # fmt: skip
def test_what_is_no_dicom_is_told_so(tmp_path: Path, head: bytes) -> None:
    assert not is_dicom(head)
    path = tmp_path / "a.dcm"
    path.write_bytes(head)
    with pytest.raises(SourceDataError, match=r"not DICOM|is empty"), open_dicom(path):
        pass


def test_a_file_that_is_tiff_and_dicom_is_dicom() -> None:
    assert is_dicom(b"II*\0" + b"\0" * 124 + b"DICM")


def test_an_unnamed_syntax_is_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for content, syntax in ((NAME, EXPLICIT), (implicit(0x00080005, b"ISO_IR 6"), IMPLICIT)):
        path.write_bytes(b"\0" * 128 + b"DICM" + explicit(0x00020002, "UI", b"1.2\0") + content)
        with open_dicom(path) as file:
            assert file.transfer_syntax_uid == syntax


@pytest.mark.parametrize(
    "syntax",
    ["1.2.840.113619.5.2", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205", "nonsense", "1.2.840.10008.1.20"],
)
def test_an_unsupported_syntax_is_refused(tmp_path: Path, syntax: str) -> None:
    with (
        pytest.raises(SourceDataError, match=r"transfer syntax is not supported|JPIP") as caught,
        open_dicom(raw_file(tmp_path, NAME, syntax)),
    ):
        pass
    assert syntax not in str(caught.value)


@pytest.mark.parametrize("syntax", [JPEG, "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.201"])
def test_compressed_syntaxes_have_explicit_little_endian_headers(tmp_path: Path, syntax: str) -> None:
    with open_dicom(raw_file(tmp_path, NAME, syntax)) as file:
        assert file.text(0x00100010) == "Doe^Jane"


def test_a_deflated_file_is_read_inflated_and_its_padding_ignored(tmp_path: Path) -> None:
    deflater = zlib.compressobj(wbits=-15)
    packed = deflater.compress(NAME) + deflater.flush()
    with open_dicom(raw_file(tmp_path, packed + b"\0", DEFLATED)) as file:
        assert (bytes(file.buffer), file.start, file.end) == (NAME, 0, len(NAME))


@pytest.mark.parametrize("packed", [b"", b"\xff\xff", b"\0", zlib.compress(NAME)])
def test_damaged_deflated_data_are_refused(tmp_path: Path, packed: bytes) -> None:
    with pytest.raises(SourceDataError), open_dicom(raw_file(tmp_path, packed, DEFLATED)):
        pass


def test_a_file_of_group_2_alone_holds_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(SourceDataError, match="no data set"), open_dicom(raw_file(tmp_path, b"")):
        pass


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_dicom(tmp_path / "absent"):
        pass


@pytest.mark.parametrize("size", [0, 1 << 20])  # read as a whole, mapped
def test_the_file_is_closed_on_leaving_also_by_an_error(tmp_path: Path, size: int) -> None:
    path = raw_file(tmp_path, NAME + explicit(0x7FE00010, "OB", bytes(size)))
    with pytest.raises(ZeroDivisionError), open_dicom(path) as file:
        raise ZeroDivisionError
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file.descriptor)
    if file.whole is not None:
        with pytest.raises(ValueError, match="closed"):
            _ = file.buffer
    else:
        assert isinstance(file.buffer, bytes) or file.buffer.closed  # type: ignore[union-attr]


def test_of_a_large_native_image_only_the_header_is_read_until_somebody_asks_for_more(tmp_path: Path) -> None:
    pixels = bytes(range(256)) * 4096
    path = raw_file(tmp_path, NAME + explicit(0x7FE00010, "OW", pixels))
    with open_dicom(path) as file:
        assert file.text(0x00100010)
        if file.tree is not None:
            assert len(file.header) < len(pixels)
            assert file.content is None
        element = file.by_tag[0x7FE00010]
        assert bytes(file.buffer[element.value : element.end]) == pixels


@pytest.mark.parametrize("behind", [explicit(0xFFFCFFFC, "OB", b"padded"), b"\0" * 10, b"\xff"])
def test_what_follows_the_pixels_of_a_large_image_is_seen(tmp_path: Path, behind: bytes) -> None:
    path = raw_file(tmp_path, NAME + explicit(0x7FE00010, "OW", bytes(1 << 20)) + behind)
    if behind == b"\xff":
        with pytest.raises(SourceDataError, match="inside an element's header"), open_dicom(path):
            pass
        return
    with open_dicom(path) as file:
        tags = [element.tag for element in file.elements]
        assert tags[tags.index(0x7FE00010) + 1 :] == ([0xFFFCFFFC] if len(behind) > 10 else [])


def test_a_file_that_is_read_in_pieces_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = raw_file(tmp_path, NAME + explicit(0x7FE00010, "OB", b"pixels"))
    real = os.pread
    monkeypatch.setattr(os, "pread", lambda descriptor, size, at: real(descriptor, min(size, 100), at))
    with open_dicom(path) as file:
        assert file.buffer == path.read_bytes()


@pytest.mark.parametrize("vr", ["OD", "OF", "OL", "OV", "SV", "UV", "UC", "UR", "UT", "OW", "UN"])
def test_group_2_may_hold_any_vr_of_long_form(tmp_path: Path, vr: str) -> None:
    path = tmp_path / "a.dcm"
    head = explicit(0x00020010, "UI", EXPLICIT.encode() + b"\0") + explicit(0x00020102, vr, b"12345678")
    path.write_bytes(b"\0" * 128 + b"DICM" + head + NAME)
    with open_dicom(path) as file:
        assert file.text(0x00100010) == "Doe^Jane"


@pytest.mark.parametrize("size", [100_000, 400_000])
def test_a_file_that_shrinks_before_its_pixels_are_read_is_told(tmp_path: Path, size: int) -> None:
    path = raw_file(tmp_path, NAME + explicit(0x7FE00010, "OW", bytes(size)))
    with open_dicom(path) as file:
        os.truncate(path, 70_000)
        if file.whole is None:
            assert len(file.buffer) > size
            return
        with pytest.raises(SourceDataError, match="became shorter"):
            len(file.buffer)
