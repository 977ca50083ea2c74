"""What can be done to an element: one file per action, one line in ``ACTIONS``.

What belongs here: rewriting one value. What does not: choosing the action (``strategy``), finding the element
(``dicom``).
"""

from deid_pipeline.actions.delete import Delete
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
    PseudonymSource,
    Rewrite,
    TextCleaner,
)
from deid_pipeline.actions.remove import Remove
from deid_pipeline.actions.replace_with_dummy import ReplaceWithDummy
from deid_pipeline.actions.replace_with_literal import ReplaceWithLiteral
from deid_pipeline.actions.replace_with_random_name import ReplaceWithRandomName
from deid_pipeline.actions.rule import Effect, Rule
from deid_pipeline.actions.shift_date_by_random_nb_of_days import ShiftDateByRandomNbOfDays

ACTIONS: tuple[Action, ...] = (
    Keep(),
    Delete(),
    Remove(),
    HashId(),
    PatientHashId(),
    ReplaceWithRandomName(),
    ReplaceWithLiteral(),
    ReplaceWithDummy(),
    ShiftDateByRandomNbOfDays(),
)

_BY_NAME = {action.name.casefold(): action for action in ACTIONS}


def action_named(name: str) -> Action | None:
    """The action of that name in any case, or None."""
    return _BY_NAME.get(name.strip().casefold())


__all__ = [
    "ACTIONS",
    "ALL_VRS",
    "NO_CONTEXT",
    "Action",
    "CleaningMode",
    "Effect",
    "ElementValue",
    "InstanceContext",
    "PseudonymSource",
    "Rewrite",
    "Rule",
    "TextCleaner",
    "action_named",
]
