"""Actions made ready for tests: a valid option, a telling sample and an instance for each.

What belongs here: what every action needs to be carried out. What does not: any expectation of a test.
"""

from __future__ import annotations

import atexit
import shutil
import struct
import tempfile
from functools import cache
from pathlib import Path

from deid_pipeline.actions import Action, CleaningMode, ElementValue, InstanceContext, PseudonymSource, Untouched
from deid_pipeline.actions.numeric import NUMERIC_VRS, packed
from deid_pipeline_tests.data_sets import pseudonyms
from deid_pipeline_tests.legality import WIDTHS

TAG = 0x00081030
SAMPLES = {
    "AE": b"CANARY_AE ", "AS": b"047Y", "CS": b"CANARY\\CANARY2 ", "DA": b"20240229", "DS": b"-3.25\\7.5e2 ",
    "DT": b"20240229235959.999999+0100", "IS": b"4711\\-12", "LO": b"CANARY\\CANARY ", "LT": b"CANARY\r\nCANARY",
    "PN": b"CANARY^Jane\\CANARY^Joe ", "SH": b"CANARY", "ST": b"CANARY \\ text ", "TM": b"235959.999999 ",
    "UC": b"CANARY\\CANARY ", "UI": b"1.2.840.113619.2.55.3\0", "UR": b"https://CANARY.example/", "UT": b"CANARY",
    "SQ": b"\xfe\xff\x00\xe0\x0e\x00\x00\x00\x10\x00\x10\x00PN\x06\x00CANARY",
} | {vr: b"\x01\x02\x03\x04CANARY\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e"[: 24 // width * width]
     for vr, width in WIDTHS.items()}  # fmt: skip
LITERALS = {
    "AE": "REMOVED", "AS": "030Y", "CS": "REMOVED", "DA": "20000101", "DS": "0.5", "DT": "20000101120000", "IS": "7",
    "TM": "120000", "UI": "2.25.7", "UR": "about:blank",
} | dict.fromkeys(NUMERIC_VRS, "7")  # fmt: skip


class Blanking:
    """A text cleaner that finds an identifier in everything."""

    def clean(self, text: str, mode: CleaningMode) -> str:
        return {"deid": "<NAME>", "mask": "*" * len(text), "surrogate": "Nobody"}.get(mode, "")

    def untouched(self, mode: CleaningMode) -> Untouched | None:  # noqa: ARG002 - the protocol's
        return None


class Clearing:
    """A redactor that read everything and finds nothing but text."""

    def redact(self, tag: int, raw: bytes) -> bytes | None:  # noqa: ARG002 - the protocol's
        return bytes(len(raw))


CONTEXT = InstanceContext(
    source_path="/landing/a/b.dcm",
    sop_instance_uid="1.2.3.4",
    study_instance_uid="1.2.3",
    patient_id="P1",
    patient_name="CANARY^Jane",
    cleaner=Blanking(),
    overlays=Clearing(),
)


def option_for(action: Action, vr: str) -> str:
    """A valid option of an action for a VR, empty where it needs none."""
    match action.name:
        case "replaceWithLiteral":
            return LITERALS.get(vr, "REMOVED")
        case "replaceWithMapping":
            return f"{mapping_table(vr)}; key=patient; nested"
        case "shiftDateByFixedNbOfDays":
            return "-30"
        case _:
            return ""


@cache
def mapping_table(vr: str) -> Path:
    """A table that gives the tests' patient a legal value of a VR."""
    path = _folder() / f"{vr}.csv"
    value = LITERALS.get(vr, "REMOVED")
    path.write_text(f"patient,{TAG:08x},00100010,00080018\nP1,{value},{value},{value}\n")
    return path


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def sample_for(action: Action, vr: str) -> bytes:
    """A value that the action has something to do with."""
    if action.name == "shiftUnixTimeStampRandom":
        moments = (1_600_000_000, 1_700_000_000)
        return packed(moments, vr, big_endian=False) if vr in NUMERIC_VRS else b"1600000000\\1700000000"
    return b"095Y" if action.name == "capAgeAt99IfOver90" else SAMPLES[vr]


def element(
    raw: bytes, vr: str, *, tag: int = TAG, encodings: tuple[str, ...] = ("iso8859",),
    source: PseudonymSource | None = None, context: InstanceContext = CONTEXT, big_endian: bool = False,
) -> ElementValue:  # fmt: skip
    return ElementValue(tag, vr, raw, encodings, source or pseudonyms(), context=context, big_endian=big_endian)


def carried_out(
    action: Action, vr: str, raw: bytes, *, option: str | None = None, encodings: tuple[str, ...] = ("iso8859",)
) -> bytes | None:
    rewrite = action.bind(option_for(action, vr) if option is None else option, vr=vr)
    return rewrite(element(raw, vr, encodings=encodings))


def item_contents(raw: bytes) -> list[bytes]:
    """The contents of a little endian sequence's items of defined length."""
    contents = []
    while raw:
        group, number, length = struct.unpack_from("<HHL", raw)
        assert (group, number) == (0xFFFE, 0xE000)
        contents.append(raw[8 : 8 + length])
        raw = raw[8 + length :]
    return contents
