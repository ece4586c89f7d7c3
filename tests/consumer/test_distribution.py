"""The wheel that `make dist` builds works alone: in a clean environment, without the clone."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from conftest import COMMANDS, ORDERS_OF_FEW, ROOT, Shop, foreign_shop

pytestmark = pytest.mark.whole_shop

ALONE = {"PYTHONPATH": ""}  # a clone on the path would stand in for the installed package


def run(*words: str | Path) -> None:
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, env=os.environ | ALONE
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and with the dependencies of this one."""
    folder = tmp_path_factory.mktemp("installed")
    run(COMMANDS / "uv", "build", "--quiet", "--no-build-isolation", "--offline",
        "--python", sys.executable, "--out-dir", folder / "dist", ROOT)  # fmt: skip
    run(sys.executable, "-m", "venv", folder / "venv")
    [wheel] = (folder / "dist").glob("*.whl")
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel)
    [packages] = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "venv" / "bin"


@pytest.fixture(scope="module")
def shop(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop of orders that has not named the package yet."""
    made = foreign_shop(
        tmp_path_factory.mktemp("wheel") / "shop",
        models={"my_orders": ORDERS_OF_FEW},
        variables={"input_orders": "my_orders"},
    )
    (made.folder / "packages.yml").unlink()
    (made.folder / "package-lock.yml").unlink(missing_ok=True)
    (made.folder / "dbt_packages" / "retention").unlink()
    (made.folder / "dbt_packages").rmdir()
    return replace(made, commands=installed, environment=ALONE)


def test_init_names_the_dbt_package_of_the_installation(shop: Shop, installed: Path) -> None:
    done = shop.run("retention", "init", "--project", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    [package] = yaml.safe_load((shop.folder / "packages.yml").read_text())["packages"]
    folder = (shop.folder / package["local"]).resolve()
    assert installed.parent.resolve() in folder.parents
    assert "retention build" in done.stdout


def test_init_twice_changes_nothing(shop: Shop) -> None:
    before = (shop.folder / "packages.yml").read_bytes()
    done = shop.run("retention", "init", "--project", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (shop.folder / "packages.yml").read_bytes() == before


def test_the_installed_package_builds(shop: Shop) -> None:
    done = shop.run("retention", "build", "--project", ".", "--select", "+int_retention__purchases")
    assert done.returncode == 0, done.stdout + done.stderr
    assert shop.query("select count(*) > 100 from int_retention__purchases") == [(True,)]
