"""Shared by the browser tests and `pictures.py`: a served cockpit, and pages in Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser of the system. Nothing is downloaded."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise SystemExit(
            "No Chromium was found. Install it: apt-get install chromium; or set CHROMIUM to its path"
        )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def cockpit(file: Path, *options: str) -> Iterator[str]:
    """The address of a cockpit on the file; it is stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).parent / "retention"),
        "cockpit",
        "--file",
        str(file),
        "--port",
        str(port),
    ]
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, start_new_session=True)
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}_stcore/health", timeout=1).close()
                break
            except (urllib.error.URLError, OSError):
                assert process.poll() is None, "the cockpit ended"
                time.sleep(0.5)
        else:
            raise AssertionError("the cockpit did not start within 60 seconds")
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def settled(page: Page) -> Page:
    """The page when Streamlit has drawn everything."""
    page.wait_for_selector("h1")
    for unfinished in ("stStatusWidget", "stSkeleton"):
        page.wait_for_function(f"!document.querySelector('[data-testid={unfinished}]')")
    page.wait_for_timeout(1500)
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    return page
