"""The header of one instance: strategy, pseudonyms, types and markers brought together.

What belongs here: what an edited header is made of. What does not: editing (``dicom``), rules (``strategy``),
pixels and files (``reconstruction``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial

from deid_pipeline.actions import ElementValue, InstanceContext
from deid_pipeline.dicom import (
    DicomFile,
    EditedDataSet,
    HeaderEditor,
    attribute_type,
    encoded_element,
    encoded_text,
    instance_context,
    iod_name,
    missing_elements,
    tag_text,
)
from deid_pipeline.model import ElementChange, SourceFile
from deid_pipeline.pseudonyms import Pseudonyms
from deid_pipeline.stages.cleaning import InstanceCleaner
from deid_pipeline.stages.overlays import PlaneRedactor, overlay_rules
from deid_pipeline.strategy import CompiledStrategy, Rules

_PATIENT_ID = 0x00100020
_BY_TYPE = "PS3.5 7.4: the IOD asks for it"


def edit_header(
    file: DicomFile,
    strategy: CompiledStrategy,
    pseudonyms: Pseudonyms,
    *,
    markers: Mapping[int, bytes],
    source: SourceFile,
    overlays: PlaneRedactor | None = None,
    without_text: bool = False,
) -> EditedDataSet:
    """The data set of an open file under a strategy, with its markers and what its IOD asks for.

    ``source`` is the file's row; ``overlays`` holds the overlay planes that were read, no others are kept;
    ``without_text`` says that every frame was read and none has text.
    """
    rules = overlay_rules(file, rules_for(file, strategy), overlays.planes if overlays else ())
    context = instance_context(
        file,
        source_path=source.source_path,
        study_instance_uid=source.study_instance_uid,
        cleaner=InstanceCleaner(file, pseudonyms, rules),
        overlays=overlays,
    )
    made = _inserted(file, strategy, pseudonyms, context)
    editor = HeaderEditor(file, rules)
    made |= missing_elements(file, outline=editor.outline(), added=(*markers, *made), without_text=without_text)
    if _PATIENT_ID in made:  # nameless patients stay apart
        made[_PATIENT_ID] = encoded_element(_PATIENT_ID, "LO", pseudonyms.patient_id().encode("ascii"), file.syntax)
    origin = source.partition_key, source.source_path
    edited = editor.edit(pseudonyms, {**made, **markers} if made else markers, context=context, origin=origin)
    if not made:
        return edited
    changes = [
        ElementChange(*origin, tag_text(tag), "ensureTagExists", _BY_TYPE, encoded_text(data, file.syntax))
        for tag, data in made.items()
    ]
    return EditedDataSet(edited.segments, edited.changes + changes)


def rules_for(file: DicomFile, strategy: CompiledStrategy) -> Rules:
    """The strategy's rules for instances of the file's class."""
    sop_class = file.text(0x00080016) or file.meta.get(0x00020002, "")
    return strategy.rules_for(sop_class, _types_of(sop_class))


@lru_cache(maxsize=1024)
def _types_of(sop_class: str) -> Callable[[int], str | None] | None:
    """What gives the types of a class's attributes, None for a class that the tables do not know."""
    return partial(attribute_type, sop_class) if iod_name(sop_class) else None


def _inserted(
    file: DicomFile, strategy: CompiledStrategy, pseudonyms: Pseudonyms, context: InstanceContext
) -> dict[int, bytes]:
    """What rows of the strategy make where the source lacks it, encoded, by tag."""
    made: dict[int, bytes] = {}
    for row in strategy.inserted:
        tag = int(row.pattern, 16)
        if tag in file.by_tag or not row.vr:
            continue
        rewrite = row.action.bind(row.option, vr=row.vr)
        syntax = file.syntax
        empty = ElementValue(
            tag,
            row.vr,
            b"",
            ("iso8859",),
            pseudonyms,
            context=context,
            explicit=syntax.explicit,
            big_endian=syntax.big_endian,
        )
        value = rewrite(empty)
        if value is not None:
            made[tag] = encoded_element(tag, row.vr, value, syntax)
    return made
