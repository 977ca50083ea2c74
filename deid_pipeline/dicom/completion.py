"""Elements that the IOD asks for and an output would lack (PS3.5 7.4).

What belongs here: making them. What does not: which they are (``iods``), their values (``dummies``), putting them in
(``editor``).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from deid_pipeline.dicom.dummies import Surroundings, legal_dummy
from deid_pipeline.dicom.encoding import element, sequence
from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.iods import lacking_tags, required_tags
from deid_pipeline.dicom.outline import read_outline
from deid_pipeline.dicom.structure import Syntax, dictionary_vr

_SOP_CLASS_UID, _MEDIA_STORAGE_CLASS = 0x00080016, 0x00020002
_BODY_PART_EXAMINED, _PHOTOMETRIC_INTERPRETATION = 0x00180015, 0x00280004


def missing_elements(
    file: DicomFile, *, outline: bytes, added: Iterable[int] = (), without_text: bool = False
) -> dict[int, bytes]:
    """The encoded top-level elements, by tag, that the IOD of a file asks for and the output would lack.

    Type 2 attributes come empty, Type 1 ones with a dummy, also in place of one that is empty in the source. Those
    that have no dummy stay as they are (``dummies`` says which and why). A class that the tables do not know asks for
    nothing.

    Parameters
    ----------
    file
        The open source file.
    outline
        What is left of the file's top level (``outline``).
    added
        The tags of elements that the output will have besides.
    without_text
        Every frame was read and no text was found.
    """
    uid = file.text(_SOP_CLASS_UID) or file.meta.get(_MEDIA_STORAGE_CLASS, "")
    lacking = _lacking(uid, outline, tuple(added))
    if not lacking:
        return {}
    surroundings = Surroundings(
        uid,
        photometric_interpretation=file.text(_PHOTOMETRIC_INTERPRETATION),
        transfer_syntax_uid=file.transfer_syntax_uid,
        body_part_examined=file.text(_BODY_PART_EXAMINED),
        text="none" if without_text else "",
    )
    return dict(_encoded(lacking, surroundings, file.syntax))


@lru_cache(maxsize=64)  # the instances of a series have the same outline
def _lacking(sop_class_uid: str, outline: bytes, added: tuple[int, ...]) -> frozenset[int]:
    present, empty = read_outline(outline)
    return lacking_tags(sop_class_uid, present=present.union(added), empty=empty)


@lru_cache(maxsize=1024)  # the instances of a series lack the same
def _encoded(lacking: frozenset[int], surroundings: Surroundings, syntax: Syntax) -> tuple[tuple[int, bytes], ...]:
    """Elements, as tags and bytes."""
    required = required_tags(surroundings.sop_class_uid)
    made = []
    for tag in sorted(lacking):
        vr = dictionary_vr(tag)
        # what only a conditional or optional module asks for is of Type 2
        value = b"" if required.get(tag, "2") == "2" else _value(tag, vr, surroundings)
        if value is not None:
            made.append((tag, _coded(tag, value, syntax) if vr == "SQ" and value else element(tag, vr, value, syntax)))
    return tuple(made)


def _coded(tag: int, code: bytes, syntax: Syntax) -> bytes:
    """A sequence of one code, written as in HL7: value, scheme, meaning."""
    value, scheme, meaning = code.split(b"^")
    parts = ((0x00080100, "SH", value), (0x00080102, "SH", scheme), (0x00080104, "LO", meaning))
    return sequence(tag, [b"".join(element(*part, syntax) for part in parts)], syntax)


def _value(tag: int, vr: str, surroundings: Surroundings) -> bytes | None:
    if tag == _SOP_CLASS_UID:  # known, or nothing would be asked for
        return surroundings.sop_class_uid.encode("ascii")
    return legal_dummy(tag, vr, surroundings)
