"""The command line: exit codes, the version, completion, and the same names of options everywhere."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import COMMANDS, ROOT
from dbt_retention import __version__, cli
from dbt_retention.cli import app
from dbt_retention.errors import RetentionError
from typer.main import get_command

SAME_EVERYWHERE = {
    "project": "--project",
    "target": "--target",
    "customer": "--customer",
    "as_json": "--json",
}


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMANDS / "retention", *words],
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "200"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def parameters() -> Iterator[tuple[str, Any]]:
    """Every option of every command, with the command's name."""
    for name, command in get_command(app).commands.items():
        for below in getattr(command, "commands", {name: command}).values():
            for parameter in below.params:
                yield name, parameter


def test_options_with_the_same_meaning_have_the_same_name() -> None:
    for command, parameter in parameters():
        for name, option in SAME_EVERYWHERE.items():
            if parameter.name == name or option in parameter.opts:
                assert option in parameter.opts, f"{command}: {parameter.opts}"
        assert not {"--id", "--user", "--profile-target", "--format-json"} & set(parameter.opts), command


@pytest.mark.parametrize("words", [("--version",), ("version",)])
def test_the_version_is_printed(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout.strip()) == (0, __version__)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--help",), 0, "Usage"),
        (("doctor", "--project", "/nowhere"), 1, "/nowhere is not a dbt project"),
        (("summary", "--project", "/nowhere"), 1, "/nowhere is not a dbt project"),
        (("summary", "--no-such-option"), 2, "No such option"),
        (("no-such-command",), 2, "No such command"),
    ],
)
def test_exit_codes_are_those_of_the_page(words: tuple[str, ...], code: int, says: str) -> None:
    done = run(*words)
    assert done.returncode == code
    assert says in done.stdout + done.stderr
    page = (ROOT / "docs/commands.md").read_text()
    assert f"| {code} | " in page


def test_a_shell_can_complete_commands() -> None:
    offered = run(_RETENTION_COMPLETE="complete_bash", COMP_WORDS="retention pub", COMP_CWORD="1")
    assert offered.stdout.split() == ["publish"]


def test_an_interrupted_command_ends_with_130() -> None:
    script = """
import os, signal, sys, time
from dbt_retention import cli
from dbt_retention.commands import doctor

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it

def interrupted(*given, **named):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)

doctor.doctor = interrupted
sys.argv = ["retention", "doctor"]
cli.main()
"""
    done = subprocess.run([COMMANDS / "python", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 130, done.stderr


def test_an_erasure_without_a_terminal_needs_yes(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    done = subprocess.run(
        [COMMANDS / "retention", "erase", "--customer", "C1", "--project", tmp_path],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "nothing was changed. Look at it with --dry-run, then add --yes" in done.stderr


@pytest.mark.parametrize("answer", [True, False])
def test_an_erasure_is_confirmed_on_a_terminal(monkeypatch: pytest.MonkeyPatch, answer: bool) -> None:
    asked = []
    monkeypatch.setattr(cli.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(cli.typer, "confirm", lambda question: asked.append(question) or answer)
    if answer:
        cli._confirm_erasure("C1", Path("shop"))
    else:
        with pytest.raises(RetentionError, match="not confirmed; nothing was changed"):
            cli._confirm_erasure("C1", Path("shop"))
    assert asked == ["Erase customer C1 from the project in shop? It cannot be undone."]
