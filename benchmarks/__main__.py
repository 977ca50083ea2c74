"""``make bench``: the whole pipeline on a synthetic landing zone, timed from outside and by stage.

What belongs here: one run from a key to a release, its wall time and the stages' own figures. What does not:
measurements of a single room, which are modules of their own beside this one.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deid_pipeline.reports.figures import read_figures
from deid_pipeline.synthesis import write_landing_zone

_HELD = 3  # exit code of a run that held files, as a synthetic landing zone makes it


def run_pipeline(project: Path, *, workers: int) -> float:
    """Run ``deidp init`` and ``deidp run`` in a folder that holds ``landing``; wall seconds of the second."""
    program = [sys.executable, "-m", "deid_pipeline.cli"]
    subprocess.run([*program, "init", str(project / "settings")], check=True, stdout=subprocess.DEVNULL)
    zones = ["--release", str(project / "release"), "--vault", str(project / "vault")]
    key = ["--key-file", str(project / "settings" / "deid.key"), "--workers", str(workers)]
    start = time.perf_counter()
    ended = subprocess.run([*program, "run", str(project / "landing"), *zones, *key], stdout=subprocess.DEVNULL)
    if ended.returncode not in (0, _HELD):
        raise SystemExit(f"deidp run ended with {ended.returncode}")
    return time.perf_counter() - start


def main() -> None:
    """Print one line for the run and one for each stage."""
    parser = argparse.ArgumentParser(description="Time the pipeline on a synthetic landing zone.")
    parser.add_argument("--studies", type=int, default=16)
    parser.add_argument("--workers", type=int, default=0, help="0: one for each core")
    arguments = parser.parse_args()
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        write_landing_zone(project / "landing", studies=arguments.studies, seed=1)
        sizes = [path.stat().st_size for path in (project / "landing").rglob("*") if path.is_file()]
        seconds = run_pipeline(project, workers=arguments.workers)
        figures = read_figures(project / "vault")
    megabytes = sum(sizes) / 1e6
    print(
        f"{'whole run':<16}{len(sizes):>6} files{megabytes:>9.1f} MB{seconds:>9.2f} s{megabytes / seconds:>9.1f} MB/s"
    )
    for stage in figures.stages:
        size = stage.size_bytes / 1e6
        speed = size / stage.seconds if stage.seconds else 0.0
        print(f"{stage.stage:<16}{stage.files:>6} files{size:>9.1f} MB{stage.seconds:>9.2f} s{speed:>9.1f} MB/s")
    print(dict(figures.statuses))


if __name__ == "__main__":
    main()
