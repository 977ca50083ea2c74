"""Header work in its two forms, compiled and pure Python, and what either makes of a file.

What belongs here: everything that header work gives, in a form that can be compared. What does not: any expectation of
a test.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from deid_pipeline.actions.protocol import TEXT_VRS
from deid_pipeline.dicom import (
    DicomFile,
    EditedDataSet,
    HeaderEditor,
    RuleSource,
    compiled,
    element_rows,
    marker_elements,
    open_dicom,
    overlay_groups,
    pixel_layout,
    wanted_values,
    write_dicom,
)
from deid_pipeline.errors import DeidError, SourceDataError
from deid_pipeline.model import Detection, ElementChange, SourceFile, Status
from deid_pipeline.pseudonyms import Pseudonyms
from deid_pipeline.stages.header import edit_header
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.reconstruction import Plan, Rebuilt, rebuild_instance, staging_folder
from deid_pipeline.strategy import CompiledStrategy
from deid_pipeline_tests.data_sets import SECRET, joined, pseudonyms
from deid_pipeline_tests.releasing import KEY

IS_BUILT = compiled.finding is not None
_UIDS = (0x0020000D, 0x0020000E, 0x00080018)
_PATIENT_ID, _STUDY, _MODALITY = 0x00100020, 0x0020000D, 0x00080060


class Refusal(NamedTuple):
    """An error: its class, its words, and the place that it names."""

    kind: str
    words: str
    tag_path: str = ""
    offset: int | None = None


class Edited(NamedTuple):
    """An edited data set's bytes, the copy that is written of it, its changes, and the pseudonyms that were given."""

    content: bytes
    copy: bytes
    changes: list[ElementChange]
    uid_map: dict[str, str]
    patient: str


def in_both_forms(work: Callable[[], Any]) -> tuple[Any, Any]:
    """What a piece of work gives with the compiled core and what without; errors become refusals."""
    quick = _outcome(work)
    with compiled.switched_off():
        return quick, _outcome(work)


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except SourceDataError as error:
        return Refusal("SourceDataError", str(error), error.tag_path, error.offset)
    except (DeidError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        return Refusal(type(error).__name__, str(error))


def findings(path: Path) -> dict[str, Any]:
    """What a file shows of its structure, in every way that the package asks it."""
    with open_dicom(path) as file:
        by_tag = file.by_tag
        asked = [*by_tag, 0, _PATIENT_ID, 0x00080005, 0xFFFFFFFF]
        texts = [file.text(tag) for tag in asked]  # before the elements, which are made on demand
        numbers = [(file.number(tag), file.number(tag, 7)) for tag in asked]
        found = [by_tag.get(tag) for tag in asked], [tag in by_tag for tag in asked]
        return {
            "extent": (file.start, file.end, file.transfer_syntax_uid, file.meta),
            "texts": texts,
            "numbers": numbers,
            "between": [file.tags_between(first, first | 0x00FFFFFF) for first in (0, 0x60000000, *asked[:3])],
            "wanted": [wanted_values(file, is_wanted) for is_wanted in (_all_text, _some)],
            "found": found,
            "by tag": (list(by_tag), list(by_tag.keys()), list(by_tag.values()), list(by_tag.items()), len(by_tag)),
            "elements": list(file.elements),
            "rows": list(element_rows(file)),
            "pixels": _outcome(lambda: (pixel_layout(file), overlay_groups(file))),
        }


def _all_text(tag: int, vr: str) -> bool:  # noqa: ARG001
    return vr in TEXT_VRS


def _some(tag: int, vr: str) -> bool:
    return not (tag ^ ord(vr[0])) & 1


def edited(path: Path, strategy: CompiledStrategy) -> Edited:
    """The header of a file under a strategy, with markers."""
    with open_dicom(path) as file:
        own = Pseudonyms.for_patient(SECRET, patient_id=file.text(_PATIENT_ID), study_uid=file.text(_STUDY))
        markers = marker_elements(
            file.syntax, method="test", codes=strategy.codes, temporal_information="REMOVED", text_cleaned=True
        )
        made = edit_header(file, strategy, own, markers=markers, source=_source(path, file))
        return _edited(file, made, own)


def edited_by(path: Path, rules: RuleSource, markers: dict[int, bytes]) -> tuple[bytes, Edited]:
    """The outline of what will remain, and the data set as rules edit it."""
    with open_dicom(path) as file:
        own, editor = pseudonyms(), HeaderEditor(file, rules)
        outline = editor.outline()
        made = editor.edit(own, markers)
        return outline, _edited(file, made, own)


def _edited(file: DicomFile, made: EditedDataSet, own: Pseudonyms) -> Edited:
    with TemporaryDirectory() as folder:
        target = Path(folder) / "copy.dcm"
        write_dicom(target, file, head=b"HEAD", segments=made.segments)
        copy = target.read_bytes()
    return Edited(joined(file, made), copy, made.changes, dict(own.uid_map), own.patient)


def rebuilt(path: Path, project: Project) -> tuple[Rebuilt, bytes]:
    """An instance after its stage, and the bytes of its copy."""
    staging_folder(project, KEY).mkdir(parents=True, exist_ok=True)
    with open_dicom(path) as file:
        source = _source(path, file)
    done = rebuild_instance(project, Plan(source, Detection(KEY, str(path), "", 1, 1, 0, Status.NEW, "", ""), ()))
    if done.file.status != Status.NEW:
        return done, b""
    copy = Path(done.file.staged_path)
    content = copy.read_bytes()
    copy.unlink()
    return done, content


def _source(path: Path, file: DicomFile) -> SourceFile:
    stat, digest = path.stat(), f"{0:064x}"
    uids = [file.text(tag) for tag in _UIDS]
    claims = file.transfer_syntax_uid, file.text(_MODALITY)
    return SourceFile(
        KEY, str(path), digest, stat.st_size, stat.st_mtime_ns, "dicom", *claims, *uids, str(Status.NEW), ""
    )
