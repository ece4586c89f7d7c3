"""Writes docs/images: the report of the grocery example, and pages of the cockpit.

Campaigns are those of the example seeds, which have control groups; all else is the grocery example.

Run by `make pictures`, after `make demo` and `make build`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from browser import browser, cockpit, settled

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
RETENTION = str(Path(sys.executable).parent / "retention")
GROCERY = ROOT / "examples" / "complete_journey"
REPORT_PIXELS = {"width": 1180, "height": 660}
GROCERY_PAGES = {  # the address after ?page=, and the height of the picture in pixels
    "overview": ("overview", 890),
    "warnings": ("warnings", 830),
    "customer": ("customer&customer=472", 1000),
    "products": ("products", 1000),
    "health": ("health", 1180),
}
SEEDS_PAGES = {"campaigns": ("campaigns", 850)}
MOST_BYTES = 300_000


def main(grocery: Path, seeds: Path) -> None:
    """Write the pictures from a warehouse, or serving file, of each shop."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as opened:
        for language, name in (("en", "report"), ("zh", "report_zh")):
            out = Path(folder) / f"{name}.html"
            subprocess.run(
                [RETENTION, "report", "--file", str(grocery), "--out", str(out), "--language", language,
                 "--title", "Complete Journey", "--currency", "USD"],
                check=True,
            )  # fmt: skip
            page = opened.new_page(viewport=REPORT_PIXELS)
            page.goto(out.as_uri())
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
        for shop, currency, pages in ((grocery, "USD", GROCERY_PAGES), (seeds, "EUR", SEEDS_PAGES)):
            with cockpit(shop, "--currency", currency) as address:
                for name, (where, height) in pages.items():
                    page = opened.new_page(viewport={"width": 1280, "height": height})
                    page.goto(f"{address}?page={where}")
                    settled(page).screenshot(path=IMAGES / f"cockpit_{name}.png")
                    page.close()
    for picture in sorted(IMAGES.glob("*.png")):
        size = picture.stat().st_size
        print(f"{picture.relative_to(ROOT)}: {size / 1000:,.0f} kB")
        if size > MOST_BYTES:
            raise SystemExit(f"{picture} has {size:,} bytes; at most {MOST_BYTES:,}: make it smaller")


if __name__ == "__main__":
    shops = [Path(word) for word in sys.argv[1:]] or [
        GROCERY / "warehouse" / "complete_journey.duckdb",
        ROOT / "warehouse" / "retention.duckdb",
    ]
    for shop in shops:
        if not shop.is_file():
            raise SystemExit(f"{shop} does not exist. Build it first: make demo build")
    main(*shops)
