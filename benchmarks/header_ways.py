"""The ways that a header is de-identified in: this project's own, copying alone, and other tools'.

What belongs here: one callable for each way, from file to file. What does not: measuring them (``headers``).
"""

from __future__ import annotations

import random
import secrets
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from deid_pipeline.dicom import compiled, open_dicom
from deid_pipeline.model import Detection, Settings, SourceFile, Status
from deid_pipeline.pseudonyms import ProjectSecret
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.reconstruction import Plan, rebuild_instance, staging_folder
from deid_pipeline.strategy import load
from deid_pipeline.strategy.keeping import Remembering

Way = Callable[[Path, Path], Path | str]
"""Reads the first file, writes the second one or another that does not exist, and says which."""

_VALUES_ARE_IN = tuple(f"deid_pipeline.{room}." for room in ("actions", "phi", "pseudonyms", "strategy"))
_VALUES_ARE_IN += tuple(f"deid_pipeline.dicom.{module}" for module in ("completion", "context", "rows", "values"))
_VALUES_ARE_IN += ("deid_pipeline.stages.cleaning",)
_KEY = "bench"
OUTPUTS = f"staging/{_KEY}"
"""Where this project's ways write, below their vault; where others write too: a file system may treat folders apart."""
_DATES = "StudyDate SeriesDate AcquisitionDate ContentDate PatientBirthDate".split()
_UIDS = "SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID".split()


def copied(source: Path, target: Path) -> Path:
    """The yardstick."""
    return shutil.copyfile(source, target)


def edited_with_pydicom(source: Path, target: Path) -> Path:
    """The least that anybody does with pydicom: a dozen edits, private elements out."""
    import pydicom

    dataset = pydicom.dcmread(source)
    dataset.PatientName, dataset.PatientID, dataset.AccessionNumber = "Removed^Removed", "1", ""
    for keyword in _DATES:
        if keyword in dataset:
            setattr(dataset, keyword, "20000101")
    for keyword in _UIDS:
        if keyword in dataset:
            setattr(dataset, keyword, "2.25.1")
    dataset.remove_private_tags()
    dataset.save_as(target)
    return target


def with_dicognito() -> Way:
    """The way through dicognito.

    Raises
    ------
    ModuleNotFoundError
        The extra ``bench`` is not installed.
    """
    import pydicom
    from dicognito.anonymizer import Anonymizer

    anonymizer = Anonymizer(seed="bench")

    def way(source: Path, target: Path) -> Path:
        dataset = pydicom.dcmread(source)
        anonymizer.anonymize(dataset)
        dataset.save_as(target)
        return target

    return way


def with_dicom_anonymizer() -> Way:
    """The way through dicom-anonymizer.

    Raises
    ------
    ModuleNotFoundError
        The extra ``bench`` is not installed.
    """
    from dicomanonymizer import anonymize_dicom_file

    def way(source: Path, target: Path) -> Path:
        anonymize_dicom_file(str(source), str(target))
        return target

    return way


class OwnWay:
    """The way of this project's own stage, from an indexed file to its copy in the vault; no OCR, no checks.

    With ``core`` the compiled core does what it can, as in every run where it was built; else it is switched off.
    Without ``cleaning`` the strategy's kept values stay whatever they hold, as those of one without a profile do: what
    all but the cleaning of text costs. No shipped strategy leaves it out.
    """

    def __init__(
        self, name: str, vault: Path, paths: Sequence[Path], *, core: bool = True, cleaning: bool = True
    ) -> None:
        self._core = core
        self._settings = Settings(landing=vault, release=vault, vault=vault, key_file=None, strategy=name, workers=1)
        self._strategy = load(name) if cleaning else replace(load(name), codes=(), _by_class={})
        self._plans = {path: bench_plan(path) for path in paths}
        self.begin_round()
        staging_folder(self._project, _KEY).mkdir(parents=True, exist_ok=True)

    def begin_round(self) -> None:
        """Take another key, and forget every value that was met; tables that were read stay."""
        self._project = Project(self._settings, ProjectSecret(secrets.token_bytes(32)), self._strategy)
        forget_values()

    def __call__(self, source: Path, target: Path) -> str:  # noqa: ARG002
        """De-identify one file."""
        with nullcontext() if self._core else compiled.switched_off():
            done = rebuild_instance(self._project, self._plans[source])
        if done.file.status != Status.NEW:
            raise RuntimeError(done.file.reason)
        return done.file.staged_path


def forget_values() -> None:
    """Empty what the package remembers of names, dates, ids, UIDs and texts; what it knows of tags stays."""
    for name, module in list(sys.modules.items()):
        for value in list(vars(module).values()) if name.startswith(_VALUES_ARE_IN) else ():
            if isinstance(value, Remembering):
                value.forget()
            elif hasattr(value, "cache_parameters") and value.cache_parameters()["maxsize"] is not None:
                value.cache_clear()


def bench_plan(path: Path) -> Plan:
    """What the stage needs to know of a file that was indexed and whose pixels hold no text."""
    with open_dicom(path) as file:
        uids = [file.text(tag) for tag in (0x0020000D, 0x0020000E, 0x00080018)]
        modality, syntax = file.text(0x00080060), file.transfer_syntax_uid
    digest = f"{random.Random(str(path)).getrandbits(256):064x}"
    size, changed = path.stat().st_size, path.stat().st_mtime_ns
    source = SourceFile(_KEY, str(path), digest, size, changed, "dicom", syntax, modality, *uids, Status.NEW, "")
    return Plan(source, Detection(_KEY, str(path), digest, 1, 1, 0, Status.NEW, "", ""), ())


def all_ways(strategies: Sequence[str], vault: Path, paths: Sequence[Path]) -> dict[str, Way]:
    """The ways that can be had here, ``copyfile`` first."""
    ways: dict[str, Way] = {"copyfile": copied}
    if compiled.finding is None:
        print(f"the compiled core is {compiled.why_not}: pure Python only")
    else:
        ways |= {f"deid-pipeline {name}": OwnWay(name, vault, paths) for name in strategies}
        ways[f"deid-pipeline {strategies[0]}, no cleaning"] = OwnWay(strategies[0], vault, paths, cleaning=False)
    ways |= {f"deid-pipeline {name}, pure Python": OwnWay(name, vault, paths, core=False) for name in strategies}
    ways["pydicom read-edit-write"] = edited_with_pydicom
    for name, make in (("dicognito", with_dicognito), ("dicom-anonymizer", with_dicom_anonymizer)):
        try:
            ways[f"{name} {version(name)}"] = make()
        except (ModuleNotFoundError, PackageNotFoundError):
            print(f"{name} is not installed: left out (pip install '.[bench]')")
    return ways
