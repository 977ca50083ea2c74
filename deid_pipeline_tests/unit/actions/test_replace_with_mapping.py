"""Values come from the author's table, or the file is held."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deid_pipeline.actions import InstanceContext, action_named
from deid_pipeline.errors import ResidualRiskError, StrategyError
from deid_pipeline_tests.acting import element

ACTION = action_named("replaceWithMapping")
PATIENT_ID, NAME = 0x00100020, 0x00100010
HERE = InstanceContext(source_path="/landing/site/a/1.dcm", sop_instance_uid="1.2.3", patient_id="P1 ")
WIDE = '{kind},PatientID,"(0010,0010)",00280010,note\n{key},NEW1,New^Name,7,x\nother,NEW2,Other^Name,8,y\n'


def table(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def mapped(
    path: Path, words: str, *, tag: int = PATIENT_ID, vr: str = "LO", context: InstanceContext = HERE,
    nested: bool = False, encodings: tuple[str, ...] = ("iso8859",),
) -> bytes:  # fmt: skip
    value = element(b"OLD ", vr, tag=tag, context=context, encodings=encodings)._replace(nested=nested)
    return ACTION.bind(f"{path}; {words}", vr=vr)(value)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("path", "/landing/site/a/1.dcm"), ("path", "file:///landing/site/a/1.dcm"), ("path", "site/a/1.dcm"),
        ("path", "a/1.dcm"), ("file_name", "1.dcm"), ("sop_uid", "1.2.3"), ("patient", "P1"),
    ],
)  # fmt: skip
def test_the_instance_is_found_by_every_kind_of_key(tmp_path: Path, kind: str, key: str) -> None:
    path = table(tmp_path, WIDE.format(kind=kind, key=key))
    assert mapped(path, f"key={kind}") == b"NEW1"
    assert mapped(path, f"key={kind}", tag=NAME, vr="PN") == b"New^Name"
    assert mapped(path, f"key={kind}", tag=0x00280010, vr="US") == b"\7\0"


def test_a_longer_path_is_preferred_and_a_bare_file_name_is_no_path(tmp_path: Path) -> None:
    path = table(tmp_path, "path,PatientID\na/1.dcm,SHORT\nsite/a/1.dcm,LONG\n1.dcm,BARE\n")
    assert mapped(path, "key=path") == b"LONG"
    bare = table(tmp_path, "path,PatientID\n1.dcm,BARE\n", "bare.csv")
    with pytest.raises(ResidualRiskError):
        mapped(bare, "key=path")


def test_a_long_table_has_a_row_for_each_value(tmp_path: Path) -> None:
    path = table(tmp_path, "patient,tag,value\nP1,00100020,NEW\nP1,PatientName,\nP2,00100020,X\n")
    assert mapped(path, "key=patient") == b"NEW"
    assert mapped(path, "key=patient", tag=NAME, vr="PN") == b""  # an empty cell is an empty value


def test_parquet_and_duckdb_tables_are_read(tmp_path: Path) -> None:
    import duckdb

    with duckdb.connect(str(tmp_path / "t.duckdb")) as connection:
        connection.execute("CREATE TABLE patient AS SELECT 'P1' AS patient, 4711 AS PatientID, NULL AS PatientName")
        connection.execute("CREATE TABLE more (a INTEGER)")
        connection.execute(f"COPY patient TO '{tmp_path / 't.parquet'}' (FORMAT parquet)")
    for name in ("t.duckdb", "t.parquet"):
        assert mapped(tmp_path / name, "key=patient") == b"4711"
        with pytest.raises(ResidualRiskError):  # NULL is no value
            mapped(tmp_path / name, "key=patient", tag=NAME, vr="PN")


def test_the_only_table_of_a_duckdb_file_needs_no_name(tmp_path: Path) -> None:
    import duckdb

    with duckdb.connect(str(tmp_path / "t.duckdb")) as connection:
        connection.execute("CREATE TABLE \"od\"\"d\" AS SELECT 'P1' AS patient, 'NEW' AS PatientID")
    assert mapped(tmp_path / "t.duckdb", "key=patient") == b"NEW"
    with duckdb.connect(str(tmp_path / "t.duckdb")) as connection:
        connection.execute("CREATE TABLE more (a INTEGER)")
    with pytest.raises(StrategyError):
        mapped(tmp_path / "t.duckdb", "key=patient")


@pytest.mark.parametrize("context", [InstanceContext(), replace(HERE, patient_id="P9"), replace(HERE, patient_id=" ")])
def test_without_a_value_the_file_is_held_or_the_element_emptied(tmp_path: Path, context: InstanceContext) -> None:
    path = table(tmp_path, "patient,PatientID\nP1,NEW\n,NOBODY\n")
    with pytest.raises(ResidualRiskError, match=r"\(0010,0020\)") as held:
        mapped(path, "key=patient", context=context)
    assert "P9" not in str(held.value)
    assert "OLD" not in str(held.value)
    assert mapped(path, "key=patient; missing=empty", context=context) == b""


def test_an_element_without_a_column_never_keeps_its_value(tmp_path: Path) -> None:
    path = table(tmp_path, "patient,PatientID\nP1,NEW\n")
    with pytest.raises(ResidualRiskError):
        mapped(path, "key=patient", tag=NAME, vr="PN")


def test_inside_sequences_a_table_holds_only_when_it_says_so(tmp_path: Path) -> None:
    path = table(tmp_path, "patient,PatientID\nP1,NEW\n")
    assert mapped(path, "key=patient", nested=True) == b""
    assert mapped(path, "key=patient; Nested", nested=True) == b"NEW"


@pytest.mark.parametrize(("vr", "value"), [("DA", "today"), ("US", "70000"), ("SH", "x" * 17), ("LO", "\u5c71")])
def test_a_value_that_is_not_legal_holds_the_file_without_telling_it(tmp_path: Path, vr: str, value: str) -> None:
    path = table(tmp_path, f"patient,PatientID\nP1,{value}\n")
    with pytest.raises(ResidualRiskError, match=f"VR {vr}") as held:
        mapped(path, "key=patient", vr=vr)
    assert value not in str(held.value)


def test_a_value_is_written_in_the_character_set_of_the_file(tmp_path: Path) -> None:
    path = table(tmp_path, "patient,PatientID\nP1,\u5c71\u7530\n")
    assert mapped(path, "key=patient", encodings=("GB18030",)).decode("gb18030") == "\u5c71\u7530"


@pytest.mark.parametrize(
    "option", ["", "Nested", "t.csv", "t.csv; key=", "t.csv; key=value", "t.csv; key=path; deep", "; key=path",
               "t.csv; key=path; missing=keep", "t.csv; key=path; nested=yes"],
)  # fmt: skip
def test_an_option_that_is_not_understood_is_refused(option: str) -> None:
    with pytest.raises(StrategyError):
        ACTION.bind(option, vr="LO")


@pytest.mark.parametrize(
    "text",
    ["", "patient\nP1\n", "id,PatientID\nP1,NEW\n", "patient,PatientID\nP1\n", "patient,PatientID\nP1,A\nP1,B\n",
     "patient,tag,value\nP1,nothing,X\n", "patient,note\nP1,x\n"],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused_on_load(tmp_path: Path, text: str) -> None:
    with pytest.raises(StrategyError, match=r"table\.csv") as refused:
        ACTION.bind(f"{table(tmp_path, text)}; key=patient", vr="LO")
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize("name", ["absent.csv", "t.txt", "t.parquet", "t.duckdb", "latin.csv"])
def test_what_is_no_table_is_refused_on_load(tmp_path: Path, name: str) -> None:
    for bad in ("t.txt", "t.parquet", "t.duckdb"):
        (tmp_path / bad).write_text("patient,PatientID\n")
    (tmp_path / "latin.csv").write_bytes(b"patient,PatientID\nP1,\xe9\n")
    with pytest.raises(StrategyError):
        ACTION.bind(f"{tmp_path / name}; key=patient", vr="LO")


def test_a_changed_table_is_read_again(tmp_path: Path) -> None:
    path = table(tmp_path, "patient,PatientID\nP1,NEW\n")
    assert mapped(path, "key=patient") == b"NEW"
    table(tmp_path, "patient,PatientID\nP1,NEWER\n")
    assert mapped(path, "key=patient") == b"NEWER"


def test_a_relative_path_starts_at_the_strategys_folder_and_its_contents_count_in_the_hash(
    tmp_path: Path,
) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    located = []
    for folder in folders:
        folder.mkdir()
        table(folder, "patient,PatientID\nP1,NEW\n")
        located.append(ACTION.located("table.csv; key=patient; nested", folder))
    assert ACTION.bind(located[0], vr="LO")(element(b"x", "LO", tag=PATIENT_ID)) == b"NEW"
    assert ACTION.provenance(located[0]) == ACTION.provenance(located[1])
    table(folders[1], "patient,PatientID\nP1,NEWER\n")
    assert ACTION.provenance(located[0]) != ACTION.provenance(located[1])
    assert str(tmp_path) not in ACTION.describe(located[0])
