"""The compound action codes of PS3.15, resolved by what the IOD asks for (PS3.15 Table E.1-1a).

What belongs here: the choice. What does not: finding out an attribute's type (``deid_pipeline.dicom``), the actions
that codes stand for (``profile``).
"""

from __future__ import annotations


def compound_choice(code: str, attribute_type: str | None) -> str:
    """The single code that a code of Table E.1-1 comes to for an attribute of this type.

    It is the strictest choice that keeps the instance conformant. A conditional attribute that is there counts as
    asked for, ``1C`` like ``1`` and ``2C`` like ``2``. An attribute that is not asked for takes the code's first
    choice: X, or Z of Z/D. Where no choice of the code would do, D does: Table E.1-1a lets a dummy stand for Z, so X/Z
    and Z come to D for Type 1, and an element of Type 2 may have any value, so X/D comes to D.

    Parameters
    ----------
    code
        A code of the table, ``X/Z/D`` say. One that is not compound comes back as it is, but for Z of Type 1.
    attribute_type
        ``1``, ``1C``, ``2``, ``2C`` or ``3``; None when the IOD is unknown or does not have the attribute.

    Returns
    -------
    str
        ``X``, ``Z``, ``D`` or ``U`` for compound codes.
    """
    need = (attribute_type or "3")[0]
    if code == "Z" and need == "1":
        return "D"
    if "/" not in code:
        return code
    choices = code.rstrip("*").split("/")
    match need:
        case "1":
            return "U" if "U" in choices else "D"
        case "2":
            return "Z" if "Z" in choices else "D"
    return choices[0]
