"""Rule rows: what a CSV file may say, and where it is told off."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy.rows import read_rows

HEAD = "Tags,VR,Name,Status,Action,Option\n"
GOOD = '"(0008,0050)",SH,Accession Number,,hashId,\n'


def rows_of(folder: Path, text: str | bytes) -> list[tuple[str, str, str, str]]:
    path = folder / "rules.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return [(row.pattern, row.vr, row.action.name, row.option) for row in read_rows(path)]


def refused(folder: Path, text: str | bytes) -> str:
    with pytest.raises(StrategyError) as caught:
        rows_of(folder, text)
    return str(caught.value)


def test_a_row_is_a_tag_a_vr_an_action_and_an_option(tmp_path: Path) -> None:
    text = HEAD + '"(0008,0080)",LO,Institution Name,,replaceWithLiteral,Some Hospital\n'
    assert rows_of(tmp_path, text) == [("00080080", "LO", "replaceWithLiteral", "Some Hospital")]


@pytest.mark.parametrize("tag", ['"(0008,0050)"', '"0008,0050"', "00080050", "(00080050)", '" (0008,0050) "'])
def test_a_tag_is_read_in_its_usual_spellings(tmp_path: Path, tag: str) -> None:
    assert rows_of(tmp_path, f"{HEAD}{tag},SH,,,hashId,\n")[0][0] == "00080050"


def test_a_repeating_group_is_read_in_any_case(tmp_path: Path) -> None:
    assert rows_of(tmp_path, f'{HEAD}"(60XX,4000)",,,,DELETE,\n') == [("60xx4000", "", "delete", "")]


@pytest.mark.parametrize("action", ["hashId", "HASHID", " hashid "])
def test_an_action_is_found_in_any_case(tmp_path: Path, action: str) -> None:
    assert rows_of(tmp_path, f"{HEAD}00080050,SH,,,{action},\n")[0][2] == "hashId"


def test_the_vr_comes_from_ps3_6_where_the_row_has_none(tmp_path: Path) -> None:
    text = "Tags,Action\n00080050,hashId\n00280106,delete\n00189999,delete\n"
    assert [row[1] for row in rows_of(tmp_path, text)] == ["SH", "", ""]


def test_a_byte_order_mark_crlf_and_blank_lines_do_not_matter(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + (HEAD + "\n" + GOOD).replace("\n", "\r\n").encode()
    assert rows_of(tmp_path, text) == rows_of(tmp_path, HEAD + GOOD)


def test_an_origin_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + GOOD + "\n" + GOOD)
    assert [row.origin for row in read_rows(path)] == ["mine.csv:2", "mine.csv:4"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('"(0008,005)",SH,,,hashId,', "is no tag"),
        ('"(0008,005g)",SH,,,hashId,', "is no tag"),
        ("PatientID,LO,,,hashId,", "is no tag"),
        (",,,,,", "is no tag"),
        ("00080050", "unknown action"),
        ("00080050,SH,,,obliterate,", "unknown action"),
        ("00080050,SH,,,,", "unknown action"),
        ("00080050,XX,,,delete,", "no VR of PS3.5"),
        ("00080050,SHORT,,,delete,", "no VR of PS3.5"),
        ("00080050,SH,,,shiftDateByRandomNbOfDays,", "cannot work on VR SH"),
        ("00280010,,,,hashId,", "cannot work on VR US"),
        ("00080050,SH,,,hashId,8 digits", "takes no option"),
        ("00080050,SH,,,replaceWithLiteral,", "needs an option"),
        ("00080050,SH,,,replaceWithLiteral,12345678901234567", "no legal value of VR SH"),
        ("00080020,,,,replaceWithLiteral,REMOVED", "no legal value of VR DA"),
        ("00080050,SH,,,hashId,,,one cell too many", "more cells"),
        ("(0008,0050),SH,,,hashId,", "quote a cell"),
        ("00091001,LO,,,keep,", "private"),
        ("0029x010,LO,,,keep,", "private"),
        ("0019x010,LO,,,remove,", "private"),
        ("00190010,LO,,,remove,", "private"),
    ],
)
def test_a_row_that_cannot_work_is_refused_with_its_line(tmp_path: Path, row: str, told: str) -> None:
    message = refused(tmp_path, HEAD + GOOD + row + "\n" + GOOD)
    assert message.startswith("rules.csv:3: ")
    assert told in message


def test_a_private_row_may_say_what_happens_anyway(tmp_path: Path) -> None:
    assert rows_of(tmp_path, HEAD + "00091001,LO,,,delete,\n")[0][2] == "delete"


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("Tags,VR,Name", "column Action is missing"),
        ("VR,Action", "column Tags is missing"),
        ("", "column Tags is missing"),
        ("Tags,Action,Colour", "unknown column 'Colour'"),
        ("Tags,Action,Action", "stands twice"),
    ],
)
def test_columns_are_checked(tmp_path: Path, head: str, told: str) -> None:
    message = refused(tmp_path, head + "\n" + "00080050,delete,\n")
    assert message.startswith("rules.csv:1: ")
    assert told in message


@pytest.mark.parametrize(
    "content",
    [HEAD.encode() + b"00080080,LO,H\xf4pital,,delete,\n", HEAD.encode() + b"0008\x000050,,,,delete,\n",
     HEAD.encode() + b'00080050,"' + b"x" * 200_000 + b'",,,delete,\n'],
    ids=["no UTF-8", "NUL", "a cell without end"],
)  # fmt: skip
def test_a_file_that_is_no_csv_text_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content).startswith("rules.csv")
