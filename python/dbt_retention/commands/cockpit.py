"""`retention cockpit`: starts the Streamlit app on a serving file."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from rich.console import Console

from dbt_retention.bi.charts import BLUE, INK
from dbt_retention.bi.marts import open_serving_file
from dbt_retention.bi.texts import Language
from dbt_retention.errors import RetentionError

LOOPBACK = "127.0.0.1"


def run_cockpit(path: Path, *, language: Language, currency: str, port: int, console: Console) -> int:
    """Serve the cockpit on the loopback address until it is interrupted; returns Streamlit's exit code.

    Raises RetentionError where the file cannot be read, or Streamlit is not installed.
    """
    open_serving_file(path).close()
    if importlib.util.find_spec("streamlit") is None:
        raise RetentionError("Streamlit is not installed. Install the extra: pip install 'dbt-retention[bi]'")
    options = {
        "server.address": LOOPBACK,
        "server.port": port,
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "theme.base": "light",
        "theme.baseFontSize": 14,
        "theme.primaryColor": BLUE,
        "theme.textColor": INK,
        "theme.secondaryBackgroundColor": "#f5f7f9",
        "theme.font": "Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans CJK SC', sans-serif",
    }
    console.print(f"The cockpit is at http://{LOOPBACK}:{port} until you press Ctrl+C.")
    environment = {
        "RETENTION_SERVING": str(path.resolve()),
        "RETENTION_LANGUAGE": language,
        "RETENTION_CURRENCY": currency,
    }
    app = str(files("dbt_retention.bi.cockpit").joinpath("app.py"))
    arguments = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "streamlit", "run", app, *arguments]
    try:
        done = subprocess.run(command, env=os.environ | environment, check=False)  # noqa: S603  # nosec B603
        return done.returncode
    except KeyboardInterrupt:
        return 0
