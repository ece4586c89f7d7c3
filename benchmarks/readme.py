"""Write benchmarks/README.md and the charts from results/*.json, the results of the last full runs.

python benchmarks/readme.py            # write it
python benchmarks/readme.py --check    # exit 1 if README.md does not match the results
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from measuring import RESULTS, draw, figure_of, table_row

README = RESULTS.parent / "README.md"
HEAD = """# Benchmarks

`make bench` runs all benchmarks. Each is one command, `python benchmarks/<name>.py`, and has a `--quick`
size. `python benchmarks/readme.py` writes this page from `results/*.json`, the results of full runs: do not
edit it. Figures depend on the machine, which is named with them. Ratios compare with a peer or a fixed limit
in the same run. On a busy machine (see its load) CPU seconds and ratios are more reliable than seconds. Names
of rooms and models are those of the run. A benchmark that is not listed has no full run yet.
"""
KNOWN = {
    "name", "ratios", "cpu_seconds", "peak_gb", "at_most", "at_least", "growth", "quick", "machine",
    "versions", "table",
}  # fmt: skip


def section(result: dict[str, Any]) -> list[str]:
    """One benchmark: targets, figures, the chart, the machine."""
    name, machine = result["name"], result["machine"]
    first = (RESULTS.parent / f"{name}.py").read_text(encoding="utf-8").split('"""')[1].split("\n")[0]
    lines = ["", f"## {name}", "", first, ""]
    targets = [
        (target, figure_of(result, target), word, bound)
        for word, bounds in (("at most", result["at_most"]), ("at least", result["at_least"]))
        for target, bound in bounds.items()
    ]
    if targets:
        lines += ["| figure | measured | target | |", "|---|---|---|---|"]
        for target, figure, word, bound in targets:
            kept = figure <= bound if word == "at most" else figure >= bound
            lines.append(
                f"| {target} | {figure:,.3f} | {word} {bound:g} | {'met' if kept else '**missed**'} |"
            )
        lines.append("")
    others = {key: value for key, value in result["ratios"].items() if key not in dict(at(result))}
    facts = {"CPU seconds": result["cpu_seconds"], "peak GB": result["peak_gb"], **others}
    facts |= {key: value for key, value in result.items() if key not in KNOWN and shown(value)}
    lines.append(" · ".join(f"{key.replace('_', ' ')} {value:,}" for key, value in facts.items()))
    for key, value in result.items():
        if key not in KNOWN and isinstance(value, dict) and all(map(shown, value.values())):
            words = ", ".join(f"{part} {number:,}" for part, number in value.items())
            lines += ["", f"{key.replace('_', ' ')}: {words}"]
    if table := result.get("table"):
        lines += ["", *map(table_row, (table[0], ["---"] * len(table[0]), *table[1:]))]
    if result["growth"]:
        lines += ["", f"![{alt_text(result['growth'])}](results/{name}.svg)"]
    libraries = ", ".join(f"{key} {value}" for key, value in result["versions"].items())
    lines += [
        "",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}, "
        f"load {machine['load_at_end']} at the end; {libraries}.",
    ]
    return lines


def alt_text(growth: dict[str, Any]) -> str:
    """What the chart of growth shows, for those who cannot see it."""
    lines = []
    for label, points in growth["series"].items():
        (small, least), (large, most) = points[0], points[-1]
        lines.append(f"{label} from {least:,} at {small:,} to {most:,} at {large:,}")
    return f"{growth['cost'].capitalize()} against {growth['unit']}: {'; '.join(lines)}".replace("Cpu", "CPU")


def at(result: dict[str, Any]) -> list[tuple[str, float]]:
    """All targets, at most and at least."""
    return [*result["at_most"].items(), *result["at_least"].items()]


def shown(value: object) -> bool:
    """A plain number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def page() -> str:
    """The page, made from the results."""
    results = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    return "\n".join([HEAD.rstrip("\n"), *(line for result in results for line in section(result)), ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if the page is out of date"
    )
    options = parser.parse_args()
    if options.check:
        if not README.exists() or README.read_text(encoding="utf-8") != page():
            sys.exit(f"{README} does not match the results. Run: python benchmarks/{Path(__file__).name}")
        return
    for path in RESULTS.glob("*.json"):
        draw(json.loads(path.read_text(encoding="utf-8")))
    README.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
