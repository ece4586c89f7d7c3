"""Fails where an installed package of the lock has a licence that does not go with Apache-2.0, or none.

python tests/licences.py [lock]     # make lint; the default is requirements/dev.txt
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path(__file__).parent.parent / "requirements" / "dev.txt"
ALLOWED = re.compile(
    r"\b(MIT|0?BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla Public License|Zlib|CC0)\b"
)
REFUSED = re.compile(r"\b(A?GPL|LGPL|SSPL|BUSL|Proprietary|Commercial|Affero)", re.IGNORECASE)
# Offered under several licences, of which one is chosen.
CHOSEN = {"text-unidecode": "Artistic License"}


def licence_of(found: Distribution) -> str:
    """The licence as the package's metadata say it, in one line."""
    metadata = found.metadata
    expression = metadata.get("License-Expression")
    classifiers = [one for one in metadata.get_all("Classifier") or [] if one.startswith("License")]
    words = "; ".join(one.rsplit("::", maxsplit=1)[-1].strip() for one in classifiers)
    return expression or words or (metadata.get("License") or "none").splitlines()[0][:80]


def problems(lock: Path) -> tuple[int, list[str]]:
    """How many packages were looked at, and one line for each that is not allowed."""
    names = re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    looked_at, wrong = 0, []
    for name in sorted(set(names)):
        try:
            licence = licence_of(distribution(name))
        except PackageNotFoundError:  # for another system or Python
            continue
        looked_at += 1
        if name in CHOSEN and CHOSEN[name] in licence:
            continue
        if REFUSED.search(licence) or not ALLOWED.search(licence):
            wrong.append(f"{name}: {licence}")
    return looked_at, wrong


def main() -> int:
    looked_at, wrong = problems(Path(sys.argv[1]) if len(sys.argv) > 1 else LOCK)
    for line in wrong:
        print(f"{line}. Expected a licence that goes with Apache-2.0; use another package", file=sys.stderr)
    print(f"licences: {looked_at} packages, {len(wrong)} not allowed")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
