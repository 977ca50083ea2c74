"""Names and dates in every alphabet, spelling and form; text that is text; tables that an author brings."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from pydicom.dataset import Dataset

from deid_pipeline_tests.data_sets import explicit
from deid_pipeline_tests.instances import small_ct
from deid_pipeline_tests.releasing import release, with_elements

pytestmark = pytest.mark.usefixtures("both_forms")


def even(raw: bytes) -> bytes:
    return raw + b" " * (len(raw) % 2)


def iso_2022_korean(text: str) -> bytes:
    return b"".join(b"\x1b$)C" + c.encode("euc_kr") if ord(c) > 127 else c.encode() for c in text)


def codec(name: str) -> Callable[[str], bytes]:
    return lambda text: text.encode(name)


@pytest.mark.parametrize(
    ("term", "name", "encode"),
    [
        (b"ISO_IR 100", "Müller^Jürgen", codec("latin-1")),
        (b"ISO_IR 192", "Müller^Jürgen", codec("utf-8")),
        (b"ISO_IR 144", "Люкceмбypг^Иван", lambda text: text.encode("iso8859_5", "replace")),
        (b"ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ", codec("shift_jis")),
        (b"GB18030", "王^小东", codec("gb18030")),
        (b"GBK", "王^小东", codec("gbk")),
        (b"\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎", codec("iso2022_jp")),
        (b"\\ISO 2022 IR 149", "Hong^Gildong=洪^吉洞", iso_2022_korean),
        (None, "Müller^Jürgen", codec("latin-1")),  # none declared
        (None, "Müller^Jürgen", codec("utf-8")),
        (b"", "Müller^Jürgen", codec("utf-8")),
        (b"BOGUS", "Müller^Jürgen", codec("utf-8")),  # no term of the standard
        (b"ISO_IR 192", "Müller^Jürgen", codec("latin-1")),  # a wrong one
        (b"ISO_IR 100", "Müller^Jürgen", codec("utf-8")),
    ],
)
def test_a_name_goes_from_a_text_in_whatever_character_set_it_is_written(
    tmp_path: Path, term: bytes | None, name: str, encode: Callable[[str], bytes]
) -> None:
    base = small_ct()
    del base.SpecificCharacterSet, base.PatientName
    alphabetic = name.split("=")[-1].replace("^", " ")
    elements = [explicit(0x00100010, "PN", even(encode(name)))]
    elements += [explicit(0x00081030, "LO", even(encode(f"CT Thorax {alphabetic}")))]
    elements += [explicit(0x00080005, "CS", even(term))] if term is not None else []
    result = release(tmp_path, with_elements(tmp_path, *elements, base=base))
    assert (result.status, result.reason) == ("released", "")
    assert result.dataset.StudyDescription in ("CT Thorax", "")  # emptied where the bytes cannot be read
    for part in name.replace("=", "^").split("^"):
        assert encode(part) not in result.content


def test_an_item_has_a_character_set_of_its_own(tmp_path: Path) -> None:
    dataset, item = small_ct(name="Yamada^Tarou=山田^太郎"), Dataset()
    dataset.SpecificCharacterSet, item.SpecificCharacterSet = "ISO_IR 192", "ISO_IR 100"
    item.ScheduledProcedureStepDescription = "Größe Thorax für Tarou"
    dataset.RequestAttributesSequence = [item]
    result = release(tmp_path, dataset)
    assert result.dataset.RequestAttributesSequence[0].ScheduledProcedureStepDescription == "Größe Thorax"


@pytest.mark.parametrize(
    ("tag", "vr", "text", "clean"),
    [
        (0x00204000, "LT", b"C:\\scan\\chest for Ottoline\\AP view", "C:\\scan\\chest \\AP view"),
        (0x0040A160, "UT", b"nodule \\ 4 mm seen on 2019-04-12 \\", "nodule \\ 4 mm seen \\"),
        (0x00102000, "LO", b"Asthma\\Allergy for Quillfeather\\x", ["Asthma", "Allergy", "x"]),
        (0x00081030, "LO", b"CT\r\nThorax Quillfeather", "CT  Thorax"),
        (0x00104000, "LT", "Größe ok für Ottoline, café".encode("latin-1"), "Größe ok, café"),
    ],
)
def test_a_backslash_is_text_where_text_has_one_value_and_parts_values_where_not(
    tmp_path: Path, tag: int, vr: str, text: bytes, clean: object
) -> None:
    result = release(tmp_path, with_elements(tmp_path, explicit(tag, vr, even(text))))
    assert (result.status, result.reason) == ("released", "")
    assert result.dataset[tag].value == clean


def test_several_persons_stay_several(tmp_path: Path) -> None:
    dataset = small_ct()
    dataset.OperatorsName = ["Doe^Jane", "Roe^Rick", "Quillfeather^Ottoline"]
    made = release(tmp_path, dataset, "pseudonym").dataset
    assert len(made.OperatorsName) == 3
    assert made.OperatorsName[2] == made.PatientName  # the patient is the same person everywhere


DAY = r"(?:20|19)\d{6}"


@pytest.mark.parametrize(
    ("vr", "value", "form"),
    [
        ("DA", "20190412", DAY), ("DA", "2019.04.12", DAY), ("DA", "20190401-20190412", f"{DAY}-{DAY}"),
        ("DA", "20190412\\20180101", rf"{DAY}\\{DAY}"), ("DA", "20190230", ""), ("DA", "99999999", ""),
        ("DA", "00000000", ""), ("DA", "2019-4-12", ""), ("DT", "2019", r"20\d\d"),
        ("DT", "20190412101112.123456+0100", rf"{DAY}101112\.123456\+0100"), ("DT", "201904", r"20\d{4}"),
        ("DT", "20200229235959", rf"{DAY}235959"), ("DT", "20190412+0100", rf"{DAY}\+0100"), ("DT", "yesterday", ""),
        ("DT", "2019.04.12 10:11", ""),
    ],
)  # fmt: skip
def test_dates_move_in_their_precision_or_are_emptied(tmp_path: Path, vr: str, value: str, form: str) -> None:
    tag = 0x00080022 if vr == "DA" else 0x0008002A
    result = release(tmp_path, with_elements(tmp_path, explicit(tag, vr, even(value.encode()))))
    assert (result.status, result.reason) == ("released", "")
    written = result.dataset.get_item(tag).value.decode().strip()
    assert re.fullmatch(form, written)
    assert written[:8] != value[:8]


def test_birth_date_study_date_and_age_agree_after_moving(tmp_path: Path) -> None:
    dataset = small_ct()
    dataset.AcquisitionDateTime, dataset.PatientAge = "20190412101112", "063Y"
    made = release(tmp_path, dataset, "pseudonym").dataset
    born, studied = (f"{text[:4]}-{text[4:6]}-{text[6:]}" for text in (made.PatientBirthDate, made.StudyDate))
    days = datetime.date.fromisoformat(studied) - datetime.date.fromisoformat(born)
    assert days == datetime.date(2019, 4, 12) - datetime.date(1956, 2, 3)
    assert made.AcquisitionDateTime == f"{made.StudyDate}101112"


@pytest.mark.parametrize("strategy", ["midi_b", "safe_harbor"])
@pytest.mark.parametrize(
    ("age", "capped"),
    [("120Y", "099Y"), ("090Y", "099Y"), ("089Y", "089Y"), ("1090M", "099Y"), ("45Y", "045Y"), ("old", "")],
)
def test_ages_over_89_are_one_bucket(tmp_path: Path, strategy: str, age: str, capped: str) -> None:
    result = release(tmp_path, with_elements(tmp_path, explicit(0x00101010, "AS", even(age.encode()))), strategy)
    assert (result.status, result.reason) == ("released", "")
    assert result.dataset.PatientAge == capped


def test_unix_times_of_listed_private_elements_move_as_dates_do(tmp_path: Path) -> None:
    dataset = small_ct()
    dataset.StudyDate, moment = "20190412", 1555075000  # that day
    dataset.private_block(0x0009, "GEMS_IDEN_01", create=True).add_new(0x27, "SL", moment)
    made = release(tmp_path, dataset).dataset
    moved = datetime.datetime.fromtimestamp(made[0x00091027].value, tz=datetime.UTC)
    assert f"{moved:%Y%m%d}" == made.StudyDate


@pytest.mark.parametrize("kind", ["csv", "parquet", "duckdb"])
@pytest.mark.parametrize("key", ["patient", "sop_uid", "file_name", "path"])
def test_a_table_gives_values_at_the_top_and_if_asked_inside_sequences(tmp_path: Path, kind: str, key: str) -> None:
    dataset, item = small_ct(), Dataset()
    item.PatientName, item.AccessionNumber, item.ReferencedSOPInstanceUID = "Quillfeather^Ottoline", "ACC1", "1.2.3"
    dataset.ReferencedImageSequence = [item]
    value = {
        "patient": "QF-0042917",
        "sop_uid": dataset.SOPInstanceUID,
        "file_name": "source.dcm",
        "path": f"{tmp_path.name}/source.dcm",
    }[key]
    table = tmp_path / f"table.{kind}"
    with duckdb.connect(str(table) if kind == "duckdb" else ":memory:") as connection:
        connection.execute(
            f"CREATE TABLE t AS SELECT '{value}' AS {key}, 'New^Name' AS PatientName, 'N7' AS AccessionNumber"
        )
        if kind != "duckdb":
            connection.execute(f"COPY t TO '{table}' (FORMAT {kind})")
    rules = tmp_path / "rules.csv"
    rules.write_text(
        "Tags,VR,Name,Status,Action,Option\n"
        f'"(0010,0010)",PN,,,replaceWithMapping,table.{kind}; key={key}; nested\n'
        f'"(0008,0050)",SH,,,replaceWithMapping,table.{kind}; key={key}\n'
    )
    result = release(tmp_path, dataset, str(rules))
    assert (result.status, result.reason) == ("released", "")
    inner = result.dataset.ReferencedImageSequence[0]
    assert (result.dataset.PatientName, result.dataset.AccessionNumber) == ("New^Name", "N7")
    assert (inner.PatientName, inner.AccessionNumber) == ("New^Name", "")


def test_a_retired_row_deletes_unless_it_says_otherwise(tmp_path: Path) -> None:
    rules = tmp_path / "rules.csv"
    rules.write_text(
        'Tags,VR,Name,Status,Action,Options\n"(0018,0015)",CS,,Retired,,\n"(0018,0022)",CS,,Retired,keep,\n'
    )
    dataset = small_ct()
    dataset.BodyPartExamined, dataset.ScanOptions = "CHEST", "HELICAL"
    made = release(tmp_path, dataset, str(rules)).dataset
    assert "BodyPartExamined" not in made
    assert made.ScanOptions == "HELICAL"


def test_visual_nlps_switches(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "extends: midi_b\ndescription: switches\nremove_private_tags: true\nregenerate_series_number: true\n"
        "ignore_vr: false\nrules: [rows.csv]\n"
    )
    (tmp_path / "rows.csv").write_text('Tags,VR,Name,Status,Action,Option\n"(0018,1030)",LO,,,keep,\n')
    dataset = small_ct()
    dataset.SeriesNumber = 7
    dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0C, "IS", "1000")
    dataset.add_new(0x00181030, "SH", "CHEST")  # another VR than the row's
    made = release(tmp_path, dataset, str(tmp_path / "own.yaml")).dataset
    assert not [element for element in made if element.tag.is_private]
    assert made.SeriesNumber not in (7, None)
    assert "ProtocolName" not in made


def test_ids_that_say_nothing_are_one_patient_of_the_study_and_others_stay_apart(tmp_path: Path) -> None:
    def pseudonym(text: str) -> str:
        dataset = small_ct()
        dataset.PatientID = text
        return str(release(tmp_path, dataset).dataset.PatientID)

    assert len({pseudonym(text) for text in ("", "UNKNOWN", "0", "000000", "ANON")}) == 1
    ids = ["123", "00123", "P 1", "P1", "p1", "1234567", "01234567"]
    assert len({pseudonym(text) for text in ids}) == len(ids)
    assert pseudonym(" P1 ") == pseudonym("P1")


def test_a_text_in_another_character_set_than_the_declared_one_is_cleaned_as_what_it_is(tmp_path: Path) -> None:
    texts = (explicit(0x00081030, "LO", even("Coronariografía de María José".encode())),)
    texts += (explicit(0x0008103E, "LO", even("Schädel Übersicht".encode())),)
    result = release(tmp_path, with_elements(tmp_path, *texts))
    assert (result.status, result.reason) == ("released", "")
    assert result.dataset.SpecificCharacterSet == "ISO_IR 100"
    assert result.dataset.StudyDescription == "Coronariografía"
    assert bytes(result.dataset.get_item(0x0008103E).value).rstrip() == "Schädel Übersicht".encode()
