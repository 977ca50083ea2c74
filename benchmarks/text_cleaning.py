"""How much of the identifiers in free text goes, how much of the rest stays, and how long a value takes.

Usage::

    python -m benchmarks.text_cleaning [--data ../shared/data] [--show development|held-out|fresh|clinical|all]

``text_cleaning.txt`` has the authored descriptors in four parts: ``development`` was looked at while the rules were
written; ``held-out`` was written before the rules and counted first without being looked at (98.5 % and 99.7 %), then
its misses were mended; ``fresh`` was written and counted after that (99.1 % and 99.6 %), of which one lost word was
mended; ``clinical`` are remarks, eponyms, devices and measures, counted when they were written (86.5 % and 98.7 %),
then what they had in common was mended. Printed for each, under ``remove``:

recall
    share of the words in braces that are gone
kept
    share of the other words that are still there; stop words and titles right before a brace are not counted
exact
    share of descriptors without any identifier that stay byte for byte

With ``--data``, the descriptors of its DICOM headers are cleaned with their own header's identifiers, and the changed
ones counted.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deid_pipeline.model import ElementRow, Identifier
from deid_pipeline.phi import harvest
from deid_pipeline.phi.cleaning import Cleaner, cleaner_for

_DANGLING = frozenset("for by of to from at on in per since dated with dr mr mrs ms prof".split())
HALVES = ("development", "held-out", "fresh", "clinical")
_BRACES = re.compile(r"\{([^}]*)\}")
_WORD = re.compile(r"[^\W_]+")
_DESCRIPTORS = frozenset(
    """
    StudyDescription SeriesDescription ProtocolName ImageComments AdditionalPatientHistory PatientComments
    ContrastBolusAgent RequestedProcedureDescription PerformedProcedureStepDescription ScheduledProcedureStepDescription
    DerivationDescription BodyPartExamined ConvolutionKernel SequenceName Occupation PatientState
    AcquisitionDeviceProcessingDescription CodeMeaning ManufacturerModelName SoftwareVersions DeviceDescription
    ImageType
    """.split()
)

PATIENTS = {
    "davidson": {
        ("PN", "PatientName"): "DAVIDSON^DOUGLAS",
        ("LO", "PatientID"): "292821506",
        ("DA", "PatientBirthDate"): "19560921",
        ("DA", "StudyDate"): "20130713",
        ("SH", "AccessionNumber"): "3587210",
        ("PN", "ReferringPhysicianName"): "HILL^AMANDA^R",
        ("PN", "OperatorsName"): "KAUFMAN^SCOTT",
        ("LO", "InstitutionName"): "Mercy General Hospital",
        ("LO", "PatientAddress"): "4410 Jenkins Meadows Apt. 12, Port Karen, OH 44121",
        ("SH", "PatientTelephoneNumbers"): "(614)555-0188",
        ("SH", "StudyID"): "46198",
        ("SH", "StationName"): "AWP45557",
    },
    "long": {
        ("PN", "PatientName"): "LONG^MAY^LI",
        ("LO", "PatientID"): "00-4471-93",
        ("DA", "PatientBirthDate"): "19311205",
        ("DA", "StudyDate"): "20200309",
        ("SH", "AccessionNumber"): "US-20-00871",
        ("PN", "ReferringPhysicianName"): "O'BRIEN^SEÁN",
        ("PN", "OperatorsName"): "VAN DER BERG^ANNEKE",
        ("PN", "PerformingPhysicianName"): "MÜLLER^JÜRGEN",
        ("PN", "PhysiciansOfRecord"): "YAMADA^TARO=山田^太郎=Ямада^Таро",
        ("LO", "InstitutionName"): "University of Northfield Hospitals",
        ("SH", "PatientTelephoneNumbers"): "937-555-0133",
    },
}


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One authored text: as it would stand in a file, the words that must go, and those that must stay."""

    half: str
    patient: str
    text: str
    phi: tuple[str, ...]
    clean: tuple[str, ...]


def header(patient: str) -> tuple[Identifier, ...]:
    """Identifiers of an invented patient."""
    values = PATIENTS[patient].items()
    return harvest([ElementRow("", "", keyword, "", vr, keyword, "", value) for (vr, keyword), value in values])


def descriptors(path: Path) -> Iterator[Descriptor]:
    """Read the authored texts."""
    half = patient = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and line[1:-1].split()[0] in HALVES:
            half, patient = line[1:-1].split()
        elif line.strip() and not line.startswith("#"):
            yield _descriptor(half, patient, line)


def _descriptor(half: str, patient: str, line: str) -> Descriptor:
    phi = tuple(word for part in _BRACES.findall(line) for word in _WORD.findall(part))
    clean: list[str] = []
    outside = _BRACES.split(line)[::2]
    for number, part in enumerate(outside):
        words = _WORD.findall(part)
        while number < len(outside) - 1 and words and words[-1].casefold() in _DANGLING:
            words.pop()
        clean += words
    return Descriptor(half, patient, _BRACES.sub(r"\1", line), phi, tuple(clean))


def left_over(words: Sequence[str], output: str) -> list[str]:
    """Which of some words are in a text, each word of the text counted once."""
    there = _WORD.findall(output)
    found = []
    for word in words:
        if word in there:
            there.remove(word)
            found.append(word)
    return found


def score(half: str, texts: Sequence[Descriptor], *, show: bool) -> None:
    """Print the figures of one part."""
    phi = phi_left = clean = clean_kept = untouched = exact = 0
    for one in texts:
        output = cleaner_for(header(one.patient)).clean(one.text, "remove")
        kept = left_over(one.clean, output)
        rest = list(_WORD.findall(output))
        for word in kept:
            rest.remove(word)
        leaked = left_over(one.phi, " ".join(rest))
        phi, phi_left = phi + len(one.phi), phi_left + len(leaked)
        clean, clean_kept = clean + len(one.clean), clean_kept + len(kept)
        if not one.phi:
            untouched, exact = untouched + 1, exact + (output == one.text)
        if show and (leaked or len(kept) < len(one.clean)):
            lost = [word for word in one.clean if word not in kept]
            print(f"  {one.text!r} -> {output!r}  leaked {leaked} lost {lost}")
    print(
        f"{half}: {len(texts)} texts; recall {1 - phi_left / phi:.2%} of {phi} words; "
        f"kept {clean_kept / clean:.2%} of {clean} words; exact {exact}/{untouched}"
    )


def timings(texts: Sequence[Descriptor]) -> None:
    """Print the time for a cleaner, a value seen first and a value seen again."""
    from deid_pipeline.phi import cleaning, first_look

    rounds = []
    for _ in range(20):
        cleaning._finder.cache_clear()
        identifiers = header("davidson")
        start = time.process_time()
        cleaner = cleaner_for(identifiers)
        rounds.append(time.process_time() - start)
    values = [one.text[:64] for one in texts if len(one.text) <= 64]
    length = sum(map(len, values)) / len(values)
    print(f"cleaner: {statistics.median(rounds) * 1e6:.0f} us; {len(values)} values, mean {length:.0f} characters")
    plain = [one.text for one in texts if not one.phi and 40 <= len(one.text) <= 80]
    for name, some in (("all", values), ("without identifiers, 40 to 80 characters", plain)):
        seen_first, seen_again = [], []
        for _ in range(20):
            cleaner._finder.cleaned.clear()
            for remembering in (first_look._look, cleaning._strangers, cleaning._strange_dates):
                remembering.cache_clear()
            seen_first.append(_each(cleaner, some))
            seen_again.append(_each(cleaner, some))
        print(
            f"{name}: {statistics.median(seen_first) * 1e6:.1f} us a value seen first, "
            f"{statistics.median(seen_again) * 1e6:.2f} us seen again (CPU, medians of 20 rounds)"
        )


def _each(cleaner: Cleaner, texts: Sequence[str]) -> float:
    start = time.process_time()
    for text in texts:
        cleaner.clean(text, "remove")
    return (time.process_time() - start) / len(texts)


def real(folder: Path) -> None:
    """Clean the descriptors of DICOM headers with their own identifiers."""
    import pydicom

    seen: dict[tuple[str, str], str] = {}
    for path in sorted(folder.rglob("*.dcm")):
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        rows = [
            ElementRow(
                "",
                "",
                str(e.tag),
                f"{int(e.tag):08x}",
                e.VR,
                e.keyword,
                "",
                "\\".join(map(str, e.value)) if e.VM > 1 else str(e.value or ""),
            )
            for e in dataset.iterall()
            if e.VR not in ("SQ", "OB", "OW")
        ]
        cleaner = cleaner_for(harvest(rows))
        for row in rows:
            if row.keyword in _DESCRIPTORS:
                for value in row.value.split("\\"):
                    seen[row.keyword, value] = cleaner.clean(value, "remove")
    changed = {key: new for key, new in seen.items() if new != key[1]}
    print(f"real headers: {len(seen)} different descriptors, {len(changed)} changed")
    for (keyword, value), new in changed.items():
        print(f"  {keyword}: {value!r} -> {new!r}")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description="Measure the cleaning of free text.")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--show", choices=[*HALVES, "all"])
    arguments = parser.parse_args()
    texts = list(descriptors(Path(__file__).with_suffix(".txt")))
    for half in HALVES:
        score(half, [one for one in texts if one.half == half], show=arguments.show in (half, "all"))
    timings(texts)
    if arguments.data is not None:
        real(arguments.data)


if __name__ == "__main__":
    main()
