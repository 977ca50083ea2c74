"""CPU time of de-identifying headers, against copying the file and against other tools.

Usage::

    python -m benchmarks.headers [FOLDER ...] [--made N] [--rounds N] [--strategy NAME ...] [--memory] [--profile]

Every file goes through every way in each of several rounds, block by block: a block of files through one way, then
through the next, as a way works on one file after the other where it is used. A way's figure for a file is the
median of its rounds, in CPU milliseconds of this process and its children. The disk's cache is warm and all modules are
loaded: one round goes before. What this project remembers of values is not: every round has another key and begins with
empty memories, so that only files that come later in a round may profit from what earlier ones hold as well.
Printed for each way:

ms
    the median over all files, and the mean
x copyfile
    the ratio of the sums over all files, and the median of the files' own ratios; then the ratio of sums among small
    files (below 1 MB) and large ones

``--memory`` puts a file of 2 GiB through each strategy in a process of its own and prints its largest resident size.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import platform
import pstats
import random
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.header_corpus import corpus, make_sparse_file
from deid_pipeline.dicom import open_dicom
from deid_pipeline.model import Detection, Settings, SourceFile, Status
from deid_pipeline.pseudonyms import ProjectSecret
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.reconstruction import Plan, rebuild_instance, staging_folder
from deid_pipeline.strategy import load, names
from deid_pipeline.strategy.keeping import Remembering

Way = Callable[[Path, Path], Path | str]
"""Reads the first file, writes the second one or another that does not exist, and says which."""

_SMALL = 1_000_000  # bytes
_BLOCK = 20  # files
_VALUES_ARE_IN = tuple(f"deid_pipeline.{room}." for room in ("actions", "phi", "pseudonyms", "strategy"))
_KEY = "bench"
_SPARSE = 2 << 30
_DEFAULT_FOLDER = Path(__file__).parents[2] / "shared" / "data"
_DATES = "StudyDate SeriesDate AcquisitionDate ContentDate PatientBirthDate".split()
_UIDS = "SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID".split()


def cpu_seconds() -> float:
    """CPU time so far of this process and of its children that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


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
    """The way of this project's own stage, from an indexed file to its copy in the vault; no OCR, no checks."""

    def __init__(self, name: str, vault: Path, paths: Sequence[Path]) -> None:
        self._settings = Settings(landing=vault, release=vault, vault=vault, key_file=None, strategy=name, workers=1)
        self._strategy = load(name)
        self._plans = {path: bench_plan(path) for path in paths}
        self.begin_round()
        staging_folder(self._project, _KEY).mkdir(parents=True, exist_ok=True)

    def begin_round(self) -> None:
        """Take another key, and forget every value that was met; tables that were read stay."""
        self._project = Project(self._settings, ProjectSecret(secrets.token_bytes(32)), self._strategy)
        forget_values()

    def __call__(self, source: Path, target: Path) -> str:  # noqa: ARG002
        """De-identify one file."""
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


def usable(ways: dict[str, Way], paths: Sequence[Path], scratch: Path) -> list[Path]:
    """The files that every way can deal with; what one refuses is left out for all of them, and said."""
    good = list(paths)
    for name, way in ways.items():
        refused = [path for path in good if not _works(way, path, scratch)]
        if refused:
            print(f"{name} refuses {len(refused)} files; left out")
        good = [path for path in good if path not in set(refused)]
    return good


def _works(way: Way, path: Path, scratch: Path) -> bool:
    target = scratch / "try.dcm"
    try:
        Path(way(path, target)).unlink()
    except Exception:  # noqa: BLE001  # whatever another tool raises
        target.unlink(missing_ok=True)
        return False
    return True


def measure(ways: dict[str, Way], paths: Sequence[Path], scratch: Path, *, rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each way for each file: the median of its rounds."""
    taken: dict[str, list[list[float]]] = {name: [[] for _ in paths] for name in ways}
    order = list(ways.items())
    target = scratch / "out.dcm"
    for number in range(rounds):
        for way in ways.values():
            if isinstance(way, OwnWay):
                way.begin_round()
        for first in range(0, len(paths), _BLOCK):
            for name, way in order[number % len(order) :] + order[: number % len(order)]:
                for place in range(first, min(first + _BLOCK, len(paths))):
                    start = cpu_seconds()
                    written = way(paths[place], target)
                    taken[name][place].append(cpu_seconds() - start)
                    Path(written).unlink()
    return {name: [statistics.median(rounds_of) for rounds_of in lists] for name, lists in taken.items()}


def table(figures: dict[str, list[float]], sizes: Sequence[int]) -> list[str]:
    """Lines to print, one for each way; all ratios are to ``copyfile``."""
    copied = figures["copyfile"]
    lines = [f"{'':<28}{'ms median':>10}{'mean':>8}{'x sum':>8}{'x median':>10}{'x small':>9}{'x large':>9}"]
    for name, seconds in figures.items():
        own = statistics.median(new / old for new, old in zip(seconds, copied, strict=True))
        parts = []
        for wanted in (True, False):
            chosen = [i for i, size in enumerate(sizes) if (size < _SMALL) is wanted]
            parts.append(sum(seconds[i] for i in chosen) / sum(copied[i] for i in chosen) if chosen else 0.0)
        lines.append(
            f"{name:<28}{1e3 * statistics.median(seconds):>10.3f}{1e3 * statistics.mean(seconds):>8.3f}"
            f"{sum(seconds) / sum(copied):>8.2f}{own:>10.2f}{parts[0]:>9.2f}{parts[1]:>9.2f}"
        )
    return lines


def memory(strategies: Sequence[str], head: Path, scratch: Path) -> None:
    """Print the largest resident size of a process that puts a 2 GiB file through each strategy."""
    big = make_sparse_file(head, scratch / "big.dcm", size=_SPARSE - (2 << 20))
    for name in strategies:
        command = [sys.executable, "-m", "benchmarks.headers", "--one", str(big), "--strategy", name]
        ended = subprocess.run(command, check=True, capture_output=True, text=True)
        print(f"2 GiB file, {name}: {ended.stdout.strip()}")


def _one(path: Path, strategy: str) -> None:
    """Put one file through a strategy and print this process's largest resident size."""
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        start = cpu_seconds()
        OwnWay(strategy, Path(folder), [path])(path, path)
        taken = cpu_seconds() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{after / 1024:.0f} MiB resident at most, {before / 1024:.0f} before, {taken:.2f} CPU s")


def all_ways(strategies: Sequence[str], vault: Path, paths: Sequence[Path]) -> dict[str, Way]:
    """The ways that can be had here, ``copyfile`` first."""
    ways: dict[str, Way] = {"copyfile": copied}
    ways |= {f"deid-pipeline {name}": OwnWay(name, vault, paths) for name in strategies}
    ways["pydicom read-edit-write"] = edited_with_pydicom
    for name, make in (("dicognito", with_dicognito), ("dicom-anonymizer", with_dicom_anonymizer)):
        try:
            ways[f"{name} {version(name)}"] = make()
        except (ModuleNotFoundError, PackageNotFoundError):
            print(f"{name} is not installed: left out (pip install '.[bench]')")
    return ways


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="folders of real files")
    parser.add_argument("--made", type=int, default=300, help="files to make beside the real ones")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--strategy", action="append", help="default: basic, and midi_b where there is one")
    parser.add_argument("--scratch", type=Path, help="where files are made and written; default: the temporary folder")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--profile", action="store_true", help="profile the first strategy instead")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")  # pydicom's, about values of the real files
    arguments = _arguments()
    strategies = arguments.strategy or [name for name in ("basic", "midi_b") if name in names()]
    if arguments.one:
        _one(arguments.one, strategies[0])
        return
    folders = arguments.folders or [folder for folder in (_DEFAULT_FOLDER,) if folder.is_dir()]
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as name:
        scratch = Path(name)
        real, made = corpus(folders, scratch, made=arguments.made)
        if arguments.memory:
            memory(strategies, made[0], scratch)
            return
        ways = all_ways(strategies, scratch / "vault", [*real, *made])
        paths = usable(ways, [*real, *made], scratch)
        if arguments.profile:
            _profile(ways[f"deid-pipeline {strategies[0]}"], paths, scratch)
            return
        sizes = [path.stat().st_size for path in paths]
        print(f"{platform.python_implementation()} {platform.python_version()}, pydicom {version('pydicom')},", end=" ")
        print(f"Linux {platform.release()}, {os.cpu_count()} cores; {arguments.rounds} rounds")
        print(f"{len(paths)} files, {sum(path in set(real) for path in paths)} of them real,", end=" ")
        print(f"{sum(sizes) / 1e6:.0f} MB, median {statistics.median(sizes) / 1e6:.2f} MB")
        print("\n".join(table(measure(ways, paths, scratch, rounds=arguments.rounds), sizes)))


def _profile(way: Way, paths: Sequence[Path], scratch: Path) -> None:
    profile = cProfile.Profile()
    for path in paths:
        Path(profile.runcall(way, path, scratch / "out.dcm")).unlink()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    main()
