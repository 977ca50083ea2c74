"""CPU time of de-identifying headers, against copying the file and against other tools.

Usage::

    python -m benchmarks.headers [FOLDER ...] [--made N] [--rounds N] [--strategy NAME ...] [--alternate]
                                 [--memory] [--profile]

Every file goes through every way in each of several rounds, block by block: a block of files through one way, then
through the next, as a way works on one file after the other where it is used. With ``--alternate`` each file goes
through all ways, in an order of its own, before the next file does: the harder case, as every way then finds the
processor's caches full of other ways' work. A way's figure for a file is the median of its rounds, in CPU
milliseconds of this process and its children. This project's way goes with the compiled core, if it was built, and
without; the first strategy also with kept texts left as they are, which says what cleaning them costs. The disk's
cache is warm and all modules are loaded: one round goes before. What this project remembers of values is not: every
round of one of its ways, in which the others have no part, has another key and begins with empty memories, so that
only files that come later in a round may profit from what earlier ones hold as well. Each is compared with what others
took in those rounds. Printed for each way:

ms
    the median over all files, and the mean
x copyfile
    the ratio of the sums over all files, and the median of the files' own ratios; then the ratio of sums among small
    files (below 1 MB) and large ones
dicognito takes
    how many times as much dicognito takes for all files, where it is installed

Where many files were deleted on the same disk within the last minutes (by tests, say), creating one costs ext4 several
times as much: wait before you measure, or choose another folder with ``--scratch``.

``--memory`` puts a file of 2 GiB through each strategy in a process of its own and prints its largest resident size.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import platform
import pstats
import random
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from itertools import count
from pathlib import Path

from benchmarks.header_corpus import corpus, make_sparse_file
from benchmarks.header_ways import OUTPUTS, OwnWay, Way, all_ways
from deid_pipeline.strategy import names

_SMALL = 1_000_000  # bytes
_BLOCK = 20  # files
_SPARSE = 2 << 30
_aside = count()
_DEFAULT_FOLDER = Path(__file__).parents[2] / "shared" / "data"


Figures = dict[str, list[float]]
"""CPU seconds of ways for each file."""


def cpu_seconds() -> float:
    """CPU time so far of this process and of its children that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


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
        _put_aside(way(path, target), scratch)
    except Exception:  # noqa: BLE001  # whatever another tool raises
        target.unlink(missing_ok=True)
        return False
    return True


def measure(
    ways: dict[str, Way], paths: Sequence[Path], scratch: Path, *, rounds: int, alternate: bool = False
) -> dict[str, Figures]:
    """CPU seconds of each way for each file, the medians of its rounds: by way, with those of others beside it.

    This project's ways never share a round: what one of them learns of values the next would not have to. So each has
    ``rounds`` of its own, in which all others take part, and is compared with these rounds of theirs: a median of more
    rounds would be a smaller one, as what disturbs a round only ever adds. Ways of others are given with all rounds.
    """
    own = {name: way for name, way in ways.items() if isinstance(way, OwnWay)}
    others = [name for name in ways if name not in own]
    taken: dict[str, dict[str, list[list[float]]]] = {
        here: {name: [[] for _ in paths] for name in (*others, *filter(None, (here,)))} for here in own or [""]
    }
    target = scratch / OUTPUTS / "out.dcm"
    target.parent.mkdir(parents=True, exist_ok=True)
    for number in range(rounds):
        for here, lists in taken.items():
            if here:
                own[here].begin_round()
            names = [name for name in ways if name in lists]
            for name, place in _turns(names, len(paths), number, alternate=alternate):
                start = cpu_seconds()
                written = ways[name](paths[place], target)
                lists[name][place].append(cpu_seconds() - start)
                _put_aside(written, scratch)
    together = {
        name: [[seconds for lists in taken.values() for seconds in lists[name][place]] for place in range(len(paths))]
        for name in others
    }
    all_rounds = _medians(together)
    return {name: _medians(taken[name]) if name in own else all_rounds for name in ways}


def _put_aside(written: Path | str, scratch: Path) -> None:
    """Empty what was written and move it to ``scratch``, instead of deleting it.

    Before ext4 gives out an inode it looks at those of the folder's group that were deleted within the last minutes: a
    benchmark that deletes each output would measure that, and more of it the quicker the ways are.
    """
    os.truncate(written, 0)
    Path(written).rename(scratch / f"aside_{next(_aside)}")


def _medians(rounds_of: dict[str, list[list[float]]]) -> Figures:
    return {name: [statistics.median(seconds) for seconds in lists] for name, lists in rounds_of.items()}


def _turns(names: Sequence[str], files: int, number: int, *, alternate: bool) -> Iterator[tuple[str, int]]:
    """Ways and places of files in the order of one round; every round has another one."""
    if alternate:
        chance = random.Random(number)
        for place in range(files):
            yield from ((name, place) for name in chance.sample(names, len(names)))
        return
    first = number % len(names)
    for begin in range(0, files, _BLOCK):
        for name in (*names[first:], *names[:first]):
            yield from ((name, place) for place in range(begin, min(begin + _BLOCK, files)))


def table(figures: dict[str, Figures], sizes: Sequence[int], *, beside: str = "") -> list[str]:
    """Lines to print, one for each way; ratios are to ``copyfile``, and those of the way ``beside`` to each one."""
    lines = [
        f"{'':<36}{'ms median':>10}{'mean':>8}{'x sum':>8}{'x median':>10}{'x small':>9}{'x large':>9}"
        + (f"  {beside.split()[0]} takes" if beside else "")
    ]
    for name, together in figures.items():
        seconds, copied = together[name], together["copyfile"]
        own = statistics.median(new / old for new, old in zip(seconds, copied, strict=True))
        parts = []
        for wanted in (True, False):
            chosen = [i for i, size in enumerate(sizes) if (size < _SMALL) is wanted]
            parts.append(sum(seconds[i] for i in chosen) / sum(copied[i] for i in chosen) if chosen else 0.0)
        lines.append(
            f"{name:<36}{1e3 * statistics.median(seconds):>10.3f}{1e3 * statistics.mean(seconds):>8.3f}"
            f"{sum(seconds) / sum(copied):>8.2f}{own:>10.2f}{parts[0]:>9.2f}{parts[1]:>9.2f}"
            + (f"{sum(together[beside]) / sum(seconds):>{len(beside.split()[0]) + 6}.2f} x" if beside else "")
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


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="folders of real files")
    parser.add_argument("--made", type=int, default=300, help="files to make beside the real ones")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--strategy", action="append", help="default: basic, and midi_b where there is one")
    parser.add_argument("--scratch", type=Path, help="where files are made and written; default: the temporary folder")
    parser.add_argument("--alternate", action="store_true", help="file by file instead of in blocks")
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
        ways = all_ways(strategies, scratch, [*real, *made])
        paths = usable(ways, [*real, *made], scratch)
        if arguments.profile:
            _profile(next(way for way in ways.values() if isinstance(way, OwnWay)), paths, scratch)
            return
        sizes = [path.stat().st_size for path in paths]
        print(f"{platform.python_implementation()} {platform.python_version()}, pydicom {version('pydicom')},", end=" ")
        print(f"Linux {platform.release()}, {os.cpu_count()} cores; {arguments.rounds} rounds")
        print(f"{len(paths)} files, {sum(path in set(real) for path in paths)} of them real,", end=" ")
        print(f"{sum(sizes) / 1e6:.0f} MB, median {statistics.median(sizes) / 1e6:.2f} MB")
        figures = measure(ways, paths, scratch, rounds=arguments.rounds, alternate=arguments.alternate)
        beside = next((name for name in ways if name.startswith("dicognito")), "")
        print("\n".join(table(figures, sizes, beside=beside)))


def _profile(way: Way, paths: Sequence[Path], scratch: Path) -> None:
    profile = cProfile.Profile()
    for path in paths:
        Path(profile.runcall(way, path, scratch / "out.dcm")).unlink()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    main()
