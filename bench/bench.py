"""Measures fsop beside its peers, in one run, as ratios: `npm run bench [-- --rounds N] [--write]`.

CPU time is user and system of the process and all its children; memory is the largest
resident set of any of them. `--write` puts the table into docs/performance.md.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

ROOT = Path(__file__).resolve().parent.parent
FSOP = ["node", str(ROOT / "bin/run.js")]
DEFINITIONS = "feature_definitions.py"


class Sample(NamedTuple):
    cpu: float
    wall: float
    memory: float


def run(command: Sequence[str], cwd: Optional[Path] = None) -> Sample:
    """Runs a command to its end. Raises when it fails. Seconds, seconds, MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    assert process.stdout
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{output.decode()}")
    return Sample(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


class Contest:
    """Commands that take turns, so that a busy machine is unfair to all of them alike."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.runners: Dict[str, Callable[[int], Sample]] = {}

    def add(self, name: str, runner: Callable[[int], Sample]) -> None:
        self.runners[name] = runner

    def medians(self) -> Dict[str, Sample]:
        samples: Dict[str, List[Sample]] = {name: [] for name in self.runners}
        for turn in range(self.rounds + 1):
            for name, runner in self.runners.items():
                sample = runner(turn)
                if turn > 0:  # the first warms the disk cache
                    samples[name].append(sample)
        return {name: Sample(*(statistics.median(values) for values in zip(*of))) for name, of in samples.items()}


def start_up(rounds: int, spec: Path) -> List[str]:
    contest = Contest(rounds)
    contest.add("node", lambda _: run(["node", "-e", "0"]))
    for name, args in {
        "fsop --version": ["--version"],
        "fsop --help": ["--help"],
        "fsop verify": ["verify", "-f", str(spec)],
    }.items():
        contest.add(name, lambda _, args=args: run([*FSOP, *args]))
    found = contest.medians()
    base = found.pop("node")
    rows = [row(name, sample, base, "node -e 0", 2.5) for name, sample in found.items()]
    return [*rows, *(limit(f"{name}: memory", sample.memory, 80, "MB") for name, sample in found.items())]


def many_specs(rounds: int, spec: Path) -> List[str]:
    folder = Path(tempfile.mkdtemp())
    for index in range(1000):
        shutil.copy(spec, folder / f"spec{index}.yaml")
    contest = Contest(rounds)
    contest.add("one", lambda _: run([*FSOP, "verify", str(spec)]))
    contest.add("many", lambda _: run([*FSOP, "verify", str(folder)]))
    found = contest.medians()
    each = (found["many"].cpu - found["one"].cpu) / 999 * 1000
    return [limit("fsop verify, one more of 1,000 specs: CPU", each, 3, "ms")]


def load_beside_feast(rounds: int, spec: Path, python: Path) -> List[str]:
    load = (
        "import pathlib, sys; from feast.repo_config import load_repo_config; p = pathlib.Path(sys.argv[1]);"
        "c = load_repo_config(p.parent, p); c.registry, c.online_store, c.offline_store"
    )
    contest = Contest(rounds)
    contest.add("fsop", lambda _: run([*FSOP, "verify", "-f", str(spec)]))
    contest.add("feast", lambda _: run([str(python), "-c", load, str(spec)]))
    found = contest.medians()
    return [row("fsop verify", found["fsop"], found["feast"], "Feast loading the same file", None)]


def apply_without_change(rounds: int, project: Path, feast: Path) -> List[str]:
    contest = Contest(rounds)
    contest.add("fsop", lambda _: run([*FSOP, "apply"], project))
    contest.add("feast", lambda _: run([str(feast), "apply"], copy_for("feast", project)))
    found = contest.medians()
    return [row("fsop apply, nothing changed", found["fsop"], found["feast"], "feast apply", 0.1)]


def apply_with_change(rounds: int, project: Path, feast: Path) -> List[str]:
    def change(folder: Path, turn: int) -> Path:
        path = folder / DEFINITIONS
        original = (project / DEFINITIONS).read_text()
        path.write_text(original.replace('tags={"team": "fraud"}', f'tags={{"team": "fraud{turn}"}}'))
        return folder

    contest = Contest(rounds)
    contest.add("fsop", lambda turn: run([*FSOP, "apply"], change(copy_for("fsop-change", project), turn)))
    contest.add("feast", lambda turn: run([str(feast), "apply"], change(copy_for("feast-change", project), turn)))
    found = contest.medians()
    return [row("fsop apply, a tag changed, plan and read-back included", found["fsop"], found["feast"], "feast apply", 1.15)]


def copy_for(name: str, project: Path) -> Path:
    folder = project.parent / name
    if not folder.exists():
        shutil.copytree(project, folder)
    return folder


def row(what: str, ours: Sample, peer: Sample, peer_name: str, bar: Optional[float]) -> str:
    ratio, wall = ours.cpu / peer.cpu, ours.wall / peer.wall
    verdict = "" if bar is None else ("held" if ratio <= bar else "MISSED")
    return (
        f"| {what} | {ours.cpu * 1000:.0f} ms | {peer_name}: {peer.cpu * 1000:.0f} ms | {ratio:.2f} | {wall:.2f} "
        f"| {'' if bar is None else f'at most {bar}'} | {verdict} |"
    )


def limit(what: str, value: float, bar: float, unit: str) -> str:
    return f"| {what} | {value:.1f} {unit} | | | | at most {bar} {unit} | {'held' if value <= bar else 'MISSED'} |"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    project = Path(tempfile.mkdtemp(prefix="fsop-bench-")) / "project"
    run([*FSOP, "init", "--output", str(project), "--project", "bench"])
    run([*FSOP, "apply", "--no-cache"], project)
    environments = Path(os.environ.get("FSOP_CACHE_DIR", Path.home() / ".cache/fsop")) / "envs"
    marker = max(environments.glob("feast-*/fsop-environment.json"), key=lambda path: path.stat().st_mtime)
    requirements = json.loads(marker.read_text())["requirements"]
    python, feast = marker.parent.resolve() / "bin/python", marker.parent.resolve() / "bin/feast"
    spec = project / "feature_store.yaml"
    slow = max(3, options.rounds // 2)
    lines = [
        "| what | CPU | peer, same run | CPU ratio | wall ratio | bar | |",
        "|---|---|---|---|---|---|---|",
        *start_up(options.rounds, spec),
        *many_specs(3, spec),
        *load_beside_feast(slow, spec, python),
        *apply_without_change(slow, project, feast),
        *apply_with_change(slow, project, feast),
    ]
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    lines += ["", f"Node {node}, Python {platform.python_version()}, {', '.join(requirements)}, {os.cpu_count()} cores."]
    print("\n".join(lines))
    if options.write:
        page = ROOT / "docs/performance.md"
        head, _, rest = page.read_text().partition("<!-- table -->\n")
        _, _, tail = rest.partition("<!-- /table -->")
        page.write_text(f"{head}<!-- table -->\n\n" + "\n".join(lines) + f"\n\n<!-- /table -->{tail}")
    sys.exit(1 if any("MISSED" in line for line in lines) else 0)


main()
