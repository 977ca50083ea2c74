"""What can be done to an element: one file per action, one line in ``ACTIONS``.

What belongs here: rewriting one value. What does not: choosing the action (``strategy``), finding the element
(``dicom``).
"""

from deid_pipeline.actions.cap_age_at_99_if_over_90 import CapAgeAt99IfOver90
from deid_pipeline.actions.clean_code import CleanCode
from deid_pipeline.actions.clean_tag import CleanTag
from deid_pipeline.actions.delete import Delete
from deid_pipeline.actions.ensure_tag_exists import EnsureTagExists
from deid_pipeline.actions.hash_id import HashId
from deid_pipeline.actions.keep import Keep
from deid_pipeline.actions.patient_hash_id import PatientHashId
from deid_pipeline.actions.protocol import (
    ALL_VRS,
    NO_CONTEXT,
    Action,
    CleaningMode,
    ElementValue,
    InstanceContext,
    OverlayRedactor,
    PseudonymSource,
    Rewrite,
    TextCleaner,
    Untouched,
)
from deid_pipeline.actions.redact_overlay import RedactOverlay
from deid_pipeline.actions.regenerate_series_number import RegenerateSeriesNumber
from deid_pipeline.actions.remove import Remove
from deid_pipeline.actions.replace_with_dummy import ReplaceWithDummy
from deid_pipeline.actions.replace_with_dummy_graphical_annotation import ReplaceWithDummyGraphicalAnnotation
from deid_pipeline.actions.replace_with_dummy_person_identification_code import ReplaceWithDummyPersonIdentificationCode
from deid_pipeline.actions.replace_with_dummy_verifying_observer_identification_sequence import (
    ReplaceWithDummyVerifyingObserverIdentificationSequence,
)
from deid_pipeline.actions.replace_with_literal import ReplaceWithLiteral
from deid_pipeline.actions.replace_with_mapping import ReplaceWithMapping
from deid_pipeline.actions.replace_with_random_name import ReplaceWithRandomName
from deid_pipeline.actions.rule import Effect, Rule
from deid_pipeline.actions.shift_age_by_random import ShiftAgeByRandom
from deid_pipeline.actions.shift_date_by_fixed_nb_of_days import ShiftDateByFixedNbOfDays
from deid_pipeline.actions.shift_date_by_random_nb_of_days import ShiftDateByRandomNbOfDays
from deid_pipeline.actions.shift_time_by_random import ShiftTimeByRandom
from deid_pipeline.actions.shift_unix_time_stamp_random import ShiftUnixTimeStampRandom

ACTIONS: tuple[Action, ...] = (
    Keep(),
    Delete(),
    Remove(),
    EnsureTagExists(),
    CleanTag(),
    CleanCode(),
    HashId(),
    PatientHashId(),
    ReplaceWithRandomName(),
    ReplaceWithLiteral(),
    ReplaceWithMapping(),
    ReplaceWithDummy(),
    ReplaceWithDummyGraphicalAnnotation(),
    ReplaceWithDummyPersonIdentificationCode(),
    ReplaceWithDummyVerifyingObserverIdentificationSequence(),
    ShiftDateByRandomNbOfDays(),
    ShiftDateByFixedNbOfDays(),
    ShiftTimeByRandom(),
    ShiftUnixTimeStampRandom(),
    ShiftAgeByRandom(),
    CapAgeAt99IfOver90(),
    RegenerateSeriesNumber(),
    RedactOverlay(),
)


def _folded(name: str) -> str:
    return name.strip().casefold().replace("_", "").replace("-", "")


_BY_NAME = {_folded(name): action for action in ACTIONS for name in (action.name, *action.aliases)}


def action_named(name: str) -> Action | None:
    """The action of that name or alias in any case, with or without underscores or hyphens; or None."""
    return _BY_NAME.get(_folded(name))


__all__ = [
    "ACTIONS",
    "ALL_VRS",
    "NO_CONTEXT",
    "Action",
    "CleaningMode",
    "Effect",
    "ElementValue",
    "InstanceContext",
    "OverlayRedactor",
    "PseudonymSource",
    "Rewrite",
    "Rule",
    "TextCleaner",
    "Untouched",
    "action_named",
]
