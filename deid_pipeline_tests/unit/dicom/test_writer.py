"""Segments become a file, pixel replacements in their place."""

from __future__ import annotations

import errno
import os
import random
import resource
import zlib
from itertools import pairwise
from pathlib import Path

import pytest

from deid_pipeline.dicom import Replacement, compiled, file_head, open_dicom, write_dicom
from deid_pipeline.dicom.editor import Segment
from deid_pipeline_tests.data_sets import DEFLATED, EXPLICIT, explicit, raw_file

HEAD = file_head(sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid=EXPLICIT)
PIXELS = bytes(range(256)) * 2000
DATA = explicit(0x00100010, "PN", b"Doe^Jane") + explicit(0x7FE00010, "OW", PIXELS)


def written(
    folder: Path, segments: list[Segment], changes: list[tuple[int, int, bytes]], *, syntax: str = EXPLICIT
) -> bytes:
    """The data set written from segments; offsets count from the start of the data set."""
    content = zlib.compress(DATA, wbits=-15) if syntax == DEFLATED else DATA
    with open_dicom(raw_file(folder, content, syntax)) as file:
        placed = [
            part if isinstance(part, bytes) else (part[0] + file.start, part[1] + file.start) for part in segments
        ]
        replacements = [
            Replacement(start + file.start, end + file.start, lambda new=new: new) for start, end, new in changes
        ]  # fmt: skip
        target = folder / "out.dcm"
        write_dicom(target, file, head=HEAD, segments=placed, replacements=replacements)
    content = target.read_bytes()
    assert content.startswith(HEAD)
    assert len(content) % 2 == 0
    body = content[len(HEAD) :]
    return zlib.decompressobj(wbits=-15).decompress(body) if syntax == DEFLATED else body


BEHIND = len(DATA)


@pytest.mark.parametrize("syntax", [EXPLICIT, DEFLATED])
@pytest.mark.parametrize(
    ("segments", "changes", "expected"),
    [
        ([(0, BEHIND)], [], DATA),
        ([b"new!", (16, BEHIND)], [], b"new!" + DATA[16:]),
        ([(0, 16), (16, 300), (300, BEHIND)], [], DATA),
        ([(0, 16), b"", (100, 200), b"tail"], [], DATA[:16] + DATA[100:200] + b"tail"),
        ([(0, BEHIND)], [(100, 104, b"ABCD")], DATA[:100] + b"ABCD" + DATA[104:]),
        ([(0, BEHIND)], [(0, 4, b"ABCD"), (4, 8, b"EFGH")], b"ABCDEFGH" + DATA[8:]),
        ([(0, BEHIND)], [(BEHIND - 4, BEHIND, b"ABCD")], DATA[:-4] + b"ABCD"),
        ([(0, 100), (100, BEHIND)], [(100, 104, b"ABCD")], DATA[:100] + b"ABCD" + DATA[104:]),
        ([(0, 50), (50, 100), (100, BEHIND)], [(60, 64, b"ABCD")], DATA[:60] + b"ABCD" + DATA[64:]),
        ([(0, 16), b"new!", (200, BEHIND)], [(300, 400, b"")], DATA[:16] + b"new!" + DATA[200:300] + DATA[400:]),
        ([(0, 40), (200, BEHIND)], [(20, 24, b"ABCD"), (200, 204, b"EFGH")],
         DATA[:20] + b"ABCD" + DATA[24:40] + b"EFGH" + DATA[204:]),
        ([(0, BEHIND)], [(8, BEHIND, b"much longer than nothing")], DATA[:8] + b"much longer than nothing"),
    ],
)  # fmt: skip
def test_a_file_is_its_segments_with_the_replacements_put_in(
    tmp_path: Path, syntax: str, segments: list[Segment], changes: list[tuple[int, int, bytes]], expected: bytes
) -> None:
    assert written(tmp_path, segments, changes, syntax=syntax) == expected


@pytest.mark.parametrize(
    ("segments", "change"),
    [
        ([(0, 100)], (100, 104, b"ABCD")),
        ([(0, 100), (200, 300)], (150, 160, b"ABCD")),  # its pixels were deleted
        ([(0, 100), (200, 300)], (190, 210, b"ABCD")),
        ([(0, 100), (200, 300)], (90, 110, b"ABCD")),
        ([b"only new bytes"], (0, 4, b"ABCD")),
    ],
)
def test_a_replacement_outside_the_copied_ranges_is_refused(
    tmp_path: Path, segments: list[Segment], change: tuple[int, int, bytes]
) -> None:
    with pytest.raises(ValueError, match="outside the copied ranges"):
        written(tmp_path, segments, [change])


def test_replacements_are_made_one_at_a_time_when_they_are_written(tmp_path: Path) -> None:
    made: list[int] = []

    def produce(number: int) -> bytes:
        made.append(number)
        return b"AB"

    with open_dicom(raw_file(tmp_path, DATA)) as file:
        places = [file.start + offset for offset in (20, 30, 40)]
        replacements = [
            Replacement(place, place + 2, lambda number=number: produce(number)) for number, place in enumerate(places)
        ]
        assert made == []
        write_dicom(
            tmp_path / "out", file, head=HEAD, segments=[(file.start, file.end)], replacements=replacements
        )  # fmt: skip
    assert made == [0, 1, 2]


def test_new_frames_do_not_pile_up_in_memory(tmp_path: Path) -> None:
    frame = bytes(200_000)
    lying: list[int] = []

    def produce() -> bytes:
        lying.append((tmp_path / "out").stat().st_size)
        return frame

    with open_dicom(raw_file(tmp_path, DATA)) as file:
        replacements = [Replacement(file.start + at, file.start + at + 2, produce) for at in range(20, 60, 2)]
        write_dicom(
            tmp_path / "out", file, head=HEAD, segments=[(file.start, file.end)], replacements=replacements
        )  # fmt: skip
    assert all(number * len(frame) - size < 1 << 20 for number, size in enumerate(lying))


@pytest.mark.parametrize("size", [500_000, 530_000, 2_000_000])  # around what is read as a whole, and in chunks
@pytest.mark.parametrize("moved", [0, 1, 3999])
def test_large_ranges_are_copied_whatever_their_place(tmp_path: Path, size: int, moved: int) -> None:
    noise = random.Random(size).randbytes(size)
    data = explicit(0x00100010, "PN", b"Doe^Jane") + explicit(0x7FE00010, "OB", noise) + explicit(0xFFFCFFFC, "OB", b"")
    with open_dicom(raw_file(tmp_path, data)) as file:
        pixels, last = file.elements[1:]
        segments: list[Segment] = [bytes(moved), (pixels.start, pixels.end - 40_000), (pixels.end - 20_000, last.end)]
        write_dicom(tmp_path / "out", file, head=HEAD, segments=segments)
    assert (tmp_path / "out").read_bytes() == HEAD + bytes(moved) + data[16 : 28 + size - 40_000] + data[
        size - 19_972 :
    ]


@pytest.mark.parametrize("size", [300_000, 3_000_000])  # read as a whole, copied in chunks
def test_a_full_disk_is_told(tmp_path: Path, size: int) -> None:
    """The kernel writes what there is room for, and says so only when asked to write the rest."""
    with open_dicom(raw_file(tmp_path, explicit(0x7FE00010, "OW", bytes(size)))) as file:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                write_dicom(tmp_path / "out", file, head=HEAD, segments=[(file.start, file.end)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (tmp_path / "out").stat().st_size == 200_000


def test_what_a_full_disk_did_not_take_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.writev
    monkeypatch.setattr(os, "writev", lambda descriptor, pieces: real(descriptor, [b"".join(pieces)[:100]]))
    with compiled.switched_off(), open_dicom(raw_file(tmp_path, DATA)) as file:
        write_dicom(tmp_path / "out", file, head=HEAD, segments=[(file.start, file.end)])
        assert (tmp_path / "out").read_bytes() == HEAD + DATA

        def full(*_: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space"):
            write_dicom(tmp_path / "two", file, head=HEAD, segments=[(file.start, file.end)])


def test_an_existing_target_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"precious")
    with open_dicom(raw_file(tmp_path, DATA)) as file, pytest.raises(FileExistsError):
        write_dicom(tmp_path / "out", file, head=HEAD, segments=[(file.start, file.end)])
    assert (tmp_path / "out").read_bytes() == b"precious"
    with open_dicom(raw_file(tmp_path, DATA)) as file, pytest.raises(FileNotFoundError):
        write_dicom(tmp_path / "none" / "out", file, head=HEAD, segments=[(file.start, file.end)])


@pytest.mark.parametrize("pixels", [PIXELS[:1000], PIXELS * 3])  # read as a whole, copied in chunks
def test_a_source_that_shrinks_while_it_is_copied_is_told(tmp_path: Path, pixels: bytes) -> None:
    with open_dicom(raw_file(tmp_path, explicit(0x7FE00010, "OW", pixels))) as file:
        segments: list[Segment] = [(file.start, file.end + (1 << 20))]
        with pytest.raises(OSError, match="became shorter"):
            write_dicom(tmp_path / "out", file, head=HEAD, segments=segments)


def test_what_comes_last_is_made_after_all_else_and_put_in_its_place(tmp_path: Path) -> None:
    order: list[str] = []

    def produce(name: str, content: bytes) -> bytes:
        order.append(name)
        return content

    with open_dicom(raw_file(tmp_path, DATA, EXPLICIT)) as file:
        at = file.start
        late = Replacement(at + 40, at + 44, lambda: produce("table", b"TABL"), last=True)
        longer = Replacement(at + 50, at + 60, lambda: produce("frame", b"a longer frame"))
        segments: list[Segment] = [b"new", (at + 10, at + BEHIND)]
        write_dicom(tmp_path / "out.dcm", file, head=b"HEAD", segments=segments, replacements=[late, longer])
        expected = b"HEADnew" + DATA[10:40] + b"TABL" + DATA[44:50] + b"a longer frame" + DATA[60:]
        assert (tmp_path / "out.dcm").read_bytes() == expected
        assert order == ["frame", "table"]
        wrong = Replacement(at + 40, at + 44, lambda: b"TABLE", last=True)
        with pytest.raises(ValueError, match="another length"):
            write_dicom(tmp_path / "two.dcm", file, head=b"", segments=segments, replacements=[wrong])


def test_short_ranges_of_a_large_file_do_not_pile_up_in_memory(tmp_path: Path) -> None:
    path = raw_file(tmp_path, explicit(0x7FE00010, "OW", PIXELS * 30))
    target = tmp_path / "out.dcm"
    with open_dicom(path) as file:
        whole = path.read_bytes()
        ends = [*range(file.start, len(whole), 30_000), len(whole)]
        segments: list[Segment] = [one for pair in pairwise(ends) for one in (b"new", pair)]
        write_dicom(target, file, head=HEAD, segments=segments)
        expected = b"".join(one if isinstance(one, bytes) else whole[slice(*one)] for one in segments)
    assert target.read_bytes() == HEAD + expected


@pytest.mark.parametrize("size", [40_000, 100_000, 400_000, 1_000_000])
@pytest.mark.parametrize("replaced", [False, True])
def test_what_was_judged_is_what_is_written(tmp_path: Path, size: int, replaced: bool) -> None:
    """Whoever writes a file while it is worked on gets nothing of its header into the copy."""
    pixels = explicit(0x7FE00010, "OW", bytes(size))
    path = raw_file(tmp_path, explicit(0x00181050, "DS", b"40000000") + pixels)
    with open_dicom(path) as file:
        assert file.text(0x00181050) == "40000000"
        with path.open("r+b") as stream:
            stream.seek(file.by_tag[0x00181050].value)
            stream.write(b"DOE JANE")
        end = file.end
        replacements = [Replacement(end - 4, end, lambda: b"ABCD")] if replaced else []
        segments: list[Segment] = [b"new", (file.start, end)]
        write_dicom(tmp_path / "out", file, head=HEAD, segments=segments, replacements=replacements)
    copy = (tmp_path / "out").read_bytes()
    if compiled.writing is not None or size < 512 << 10:
        assert b"40000000" in copy
        assert b"DOE" not in copy
    assert copy.endswith(b"ABCD" if replaced else bytes(4))
    assert len(copy) == len(HEAD) + 3 + 16 + len(pixels)


def test_a_range_is_a_start_and_an_end(tmp_path: Path) -> None:
    if compiled.writing is None:
        pytest.skip("the compiled core's")
    with open_dicom(raw_file(tmp_path, DATA)) as file:
        for wrong in ((1,), (5, 4), (-1, 4), [1, 2]):
            with pytest.raises((ValueError, TypeError)):
                compiled.writing.write(tmp_path / "out", file.descriptor, file.header, HEAD, [b"", wrong])
    assert not (tmp_path / "out").exists()
