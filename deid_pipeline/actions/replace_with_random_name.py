"""``replaceWithRandomName``: an invented name, the same for the same person."""

from __future__ import annotations

from deid_pipeline.actions.legality import length_limit
from deid_pipeline.actions.person_names import person_key, renamed
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite
from deid_pipeline.errors import StrategyError

_PATIENT_NAME = 0x00100010
_COHERENT, _RANDOM = "coherent", "random"


class ReplaceWithRandomName(ActionDefaults):
    """PS3.15 D: Patient's Name gets the name of the patient's pseudonym, any other person one of their own.

    A person is the same in whatever order, case and separators the name is written, and the patient also in elements
    for other persons. PN keeps its numbers of groups and components, and the alphabet of each group where the character
    set can carry it; LO and SH get ``Given Family``, as much as fits. The option ``random`` gives every person another
    name in each file.
    """

    name = "replaceWithRandomName"
    code = "D"
    vrs = frozenset({"PN", "LO", "SH"})
    summary = (
        "replaces person names by invented ones, the same for the same person (`random`: in one file); empty stays"
    )

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Return the rewriting of one or several names.

        Raises
        ------
        StrategyError
            The option is neither empty, ``coherent`` nor ``random``.
        """
        if option.casefold() not in ("", _COHERENT, _RANDOM):
            raise StrategyError(f"the option of replaceWithRandomName is {_COHERENT} or {_RANDOM}")
        random = option.casefold() == _RANDOM
        one = _name if vr == "PN" else _words

        def rewrite(element: ElementValue) -> bytes | None:
            text = element.text()
            if not text:
                return b""
            return b"\\".join(
                [one(element, value, random=random) if value.strip("\0 ^=") else b"" for value in text.split("\\")]
            )

        return rewrite

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        where = "in one file" if option.casefold() == _RANDOM else "in all files"
        return f"replaces person names by invented ones, the same for the same person {where}; empty stays empty"


def _name(element: ElementValue, value: str, *, random: bool) -> bytes:
    invented, key = _invented(element, value, random=random)

    def middle() -> str:
        return element.pseudonyms.person_name(f"middle\0{key}").partition("^")[2]

    return renamed(value, invented, middle, encodings=element.encodings)


def _words(element: ElementValue, value: str, *, random: bool) -> bytes:
    family, _, given = _invented(element, value, random=random)[0].partition("^")
    return f"{given} {family}"[: length_limit(element.vr)].encode("ascii")


def _invented(element: ElementValue, value: str, *, random: bool) -> tuple[str, str]:
    """The invented Latin name for a person, and the key that it comes from."""
    is_patient = element.tag == _PATIENT_NAME or _is_one_person(value, element.context.patient_name)
    if is_patient and not random:
        name = element.pseudonyms.patient_name()
        return name, name
    key = "" if is_patient else person_key(value)
    if random:
        key = f"{element.context.sop_instance_uid}\0{key}"
    return element.pseudonyms.person_name(key), key


def _is_one_person(value: str, patient: str) -> bool:
    return bool(patient) and person_key(value) == person_key(patient)
