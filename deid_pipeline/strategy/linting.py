"""What in a strategy is legal but probably not meant.

What belongs here: findings on a strategy that loads. What does not: what makes it refuse to load (``loading``,
``rows``).
"""

from __future__ import annotations

from collections.abc import Iterator

from deid_pipeline.strategy.compiled import CompiledStrategy
from deid_pipeline.strategy.rows import RuleRow, dictionary_vr
from deid_pipeline.strategy.selectors import Specificity, as_written, specificity

_DATE_SHIFTS = ("shiftDateByRandomNbOfDays", "shiftUnixTimeStampRandom")
_PROFILE = "PS3.15"
_NEEDED = {"00080016": "SOP Class UID", "00080018": "SOP Instance UID", "0020000d": "Study Instance UID"}
_NEEDED |= {"0020000e": "Series Instance UID", "00100020": "Patient ID"}


def lint(strategy: CompiledStrategy) -> list[str]:
    """Findings on a strategy, one sentence each with the place of the row; none for a strategy that is as meant."""
    own = [row for row in strategy.rows if not row.origin.startswith(_PROFILE)]
    return [*_repeated(own), *_odd_tags(own), *_odd_dates(strategy), *_risky(strategy), *_breaking(strategy)]


def _repeated(rows: list[RuleRow]) -> Iterator[str]:
    last: dict[str, RuleRow] = {}
    for row in rows:
        before = last.get(row.pattern)
        file = row.origin.partition(":")[0]
        if before is not None and before.origin.startswith(f"{file}:"):
            yield f"{row.origin}: {as_written(row.pattern)} stands in line {before.origin.partition(':')[2]} already"
        last[row.pattern] = row


def _odd_tags(rows: list[RuleRow]) -> Iterator[str]:
    for row in rows:
        if specificity(row.pattern) is not Specificity.TAG or '"' in row.pattern:
            continue
        known = dictionary_vr(row.pattern)
        if not known and not _is_known(row.pattern):
            yield f"{row.origin}: {as_written(row.pattern)} is not in PS3.6"
        elif known and row.vr and row.vr != known:
            yield f"{row.origin}: {as_written(row.pattern)} has VR {known} in PS3.6, not {row.vr}"


def _odd_dates(strategy: CompiledStrategy) -> Iterator[str]:
    options = {row.option for row in strategy.rows if row.action.name in _DATE_SHIFTS}
    if len(options) > 1:
        yield f"{strategy.name}: dates move by different ranges of days, so intervals between them do not stay true"


def _risky(strategy: CompiledStrategy) -> Iterator[str]:
    if strategy.unlisted != "delete":
        yield f"{strategy.name}: elements that no rule names stay"
    if strategy.private != "delete":
        yield f"{strategy.name}: private elements that no rule names stay"
    if not strategy.codes:
        yield f"{strategy.name}: no profile, so the check of the markers will hold every file"


def _breaking(strategy: CompiledStrategy) -> Iterator[str]:
    for row in {row.pattern: row for row in strategy.rows}.values():
        if row.pattern in _NEEDED and row.action.name in {"delete", "remove"}:
            yield f"{row.origin}: without {_NEEDED[row.pattern]} no instance can be released"


def _is_known(pattern: str) -> bool:
    from pydicom.datadict import dictionary_has_tag

    return dictionary_has_tag(int(pattern, 16))
