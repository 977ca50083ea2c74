"""The types of PS3.3 are compiled from a package's tables without losing or inventing a requirement."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TOOL = Path(__file__).resolve().parents[3] / "tools" / "compile_iod_table.py"
STORAGE = "1.2.840.10008.5.1.4.1.1."


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compile_iod_table", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["compile_iod_table"] = module
    spec.loader.exec_module(module)
    return module


def attribute(keyword: str, kind: str, *path: str) -> dict[str, Any]:
    return {"keyword": keyword, "type": kind, "path": list(path)}


def compiled(tool: ModuleType, folder: Path, modules: dict[str, list[dict[str, Any]]]) -> tuple[list[list[str]], ...]:
    classes = {f"{STORAGE}6.1": "us", f"{STORAGE}3.1": "us-multi", f"{STORAGE}20": "nm", "1.2.840.10008.1.3.10": "dir"}
    usage = [{"key": "patient", "usage": "M"}, {"key": "device", "usage": "U"}, {"key": "contrast", "usage": "C"}]
    iods = {iod: [*usage, {"key": "sr-document-content", "usage": "M"}] for iod in classes.values()}
    contents = {"sop_class_iod_map": classes, "iod_module_map": iods, "module_attribute_map": modules}
    for name, content in contents.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    iod_rows, type_rows = tool.compile_tables(folder)
    return iod_rows, type_rows


def test_iods_have_their_classes_old_ones_too_and_modules_by_usage(tool: ModuleType, tmp_path: Path) -> None:
    modules = {"patient": [attribute("PatientID", "2")], "device": [attribute("DeviceSequence", "1")]}
    rows, _ = compiled(tool, tmp_path, modules)
    assert rows[0] == ["IOD", "Classes", "Mandatory", "Conditional", "Optional"]
    assert [row[0] for row in rows[1:]] == ["nm", "us", "us-multi"]  # directories are no instances
    assert rows[2] == ["us", f"{STORAGE}6.1 {STORAGE}6", "patient", "", "device"]  # modules without attributes go


def test_types_are_by_module_and_inside_sequences_the_stricter_one(tool: ModuleType, tmp_path: Path) -> None:
    modules = {
        "patient": [
            attribute("PatientID", "2"),
            attribute("PatientName", "None"),
            attribute("OverlayRows", "1"),
            attribute("CodeValue", "1C", "PatientSpeciesCodeSequence"),
        ],
        "device": [attribute("CodeValue", "3", "DeviceSequence", "PatientSpeciesCodeSequence")],
        "unused": [attribute("PatientSex", "1")],
    }
    _, rows = compiled(tool, tmp_path, modules)
    assert rows[1:] == [
        ["device", "", ""],
        ["patient", "", "00100020=2 60000010=1"],
        ["*", "00102202", "00080100=1C"],
    ]


def test_macros_that_a_document_includes_under_a_condition_require_nothing(tool: ModuleType, tmp_path: Path) -> None:
    content = [
        attribute("ValueType", "1"),
        attribute("ConceptCodeSequence", "1"),
        attribute("MeasuredValueSequence", "2"),
        attribute("TextValue", "1C"),
    ]
    _, rows = compiled(tool, tmp_path, {"sr-document-content": content})
    assert rows[1][2] == "0040a040=1 0040a160=1C 0040a168=1C 0040a300=2C"


def test_an_unknown_keyword_stops_the_tool(tool: ModuleType) -> None:
    assert tool.tag_of("PatientID") == 0x00100020
    with pytest.raises(KeyError):
        tool.tag_of("NoSuchKeyword")
