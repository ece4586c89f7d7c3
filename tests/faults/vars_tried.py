"""Reads a dbt project once and compiles a model with one var set, for each of many; what dbt says, as JSON.

Called by test_wrong_input.py, in a process of its own. A command for each var would read the project anew.
"""

from __future__ import annotations

import json
import sys

from dbt.cli.main import dbtRunner


def main() -> None:
    cases, place = json.loads(sys.argv[1]), ["--quiet", "--no-use-colors", *sys.argv[2:]]
    manifest = dbtRunner().invoke(["parse", *place]).result
    said = []
    for name, value, model in cases:
        words = ["compile", *place, "--select", model, "--vars", json.dumps({name: value})]
        said.append(str(dbtRunner(manifest=manifest).invoke(words).exception or ""))
    sys.stderr.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
