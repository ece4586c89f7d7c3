"""Folders of Parquet and CSV files, audiences, and builds that did not finish."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT
from dbt_retention.commands.build import _marked
from dbt_retention.commands.publish import Destination, publish
from dbt_retention.commands.publish.finished import building_marker, invocation_of_last_build
from dbt_retention.commands.publish.marts import PLATFORMS
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target
from json_page import documented
from rich.console import Console
from test_publish import KILLED, MARTS, QUIET, published, warehouse_of_build

FILES = {"parquet": "read_parquet('{}')", "csv": "read_csv('{}')"}


def builds_in_folder(folder: Path, kind: str) -> set[int]:
    return {
        build
        for mart in MARTS
        for (build,) in duckdb.sql(
            f"select distinct build from {FILES[kind].format(folder / f'{mart}.{kind}')}"
        ).fetchall()
    }


@pytest.mark.parametrize("kind", FILES)
def test_a_folder_has_a_file_per_mart(tmp_path: Path, kind: str) -> None:
    target = warehouse_of_build(tmp_path, 1)
    place = published(target, kind, tmp_path / "out" / "marts")
    assert sorted(path.name for path in place.iterdir()) == [
        f"{name}.{kind}" for name in sorted([*MARTS, "published_at"])
    ]
    rows = duckdb.sql(f"from {FILES[kind].format(place / f'mart_early_warning.{kind}')}").fetchall()
    with duckdb.connect(str(target.path), read_only=True) as connection:
        assert rows == connection.sql("from mart_early_warning").fetchall()


@pytest.mark.parametrize("kind", FILES)
def test_a_reader_in_the_old_folder_can_finish(tmp_path: Path, kind: str) -> None:
    place = published(warehouse_of_build(tmp_path, 1), kind, tmp_path / "out" / "marts")
    entered = place.resolve()
    published(warehouse_of_build(tmp_path, 2), kind, place)
    assert builds_in_folder(entered, kind) == {1}
    assert builds_in_folder(place, kind) == {2}
    published(warehouse_of_build(tmp_path, 3), kind, place)
    assert not entered.exists(), "two publications later it is gone"


@pytest.mark.parametrize(("at", "build"), [(1, 1), (5, 1), (6, 2)], ids=["a file", "the folder", "the link"])
def test_a_killed_publisher_leaves_one_build(tmp_path: Path, at: int, build: int) -> None:
    """It is killed while it waits for the disk. After four files and the folder, the link is replaced."""
    place = published(warehouse_of_build(tmp_path, 1), "parquet", tmp_path / "out" / "marts")
    target = warehouse_of_build(tmp_path, 2)
    script = KILLED.format(
        module="aside", function="sync", at=at, warehouse=str(target.path), kind="parquet", place=str(place)
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert builds_in_folder(place, "parquet") == {build}
    published(warehouse_of_build(tmp_path, 3), "parquet", place)
    assert builds_in_folder(place, "parquet") == {3}
    assert len(list((place.parent / ".marts.versions").iterdir())) == 2


def test_a_folder_that_is_not_ours_is_not_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    with pytest.raises(RetentionError, match="is not a link that retention publish made"):
        published(warehouse_of_build(tmp_path, 1), "csv", mine)
    assert (mine / "letter.txt").read_text() == "dear"


def test_audiences_have_the_columns_of_each_platform(tmp_path: Path) -> None:
    target = warehouse_of_build(tmp_path, 1)
    with duckdb.connect(str(target.path)) as connection:
        connection.execute(
            """
            create table mart_ad_audiences as from (values
                ('win_back', 'B', 'ge2', 'gp2', 'me2', 'mp2', 'te2', 'tp2'),
                ('win_back', 'A', 'ge1', null, 'me1', null, 'te1', null),
                ('suppress', 'C', null, 'gp3', null, 'mp3', null, null)
            ) as t (audience, customer_id, google_email, google_phone, meta_em, meta_ph,
                tiktok_email_sha256, tiktok_phone_sha256)
            """
        )
    place = published(target, "audiences", tmp_path / "out" / "audiences")
    files = {path.name: path.read_text().splitlines() for path in place.iterdir()}
    assert files == {
        "google_win_back.csv": ["Email,Phone", "ge1,", "ge2,gp2"],
        "meta_win_back.csv": ["email,phone", "me1,", "me2,mp2"],
        "tiktok_win_back.csv": ["Email_SHA256,Phone_SHA256", "te1,", "te2,tp2"],
        "google_suppress.csv": ["Email,Phone", ",gp3"],
        "meta_suppress.csv": ["email,phone", ",mp3"],
        "tiktok_suppress.csv": ["Email_SHA256,Phone_SHA256"],
    }
    for path in (place.resolve(), *place.iterdir()):
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), "only the owner may read them"


def test_columns_of_platforms_are_those_of_the_page() -> None:
    page = (ROOT / "docs/advertising.md").read_text()
    for columns in PLATFORMS.values():
        for name, source in columns.items():
            assert f"`{source}`" in page
            assert f"`{name}`" in page


def test_audiences_need_their_mart(tmp_path: Path) -> None:
    with pytest.raises(
        RetentionError, match=r"mart_ad_audiences is not in the warehouse.* --only advertising"
    ):
        published(warehouse_of_build(tmp_path, 1), "audiences", tmp_path / "audiences")


def test_several_destinations_are_written_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = warehouse_of_build(tmp_path, 1)
    places = [
        Destination("duckdb", tmp_path / "marts.duckdb"),
        Destination("parquet", tmp_path / "parquet"),
        Destination("csv", tmp_path / "csv"),
    ]
    publish(target, places, console=Console(), invocation_id="one", as_json=True)
    printed = json.loads(capsys.readouterr().out)
    assert all(each.keys() == documented()["publish"] for each in printed)
    assert [(each["kind"], each["tables"], each["rows"], each["as_of_date"]) for each in printed] == [
        (kind, 3, 33, "2024-07-01") for kind in ("duckdb", "parquet", "csv")
    ]
    with pytest.raises(RetentionError, match="no destination is given; expected one or more of --duckdb"):
        publish(target, [], console=QUIET)


def results_of(which: str, **statuses: str) -> dict[str, object]:
    results = [{"unique_id": name.replace("__", "."), "status": status} for name, status in statuses.items()]
    return {"metadata": {"invocation_id": "one"}, "args": {"which": which}, "results": results}


def project_with(folder: Path, results: dict[str, object] | None) -> tuple[Project, Target]:
    (folder / "dbt_project.yml").write_text("name: shop\n")
    (folder / "target").mkdir()
    if results is not None:
        (folder / "target" / "run_results.json").write_text(json.dumps(results))
    return Project(folder, folder), Target("shop", "dev", folder / "shop.duckdb", "main", folder / "models")


@pytest.mark.parametrize(
    ("results", "invocation"),
    [
        (None, None),
        (results_of("build", model__retention__mart_early_warning="success"), "one"),
        (results_of("build", model__shop__report="error"), "one"),
        (results_of("build", model__retention__mart_drift="warn"), "one"),
        (results_of("test", test__retention__claims="fail"), None),
    ],
)
def test_a_finished_build_is_published_with_its_id(
    tmp_path: Path, results: dict[str, object] | None, invocation: str | None
) -> None:
    assert invocation_of_last_build(*project_with(tmp_path, results)) == invocation


@pytest.mark.parametrize("status", ["error", "fail"])
def test_a_failed_build_is_not_published(tmp_path: Path, status: str) -> None:
    results = results_of("build", model__retention__mart_early_warning=status)
    with pytest.raises(RetentionError, match=r"failed at model mart_early_warning.* Run: retention build"):
        invocation_of_last_build(*project_with(tmp_path, results))


def test_an_interrupted_build_is_not_published(tmp_path: Path) -> None:
    """`retention build` leaves its marker when it is killed; a later dbt build that succeeds outweighs it."""
    project, target = project_with(tmp_path, results_of("build", model__retention__mart_drift="success"))
    marker = building_marker(target)
    marker.touch()
    with pytest.raises(RetentionError, match=r"did not finish.* Run: retention build"):
        invocation_of_last_build(project, target)
    (tmp_path / "target" / "run_results.json").touch()
    assert invocation_of_last_build(project, target) == "one"


def test_a_build_marks_the_warehouse_until_it_succeeds(tmp_path: Path) -> None:
    """The marker stays after a failure, as after a kill; a warehouse in memory has none."""
    project, target = project_with(tmp_path, None)
    (tmp_path / "dbt_project.yml").write_text("{name: shop, profile: shop}")
    profile = "shop: {{target: dev, outputs: {{dev: {{type: duckdb, path: '{}'}}}}}}"
    (tmp_path / "profiles.yml").write_text(profile.format("shop.duckdb"))
    with _marked(project, target=None):
        assert building_marker(target).exists()
    assert not building_marker(target).exists()
    with pytest.raises(RetentionError, match="a model failed"), _marked(project, target=None):
        raise RetentionError("a model failed")
    assert building_marker(target).exists()
    before = set(tmp_path.iterdir())
    (tmp_path / "profiles.yml").write_text(profile.format(":memory:"))
    with _marked(project, target=None):
        assert set(tmp_path.iterdir()) == before
