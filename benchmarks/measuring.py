"""Shared by all benchmarks: options, folders, measurement, and the report of the results.

options = parser(__doc__, quick="a small shop").parse_args()
with work_folder("itemsets", options.folder) as folder: ...  # removed at the end, unless it was given
clock = Clock()
with clock: ...                           # wall and CPU seconds of this process and its finished children
run = measured(["dbt", "build"], cwd=…)   # in a separate process: seconds, CPU seconds, peak memory
report("itemsets", ratios=…, at_most=…)   # targets, results/itemsets.json, the chart, and JSON as last line
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
LIBRARIES = (
    "dbt-core", "dbt-duckdb", "duckdb", "scikit-learn", "onnxruntime", "pyarrow", "pandas", "numpy",
    "mlxtend", "pyfim",
)  # fmt: skip
GB = 1e9


def parser(doc: str | None, *, quick: str) -> argparse.ArgumentParser:
    """Options of a benchmark: its first line as description, and --quick."""
    made = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    made.add_argument("--quick", action="store_true", help=quick)
    return made


@contextmanager
def work_folder(name: str, given: Path | None = None) -> Iterator[Path]:
    """`given`, which stays, or a temporary folder, which is removed."""
    folder = given or Path(tempfile.mkdtemp(prefix=f"retention-{name}-"))
    try:
        yield folder
    finally:
        if given is None:
            shutil.rmtree(folder, ignore_errors=True)


class Clock:
    """Wall and CPU seconds of what runs inside `with`, summed over all such blocks."""

    def __init__(self) -> None:
        self.seconds = self.cpu_seconds = 0.0

    def __enter__(self) -> Clock:
        self._began = time.perf_counter(), _cpu_seconds()
        return self

    def __exit__(self, *problem: object) -> None:
        self.seconds += time.perf_counter() - self._began[0]
        self.cpu_seconds += _cpu_seconds() - self._began[1]


def _cpu_seconds() -> float:
    return sum(os.times()[:4])


def peak_gb() -> float:
    """Peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GB


@dataclass(frozen=True)
class Run:
    """Time and memory of one process."""

    seconds: float
    cpu_seconds: float
    peak_gb: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.cpu_seconds:.1f} CPU s, peak {self.peak_gb:.2f} GB"


def measured(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run a command in a separate process. If it fails, the benchmark ends with its output."""
    process = subprocess.Popen(
        command, cwd=cwd, env=os.environ | dict(environment or {}), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    began = time.perf_counter()
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed in {cwd}:\n{output.strip()[-4000:]}")
    return Run(
        seconds=time.perf_counter() - began,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_gb=usage.ru_maxrss * 1024 / GB,
    )


def program(name: str) -> str:
    """Path of a command of this environment."""
    return str(Path(sys.executable).with_name(name))


def dbt(folder: Path, *words: str, environment: Mapping[str, str] | None = None) -> Run:
    """Run dbt in `folder`, in a separate process."""
    command = [program("dbt"), "--quiet", "--no-use-colors", *words]
    return measured(
        command, cwd=folder, environment={"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", **(environment or {})}
    )


def generate_shop(folder: Path, *, customers: int, months: int) -> Run:
    """Write a simulated shop as Parquet files with `retention generate`, in a separate process."""
    folder.mkdir(parents=True, exist_ok=True)
    size = ["--customers", str(customers), "--months", str(months)]
    command = [program("retention"), "generate", *size, "--format", "parquet", "--out", str(folder)]
    return measured(command, cwd=folder)


def measured_by(script: str, *words: str) -> dict[str, Any]:
    """Run `script --measure words` in a separate process; the result is the JSON of its last line."""
    command = [sys.executable, script, "--measure", *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr.strip().splitlines()[-1]}")
    run: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return run


def fastest(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The fastest run, with the largest peak memory of all runs."""
    return min(runs, key=lambda run: run["seconds"]) | {"peak_gb": max(run["peak_gb"] for run in runs)}


def seconds_by_node(target: Path) -> dict[str, dict[str, float]]:
    """Seconds of each node of dbt's last run, by room (a folder of models), or tests, unit tests, seeds."""
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes = manifest["nodes"] | manifest["unit_tests"]
    results = [result for result in results if result["unique_id"] in nodes]  # without exposures
    rooms: dict[str, dict[str, float]] = {}
    for result in results:
        node = nodes[result["unique_id"]]
        kind = node["resource_type"]
        room = kind.replace("_", " ") + "s"
        if kind == "model":
            room = Path(node["original_file_path"]).parts[1]
        rooms.setdefault(room, {})[node["name"]] = result["execution_time"]
    return rooms


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Slope of log(cost) over log(size), by least squares; points are (size, cost), at least two."""
    sizes, costs = ([math.log(point[axis]) for point in points] for axis in (0, 1))
    size, cost = sum(sizes) / len(sizes), sum(costs) / len(costs)
    return sum((x - size) * (y - cost) for x, y in zip(sizes, costs, strict=True)) / sum(
        (x - size) ** 2 for x in sizes
    )


def machine() -> dict[str, Any]:
    """The machine of the measurement."""
    cpus = Path("/proc/cpuinfo")
    models = (
        [
            line.split(":", 1)[1].strip()
            for line in cpus.read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        if cpus.exists()
        else []
    )
    return {
        "cpu": models[0] if models else platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GB, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "load_at_end": round(os.getloadavg()[0], 1),
    }


def versions() -> dict[str, str]:
    """Python and the libraries that are installed."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def report(
    name: str,
    *,
    ratios: Mapping[str, float],
    at_most: Mapping[str, float] | None = None,
    at_least: Mapping[str, float] | None = None,
    cpu_seconds: float,
    peak_gb: float,
    quick: bool,
    growth: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, bool]:
    """Print targets, machine, versions and, as the last line, JSON. Return which targets were met.

    ratios: compared figures, by name. at_most, at_least: targets of ratios, peak_gb, or numbers in `more`.
    growth: {"unit": "lines", "cost": "CPU s", "series": {name: [[size, cost], …]}}, for the chart.
    Only a full run writes results/<name>.json and results/<name>.svg.
    """
    result = {
        "name": name,
        "ratios": dict(ratios),
        "cpu_seconds": round(cpu_seconds, 1),
        "peak_gb": round(peak_gb, 3),
        **more,
        "at_most": dict(at_most or {}),
        "at_least": dict(at_least or {}),
        "growth": growth,
        "quick": quick,
        "machine": machine(),
        "versions": versions(),
    }
    met = {}
    print()
    for word, targets in (("at most", result["at_most"]), ("at least", result["at_least"])):
        for target, bound in targets.items():
            figure = figure_of(result, target)
            met[target] = figure <= bound if word == "at most" else figure >= bound
            verdict = "" if met[target] else "  not at this size" if quick else "  MISSED"
            print(f"{target:<28}{figure:>10.3f} ({word} {bound:.3f}){verdict}")
    print(", ".join(f"{key} {value}" for key, value in result["machine"].items()))
    print(", ".join(f"{key} {value}" for key, value in result["versions"].items()))
    if not quick:
        RESULTS.mkdir(parents=True, exist_ok=True)
        text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
        (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
        draw(result)
    print(json.dumps(result, ensure_ascii=False), flush=True)
    return met


def figure_of(result: Mapping[str, Any], name: str) -> float:
    """A ratio, or another number of the result."""
    return float(result["ratios"][name] if name in result["ratios"] else result[name])


def table_row(cells: Sequence[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def short(value: float) -> str:
    """2000000 -> 2 M, 500000 -> 500 k, 0.05 -> 0.05"""
    for size, unit in ((1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def draw(result: Mapping[str, Any]) -> None:
    """Draw the chart of growth to results/<name>.svg, if the result has more than one size."""
    growth = result.get("growth")
    if not growth:
        return
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = result["name"]
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    for label, points in growth["series"].items():
        sizes, costs = zip(*points, strict=True)
        slope = f", exponent {exponent(points):.2f}" if len(points) > 1 else ""
        axes.plot(sizes, costs, marker="o", label=f"{label}{slope}")
    axes.set(xscale="log", yscale="log", xlabel=growth["unit"], ylabel=growth["cost"], title=result["name"])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
        axis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.savefig(RESULTS / f"{result['name']}.svg", metadata={"Date": None})
