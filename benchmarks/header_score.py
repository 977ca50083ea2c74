"""Score de-identified headers against an answer key in the manner of MIDI-B, made from their source (``header_key``).

Usage::

    python -m benchmarks.header_score SOURCE OUTPUT --uid-map F --patient-map F [--values]
    python -m benchmarks.header_score SOURCE --strategy NAME [--values]

The first form scores any pair of folders, with the maps as ``id_old,id_new``; the second one puts every file through
this project's own header stage first, without reading pixels. Printed: passes and failures of every action, by
instance and, as the challenge ranks, by series; every failure by place; strict extras, which do not count. Values are
PHI, and printed with ``--values`` only. Types of attributes are checked where highdicom is installed.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import re
import secrets
import tempfile
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from benchmarks.header_key import AnswerKey, Check, answer_key, elements, shown, source_files
from benchmarks.header_rules import Standards, read_standards
from benchmarks.word_rule import plain, share_present

ACTIONS = (
    "tag_retained text_notnull text_retained text_removed date_shifted uid_changed uid_consistent patid_consistent"
).split()
_STANDARDS = Path(__file__).parents[2] / "shared" / "standards"
_PASS_WHEN_MISSING = frozenset({"text_removed", "date_shifted", "uid_changed"})
_PASS_WHEN_ABSENT = _PASS_WHEN_MISSING | {"uid_consistent", "patid_consistent"}


@dataclass(frozen=True)
class Verdict:
    """How one check ended: ``passed`` is None for a blank, ``value`` the output's or None where it has none."""

    series: str
    check: Check
    passed: bool | None
    value: str | None


@dataclass(frozen=True)
class Maps:
    """What the participant says became of UIDs and patient ids."""

    uids: Mapping[str, str]
    patients: Mapping[str, str]


def judge(check: Check, value: str | None, maps: Maps) -> bool | None:
    """The verdict of one check on a value of an existing file, None where the element is absent."""
    if value is None:
        return check.action in _PASS_WHEN_ABSENT
    match check.action:
        case "tag_retained":
            return True
        case "text_notnull":
            return bool(plain(value))
        case "text_retained":
            share = share_present(check.text, value)
            return None if share is None else share == 1.0
        case "text_removed":
            share = share_present(check.text, value)
            return None if share is None else share == 0.0
        case "date_shifted" | "uid_changed":
            return check.text.replace("\\", "") not in value
        case "uid_consistent":
            return check.text in maps.uids and maps.uids[check.text] in re.findall(r"[\d.]+", value)
        case "patid_consistent":
            return value == maps.patients.get(check.text)
    raise ValueError(check.action)


def score_instance(key: AnswerKey, series: str, output: Dataset | None, maps: Maps) -> list[Verdict]:
    """The verdicts on one instance; ``output`` is None when its file is missing."""
    if output is None:
        return [Verdict(series, check, check.action in _PASS_WHEN_MISSING, None) for check in key.checks]
    values = {place: shown(element) for place, _, element in elements(output)}
    return [
        Verdict(series, check, judge(check, values.get(check.place), maps), values.get(check.place))
        for check in key.checks
    ]


def score(source: Path, outputs: Iterable[Path], maps: Maps, standards: Standards) -> tuple[list[Verdict], list[str]]:
    """All verdicts, and lines on what was left out and on strict extras."""
    released = {}
    for path in outputs:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        released[str(dataset.SOPInstanceUID)] = dataset
    verdicts: list[Verdict] = []
    left_out: Counter[str] = Counter()
    offsets: dict[str, Counter[int]] = defaultdict(Counter)
    missing = 0
    for path in source_files(source):
        original = pydicom.dcmread(path, stop_before_pixels=True)
        key = answer_key(original, standards)
        output = released.get(maps.uids.get(key.sop_instance_uid, ""))
        missing += output is None
        left_out += key.left_out
        verdicts += score_instance(key, str(original.get("SeriesInstanceUID", "")), output, maps)
        if output is not None:
            offsets[key.patient_id].update(_date_offsets(original, output))
    notes = [f"source files without an output: {missing}"]
    notes += [f"left out of the key, {what}: {count}" for what, count in sorted(left_out.items())]
    several = sum(len(found) > 1 for found in offsets.values())
    notes.append(
        f"strict extra: {several} of {len(offsets)} patients have dates that moved by different numbers of days"
    )
    return verdicts, notes


def report(verdicts: Sequence[Verdict], *, values: bool) -> list[str]:
    """Lines to print."""
    lines = [f"{'':<18}{'instance':>10}{'failed':>8}{'blank':>7}{'score':>9}{'series':>10}{'failed':>8}"]
    worst: dict[tuple[str, str, str], bool] = {}
    for verdict in verdicts:
        row = (verdict.check.action, verdict.check.place, verdict.series)
        worst[row] = worst.get(row, True) and verdict.passed is True
    for action in (*ACTIONS, "total"):
        mine = [v.passed for v in verdicts if action in (v.check.action, "total")]
        series = [passed for (which, *_), passed in worst.items() if action in (which, "total")]
        share = f"{sum(p is True for p in mine) / len(mine):.4%}" if mine else "-"
        lines.append(
            f"{action:<18}{len(mine):>10}{sum(p is False for p in mine):>8}{sum(p is None for p in mine):>7}{share:>9}"
            f"{len(series):>10}{series.count(False):>8}"
        )
    grouped: dict[tuple[str, str, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.passed is not True:
            grouped[verdict.check.action, _anywhere(verdict.check.place), verdict.check.reason].append(verdict)
    for (action, place, reason), failed in sorted(grouped.items()):
        gone = sum(verdict.value is None for verdict in failed)
        name = pydicom.datadict.keyword_for_tag(failed[0].check.tag)
        lines.append(f"{action} {place} {name} [{reason}]: {len(failed)}, in {gone} of them the element is absent")
        pairs = {(verdict.check.text, verdict.value) for verdict in failed} if values else set()
        lines += [f"    {old!r} -> {new!r}" for old, new in sorted(pairs, key=repr)]
    return lines


def read_map(path: Path) -> dict[str, str]:
    """An ``id_old,id_new`` file; the first row of an id wins."""
    found: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row["id_old"], row["id_new"])
    return found


def _anywhere(place: str) -> str:
    return re.sub(r"<\d{4}>", "<n>", place)


def _date_offsets(original: Dataset, output: Dataset) -> Iterable[int]:
    """Days by which the top-level dates of an instance moved."""
    for element in original:
        if (
            element.VR == "DA"
            and element.tag in output
            and shown(element).isdigit()
            and element.keyword[-5:] != "hDate"
        ):
            new = shown(output[element.tag])
            if new.isdigit():
                yield (_day(new) - _day(shown(element))).days


def _day(text: str) -> datetime.date:
    return datetime.datetime.strptime(text, "%Y%m%d").date()


def through_strategy(source: Path, strategy: str, vault: Path) -> tuple[list[Path], Maps]:
    """Put every file of a folder through the header stage of this project; its copies and maps."""
    from benchmarks.header_ways import bench_plan
    from deid_pipeline.model import Settings, Status
    from deid_pipeline.pseudonyms import ProjectSecret
    from deid_pipeline.stages.project import Project
    from deid_pipeline.stages.reconstruction import rebuild_instance, staging_folder
    from deid_pipeline.strategy import load

    settings = Settings(landing=source, release=vault, vault=vault, key_file=None, strategy=strategy, workers=1)
    project = Project(settings, ProjectSecret(secrets.token_bytes(32)), load(strategy))
    outputs: list[Path] = []
    uids: dict[str, str] = {}
    patients: dict[str, str] = {}
    for path in source_files(source):
        plan = bench_plan(path)
        staging_folder(project, plan.source.partition_key).mkdir(parents=True, exist_ok=True)
        done = rebuild_instance(project, plan)
        if done.file.status != Status.NEW:
            print(f"one file was not rebuilt: {done.file.reason}")
            continue
        outputs.append(Path(done.file.staged_path))
        uids.update(done.uid_map)
        patients[done.patient.removeprefix("id:")] = done.file.patient_pseudonym
    return outputs, Maps(uids, patients)


def main() -> int:
    """Print the score; 1 when a check failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("output", type=Path, nargs="?")
    parser.add_argument("--uid-map", type=Path)
    parser.add_argument("--patient-map", type=Path)
    parser.add_argument("--strategy", help="make the outputs first")
    parser.add_argument("--standards", type=Path, default=_STANDARDS)
    parser.add_argument("--values", action="store_true", help="show values, which are PHI")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # pydicom's, about values of the source
    if not arguments.strategy and not (arguments.output and arguments.uid_map and arguments.patient_map):
        parser.error("give a strategy, or the output and both maps")
    with tempfile.TemporaryDirectory() as vault:
        if arguments.strategy:
            outputs, maps = through_strategy(arguments.source, arguments.strategy, Path(vault))
        else:
            outputs = source_files(arguments.output)
            maps = Maps(read_map(arguments.uid_map), read_map(arguments.patient_map))
        verdicts, notes = score(arguments.source, outputs, maps, read_standards(arguments.standards))
    print("\n".join((*report(verdicts, values=arguments.values), *notes)))
    return int(any(verdict.passed is not True for verdict in verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
