"""Changes decisions, evaluation and erasure one place at a time, and counts the changes that tests notice.

python tests/mutants.py [arguments of mutmut run]     # make mutants

[tool.mutmut] of pyproject.toml names the modules and the tests.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "mutants"
MUTMUT = str(Path(sys.executable).parent / "mutmut")
# mutmut finds packages in src alone.
LINKS = {"src": "python", "tests": "tests", "dbt_project": "dbt_project", "profiles.yml": "profiles.yml"}
LEAST_SHARE = 0.8
NOTICED = ("killed", "timeout", "segfault", "suspicious")


def prepare(folder: Path) -> None:
    """An empty folder in which mutmut can work, with links to this repository."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, target in LINKS.items():
        (folder / name).symlink_to(ROOT / target)
    shutil.copy(ROOT / "pyproject.toml", folder)


def states_of(lines: Iterable[str]) -> dict[str, str]:
    """The state of each mutant, from what `mutmut results` prints."""
    found = (re.fullmatch(r"\s*(dbt_retention\.\S+): (.+)", line.rstrip()) for line in lines)
    return {match[1]: match[2] for match in found if match}


def table_of(states: dict[str, str]) -> tuple[list[str], float]:
    """One line for each module and one for all, and the share of all mutants that a test noticed."""
    tried, noticed = Counter[str](), Counter[str]()
    for mutant, state in states.items():
        for name in (mutant.rsplit(".", maxsplit=1)[0], "all"):
            tried[name] += 1
            noticed[name] += state in NOTICED
    names = [*sorted(tried.keys() - {"all"}), "all"]
    lines = [
        f"{name:<52}{noticed[name]:>6} of {tried[name]:<6}{_share(noticed, tried, name):.1%}"
        for name in names
    ]
    return lines, _share(noticed, tried, "all")


def _share(noticed: Counter[str], tried: Counter[str], name: str) -> float:
    return noticed[name] / tried[name] if tried[name] else 0.0


def main() -> int:
    prepare(FOLDER)
    done = subprocess.run([MUTMUT, "run", *sys.argv[1:]], cwd=FOLDER, check=False)
    if done.returncode:
        return done.returncode
    results = subprocess.run(
        [MUTMUT, "results", "--all", "true"], cwd=FOLDER, check=True, capture_output=True, text=True
    )
    states = states_of(results.stdout.splitlines())
    for mutant, state in sorted(states.items()):
        if state not in NOTICED:
            print(f"{mutant}: {state}")
    lines, share = table_of(states)
    print("\n".join(lines))
    if share < LEAST_SHARE:
        print(
            f"{share:.1%} of the changes were noticed; expected at least {LEAST_SHARE:.0%}. To see one: "
            f"cd {FOLDER.relative_to(ROOT)}, then mutmut show NAME",
            file=sys.stderr,
        )
    return share < LEAST_SHARE


if __name__ == "__main__":
    sys.exit(main())
