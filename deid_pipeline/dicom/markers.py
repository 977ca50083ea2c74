"""What an output says about its own de-identification (PS3.15 E.1.1, PS3.3 C.12.1 and C.7.1.1).

What belongs here: the marker elements. What does not: deciding what was applied (``stages``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from deid_pipeline.dicom.encoding import element, sequence
from deid_pipeline.dicom.structure import Syntax

PATIENT_IDENTITY_REMOVED = 0x00120062
METHOD = 0x00120063
METHOD_CODES = 0x00120064
BURNED_IN_ANNOTATION = 0x00280301
TEMPORAL_INFORMATION = 0x00280303

_MAXIMUM_LO = 64


def marker_elements(
    syntax: Syntax,
    *,
    method: str,
    codes: Sequence[tuple[str, str]],
    temporal_information: str,
    text_cleaned: bool,
) -> dict[int, bytes]:
    """The encoded marker elements by tag.

    Parameters
    ----------
    codes
        Code values and meanings of CID 7050 (DCM), only of what was applied.
    temporal_information
        ``REMOVED``, ``MODIFIED`` or ``UNMODIFIED``.
    text_cleaned
        Text was found in the pixels and redacted: Burned In Annotation becomes NO.
    """
    return dict(_encoded(syntax, method, tuple(codes), temporal_information, text_cleaned))


@lru_cache(maxsize=64)
def _encoded(
    syntax: Syntax, method: str, codes: tuple[tuple[str, str], ...], temporal_information: str, text_cleaned: bool
) -> dict[int, bytes]:
    """The same for every instance of a run that has the same syntax."""
    items = [
        b"".join(
            element(tag, vr, value.encode("ascii"), syntax)
            for tag, vr, value in (
                (0x00080100, "SH", code),
                (0x00080102, "SH", "DCM"),
                (0x00080104, "LO", meaning[:_MAXIMUM_LO]),
            )
        )
        for code, meaning in codes
    ]
    markers = {
        PATIENT_IDENTITY_REMOVED: element(PATIENT_IDENTITY_REMOVED, "CS", b"YES", syntax),
        METHOD: element(METHOD, "LO", method[:_MAXIMUM_LO].encode("ascii", "replace"), syntax),
        METHOD_CODES: sequence(METHOD_CODES, items, syntax),
        TEMPORAL_INFORMATION: element(TEMPORAL_INFORMATION, "CS", temporal_information.encode("ascii"), syntax),
    }
    if text_cleaned:
        markers[BURNED_IN_ANNOTATION] = element(BURNED_IN_ANNOTATION, "CS", b"NO", syntax)
    return markers
