"""Shared by all tests: run dbt as a user does, in separate folders."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

ROOT = Path(__file__).parent.parent
COMMANDS = Path(sys.executable).parent
PARSED = ROOT / ".pytest_cache" / "dbt_parsed"

# Two workers share two cores. A library with one thread per core in each worker would only wait.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@dataclass
class Shop:
    """A dbt project with its own warehouse and registry."""

    folder: Path
    warehouse: Path
    models: Path
    project: Path
    environment: dict[str, str] = field(default_factory=dict)
    commands: Path = COMMANDS

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `dbt` or `retention` in the shop's folder. The output is captured; a failure does not raise.

        A parse of the same project with the same vars, which another test made, is given to dbt.
        """
        command = [str(self.commands / words[0]), *words[1:]]
        known = self.known_parse(words)
        own = self.folder / "target" / "partial_parse.msgpack"
        if known and known.exists() and not own.exists():
            own.parent.mkdir(exist_ok=True)
            shutil.copy(known, own)
        # dbt reuses a parse only with the same profile, so paths are relative to the folder.
        from_here = words[0] == "dbt" or self.project == self.folder
        warehouse, models = (
            os.path.relpath(path, self.folder) if from_here else str(path)
            for path in (self.warehouse, self.models)
        )
        environment = os.environ | {
            "RETENTION_DUCKDB": warehouse,
            "RETENTION_MODELS": models,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if known and not known.exists() and own.exists():
            PARSED.mkdir(parents=True, exist_ok=True)
            unfinished = known.with_suffix(f".{os.getpid()}")
            shutil.copy(own, unfinished)
            unfinished.replace(known)
        return done

    def known_parse(self, words: tuple[str, ...]) -> Path | None:
        """The file that keeps dbt's parse of this project with the vars of a command, for other folders.

        None for a command that does not parse, and where the package is not the one of this checkout.
        """
        is_package, is_local = self.project == ROOT / "dbt_project", self.project == self.folder
        if words[:2] == ("dbt", "deps") or not (is_package or is_local):
            return None
        digest = hashlib.sha256(package_digest().encode())
        for name in ("dbt_project.yml", "packages.yml", "profiles.yml") if is_local else ():
            path = self.folder / name
            digest.update(path.read_bytes() if path.exists() else b"")
        if "--vars" in words:
            digest.update(words[words.index("--vars") + 1].encode())
        return PARSED / f"{digest.hexdigest()}.msgpack"

    def dbt(self, command: str, *words: str, **variables: Any) -> subprocess.CompletedProcess[str]:
        """A dbt command on the project, with vars."""
        given = ["--vars", yaml.safe_dump(variables, default_flow_style=True)] if variables else []
        artifacts = ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")]
        return self.run(
            "dbt", "--no-use-colors", command, "--project-dir", str(self.project), *artifacts, *words, *given
        )

    def build(self, *words: str, tests: bool = False, **variables: Any) -> str:
        """Output of a `dbt build` that must succeed. Tests run only with `tests=True`."""
        left_out = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
        done = self.dbt("build", *words, *([] if tests else left_out), **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query, read by a plain client."""
        connection = duckdb.connect(str(self.warehouse), read_only=True)
        try:
            return connection.sql(sql).fetchall()
        finally:
            connection.close()

    def tables(self, *, like: str = "%") -> dict[str, str]:
        """A fingerprint of every table's rows, independent of their order and of the day of the build."""
        names = self.query(
            "select table_name from information_schema.tables "
            f"where table_type = 'BASE TABLE' and table_name like '{like}' "
            "and table_schema <> 'retention_erased' order by table_name"
        )
        not_of_the_day = "columns(lambda name: name <> 'read_date')"
        return {
            name: str(
                self.query(
                    f"select count(*), sum(hash(one::varchar)::hugeint), md5(string_agg(one::varchar, '' "
                    f"order by one::varchar)) from (select {not_of_the_day} from {name}) as one"
                )
            )
            for (name,) in names
        }


@functools.cache
def package_digest() -> str:
    """A fingerprint of all files that dbt parses, and of the profile."""
    package = ROOT / "dbt_project"
    folders = (*(package / name for name in ("defaults", "macros", "models", "tests")), ROOT / "seeds")
    files = [package / "dbt_project.yml"]
    files += sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256((ROOT / "profiles.yml").read_bytes())
    for path in files:
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


def pytest_keyboard_interrupt() -> None:
    """Interrupt the child processes too: the workers of pytest-xdist, and what they wait for.

    A terminal interrupts all processes; `kill -INT`, an editor or a CI service only the first.
    """
    subprocess.run(["pkill", "-INT", "-P", str(os.getpid())], check=False)


FAULTS = ROOT / "tests" / "faults"
LEFT_OUT = pytest.StashKey[set[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = set()
    if not hasattr(config, "workerinput"):  # a parse names folders of its session, which pytest removes later
        shutil.rmtree(PARSED, ignore_errors=True)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Note which long tests of faults are left out."""
    for item in items:
        is_long = any(item.get_closest_marker(name) for name in ("faults_long", "whole_shop"))
        if is_long and item.path.is_relative_to(FAULTS):
            item.config.stash[LEFT_OUT].add(item.nodeid.removeprefix("tests/faults/").split("[")[0])


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):  # a worker of pytest-xdist tells the process that prints
        session.config.workeroutput["left_out"] = sorted(session.config.stash[LEFT_OUT])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker of pytest-xdist left out; a worker that crashed says nothing."""
    node.config.stash[LEFT_OUT].update(getattr(node, "workeroutput", {}).get("left_out", []))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name the long cases of faults that this run leaves out."""
    names = sorted(config.stash[LEFT_OUT])
    if names:
        terminalreporter.section(
            f"{len(names)} long tests of faults were left out; make test-faults runs them"
        )
        for name in names:
            terminalreporter.write_line(name)


@pytest.fixture
def shop_of_seeds(tmp_path: Path) -> Shop:
    """The package on its example seeds, in a separate folder; not built yet."""
    return seeds_shop(tmp_path)


@pytest.fixture(scope="session")
def built_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The package, built once on its example seeds for all workers. Read only."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with (folder / "seeds.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shop = seeds_shop(folder / "seeds")
        finished = shop.folder / "finished"
        if not finished.exists():
            shop.build(tests=True)
            finished.touch()
    return shop


def copy_of(shop: Shop, folder: Path) -> Shop:
    """A copy of a shop that was built on the seeds: its warehouse and its models."""
    copied = seeds_shop(folder)
    copied.warehouse.parent.mkdir()
    shutil.copy(shop.warehouse, copied.warehouse)
    shutil.copytree(shop.models, copied.models)
    return copied


@pytest.fixture
def copied_shop(built_shop: Shop, tmp_path: Path) -> Shop:
    """A copy of the built shop, for a test that changes it."""
    return copy_of(built_shop, tmp_path / "copy")


def seeds_shop(folder: Path) -> Shop:
    """A working folder in which dbt builds the package on its seeds."""
    folder.mkdir(exist_ok=True)
    return shop_in(folder, ROOT / "dbt_project", profiles=ROOT)


def shop_in(folder: Path, project: Path, *, profiles: Path) -> Shop:
    """A working folder in which dbt builds `project`, with the profiles.yml of `profiles`."""
    profile = (profiles / "profiles.yml").read_text()
    if not (folder / "profiles.yml").exists():  # another worker may be reading it
        (folder / "profiles.yml").write_text(profile)
    return Shop(
        folder=folder,
        warehouse=folder / "warehouse" / "retention.duckdb",
        models=folder / "models_onnx",
        project=project,
    )


def foreign_shop(
    folder: Path,
    *,
    models: dict[str, str],
    variables: dict[str, Any],
    package: dict[str, str] | None = None,
    config: dict[str, Any] | None = None,
    sources: list[dict[str, Any]] | None = None,
) -> Shop:
    """Another project that installs the package, by `local:` unless `package` is given.

    config: settings for the package's models; sources: sources that the project declares.
    """
    (folder / "models").mkdir(parents=True)
    project = {
        "name": "somebody",
        "version": "1.0",
        "profile": "somebody",
        "models": {"somebody": {"+materialized": "table"}} | ({"retention": config} if config else {}),
        "vars": {"retention": variables},
    }
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(project))
    installed_from = package or {"local": str(ROOT / "dbt_project")}
    (folder / "packages.yml").write_text(yaml.safe_dump({"packages": [installed_from]}))
    if sources:
        (folder / "models" / "sources.yml").write_text(yaml.safe_dump({"version": 2, "sources": sources}))
    profile = yaml.safe_load((ROOT / "profiles.yml").read_text())["retention"]
    profile["outputs"]["duckdb"]["path"] = "{{ env_var('RETENTION_DUCKDB') }}"
    (folder / "profiles.yml").write_text(yaml.safe_dump({"somebody": profile}))
    for name, sql in models.items():
        (folder / "models" / f"{name}.sql").write_text(textwrap.dedent(sql))
    shop = Shop(
        folder=folder,
        warehouse=folder / "warehouse" / "somebody.duckdb",
        models=folder / "models_onnx",
        project=folder,
    )
    installed = shop.run("dbt", "deps", "--quiet")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return shop


def seed_orders() -> str:
    """SQL of the example orders without the planted data errors."""
    return f"""
        select order_id, customer_id, try_cast(ordered_at as timestamp) as ordered_at, order_status,
            order_amount, loaded_at
        from read_csv('{ROOT}/seeds/example_orders.csv', types = {{'ordered_at': 'varchar'}})
        where try_cast(ordered_at as timestamp) is not null and customer_id is not null
        qualify row_number() over (partition by order_id order by loaded_at) = 1
    """


ORDERS_OF_FEW = """
    select
        'O' || number as order_id,
        'C' || (number % 40) as customer_id,
        timestamp '2024-01-01' + to_days(cast(number % 400 as integer)) as ordered_at,
        10.0 as order_amount
    from range(1200) as numbers (number)
"""
