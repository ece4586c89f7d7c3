"""Parse a dbt project once and compile a model for each of many vars; print dbt's messages as JSON.

test_wrong_input.py runs it in a separate process. One command per var would parse the project each time.
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
