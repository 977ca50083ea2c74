"""Which text a fill draws where text was found: what the header itself now says in its place.

What belongs here: from a recorded region to such a text. What does not: finding PHI (room ``phi``), drawing (room
``redaction``).

Nothing is derived anew: a name or an id becomes what the strategy made of the header's element that it repeats, a date
moves by the days by which the header's dates moved. What the strategy removed, what the header never said, ages, places
and contacts are not drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from deid_pipeline.model import Identifier, IdentifierKind, TextRegion
from deid_pipeline.phi import HeaderMatch, cleaner_for
from deid_pipeline.redaction import Lettering
from deid_pipeline.stages.filling import Letterings

_REPEATED = (IdentifierKind.NAME, IdentifierKind.ID)


def letterings(
    regions: Iterable[TextRegion], identifiers: Sequence[Identifier], new_values: Mapping[str, str]
) -> Letterings:
    """The texts to draw, by 0-based frame index.

    Parameters
    ----------
    regions
        Text found in the pixels of one instance.
    identifiers
        What its header says about people (``phi.harvest``).
    new_values
        What the strategy made of its elements, by tag path; removed and emptied ones are not among them.
    """
    known: dict[str, str] = {}
    found: dict[int, list[Lettering]] = defaultdict(list)
    for region in regions:
        if not region.is_phi or not region.text or region.plane:  # planes hold bits, nothing is drawn there
            continue
        key = f"{region.entity}\0{region.text}"
        if key not in known:
            known[key] = _text(region, identifiers, new_values)
        if known[key]:
            found[region.frame_index or 0].append(Lettering(region.box, known[key]))
    return dict(found)


def _text(region: TextRegion, identifiers: Sequence[Identifier], new_values: Mapping[str, str]) -> str:
    if region.entity == IdentifierKind.DATE:
        return _moved(region.text, identifiers, new_values)
    if region.entity not in _REPEATED:
        return ""
    said = _repeated(region, identifiers)
    new = new_values.get(said.tag_path, "") if said is not None else ""
    if said is None or not new or new.casefold() == said.value.casefold():
        return ""
    return _as_written(new, region.text) if region.entity == IdentifierKind.NAME else new


def _repeated(region: TextRegion, identifiers: Sequence[Identifier]) -> Identifier | None:
    """The identifier that a text repeats best, of equals the header's first."""
    match, scores = HeaderMatch(), []
    for index, identifier in enumerate(identifiers):
        if identifier.kind == region.entity:
            spans = match.find(region.text, (identifier,))
            if spans:
                scores.append((max((span.score, span.end - span.start) for span in spans), -index))
    return identifiers[-max(scores)[1]] if scores else None


def _as_written(name: str, text: str) -> str:
    """A DICOM name with its parts joined as those of a text, and in capitals where that is."""
    parts = [part for part in name.split("=")[0].split("^") if part.strip()]
    sign = "^" if "^" in text else ", " if "," in text else " "
    joined = parts[0] + sign + (sign if sign == "^" else " ").join(parts[1:]) if len(parts) > 1 else "".join(parts)
    return joined.upper() if text.isupper() else joined


def _moved(text: str, identifiers: Sequence[Identifier], new_values: Mapping[str, str]) -> str:
    """A date moved as the header's dates were; empty where these were not, or not all by the same days."""
    offsets = {
        (new - old).days
        for identifier in identifiers
        if identifier.kind is IdentifierKind.DATE and (old := _day(identifier.value))
        and (new := _day(new_values.get(identifier.tag_path, "")))
    }  # fmt: skip
    if len(offsets) != 1 or 0 in offsets:
        return ""
    moved = cleaner_for((), days_offset=offsets.pop()).clean(text, "surrogate")
    return "" if "<" in moved or moved == text else moved


def _day(value: str) -> date | None:
    """The day of a DA or DT value, None when it is none."""
    digits = "".join(sign for sign in value[:10] if sign.isdigit())[:8]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
