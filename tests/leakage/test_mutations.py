"""Broken copies of the package: each breaks the rule of time in one way, and each is detected.

The twins of probes.py (features, eligibility, labels), the unit tests of the family, or the
rules of the rooms detect it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest
import yaml
from conftest import COMMANDS, ROOT
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from probes import VARIABLES, faults, write_probes

pytestmark = pytest.mark.whole_shop

ANSWERS = ("ml_features", "int_retention__labels")


@dataclass(frozen=True)
class Mutant:
    """Replacements of text in files of the package; what must detect them, and what it must report."""

    name: str
    caught_by: Literal["twins", "unit tests", "rules of the rooms"]
    edits: tuple[tuple[str, str, str], ...]
    words: str


PLACED = "models/intermediate/int_retention__placed_orders.sql"
PURCHASES = "models/intermediate/int_retention__purchases.sql"
HISTORY = "models/history/int_retention__order_history.sql"
ITEMS = "models/history/int_retention__item_history.sql"
COMMON = "models/history/int_retention__common_items.sql"
AFFINITIES = "models/history/int_retention__item_affinities.sql"
ITEM_BITS = "models/history/int_retention__item_bits.sql"
SPINE = "models/calendar/int_retention__spine.sql"
LABELS = "macros/churn_labels.sql"
KNOWN = "macros/known_at.sql"
RFM = "models/features/feat_recency_frequency_monetary.sql"
DECLINE = "models/features/feat_frequency_decline.sql"
HISTORY_RULE = "and {{ known_at('purchases', 'spine.as_of_date') }}"
SPINE_RULE = "and {{ known_at('purchases', 'snapshots.as_of_date') }}"

MUTANTS = (
    Mutant(
        "the_day_itself_counts",
        "twins",
        (
            (KNOWN, ".purchase_date < ", ".purchase_date <= "),
            ("macros/first_date_after.sql", "as date)', 1)", "as date)', 0)"),
        ),
        "order_on_the_day is seen",
    ),
    Mutant(
        "loaded_at_is_ignored_in_the_rule",
        "twins",
        ((KNOWN, ".known_from_date <= {{ as_of_date }}", ".purchase_date < {{ as_of_date }}"),),
        "order_loaded_late is seen",
    ),
    Mutant(
        "loaded_at_is_ignored_in_purchases",
        "twins",
        ((PLACED, "_seen_from('ordered_at', 'loaded_at')", "_seen_from('ordered_at', 'ordered_at')"),),
        "order_loaded_late is seen",
    ),
    Mutant(
        "loaded_during_the_day_counts_that_morning",
        "twins",
        (
            (
                "macros/first_date_from.sql",
                "else {{ retention.first_date_after(timestamp_column) }}",
                "else cast({{ timestamp_column }} as date)",
            ),
        ),
        "order_loaded_late is seen",
    ),
    Mutant(
        "known_a_morning_too_late",
        "twins",
        ((KNOWN, ".known_from_date <= ", ".known_from_date < "),),
        "order_the_day_before is not seen",
    ),
    Mutant(
        "undone_is_ignored",
        "twins",
        ((KNOWN, ".undone_from_date > {{ as_of_date }}", ".undone_from_date > date '1900-01-01'"),),
        "returned_the_day_before is not seen",
    ),
    Mutant(
        "undone_a_morning_too_late",
        "twins",
        ((KNOWN, ".undone_from_date > ", ".undone_from_date >= "),),
        "returned_the_day_before is not seen",
    ),
    Mutant(
        "returns_of_the_future_are_undone_already",
        "twins",
        (
            (
                PURCHASES,
                "where coalesce(line_totals.pieces_count, 1) > 0",
                "where not exists (select 1 from order_returns as whole "
                "where whole.is_whole and whole.order_id = orders.order_id)",
            ),
        ),
        "returned_on_the_day is seen",
    ),
    Mutant(
        "history_without_the_rule",
        "twins",
        ((HISTORY, HISTORY_RULE, ""),),
        "order_next_week is seen",
    ),
    Mutant(
        "history_by_date_alone",
        "twins",
        ((HISTORY, HISTORY_RULE, "and purchases.purchase_date < spine.as_of_date"),),
        "order_loaded_late is seen",
    ),
    Mutant(
        "the_label_window_in_the_history",
        "twins",
        ((HISTORY, HISTORY_RULE, "and purchases.purchase_date < spine.label_window_end_date"),),
        "order_next_week is seen",
    ),
    Mutant(
        "a_family_joined_to_later_dates",
        "twins",
        ((RFM, "and spine.as_of_date = counted.as_of_date", "and spine.as_of_date <= counted.as_of_date"),),
        "base has not one row",
    ),
    Mutant(
        "a_family_grouped_over_all_dates",
        "twins",
        (
            (
                RFM,
                "as_of_date,\n        cast(min(days_ago)",
                "max(as_of_date) as newest,\n        cast(min(days_ago)",
            ),
            (
                RFM,
                "from history\n    group by customer_id, as_of_date",
                "from history\n    group by customer_id",
            ),
            (RFM, "and spine.as_of_date = counted.as_of_date", ""),
        ),
        "order_next_week is seen",
    ),
    Mutant(
        "events_of_the_day_itself_are_seen",
        "twins",
        (("macros/seen_by.sql", "as date) < ", "as date) <= "),),
        "session_on_the_day is seen",
    ),
    Mutant(
        "loaded_at_is_ignored_for_events",
        "twins",
        (("macros/seen_by.sql", "<= {{ as_of_date }}, true)", "is not null, true)"),),
        "session_loaded_late is seen",
    ),
    Mutant(
        "spine_starts_a_day_late",
        "twins",
        ((SPINE, "purchases.purchase_date >= ", "purchases.purchase_date > "),),
        "bought_180_days_before is not looked at",
    ),
    Mutant(
        "spine_starts_a_day_early",
        "twins",
        ((SPINE, "-setting('lookback_days')", "-setting('lookback_days') - 1"),),
        "bought_181_days_before is looked at",
    ),
    Mutant(
        "spine_with_the_wrong_end",
        "twins",
        ((SPINE, SPINE_RULE, "and purchases.purchase_date < snapshots.label_window_end_date"),),
        "bought_on_the_day_only is looked at",
    ),
    Mutant(
        "spine_by_date_alone",
        "twins",
        ((SPINE, SPINE_RULE, "and purchases.purchase_date < snapshots.as_of_date"),),
        "bought_before_loaded_after is looked at",
    ),
    Mutant(
        "labels_start_a_day_late",
        "twins",
        (
            (
                LABELS,
                "purchases.purchase_date >= spine.as_of_date",
                "purchases.purchase_date > spine.as_of_date",
            ),
        ),
        "order_on_the_day is labelled churned",
    ),
    Mutant(
        "labels_end_a_day_late",
        "twins",
        (
            (
                LABELS,
                "purchases.purchase_date < spine.label_window_end_date",
                "purchases.purchase_date <= spine.label_window_end_date",
            ),
        ),
        "order_after_the_last_day is labelled stayed",
    ),
    Mutant(
        "labels_count_what_was_sent_back",
        "twins",
        ((LABELS, "\n                and {{ retention.is_kept('purchases') }}", ""),),
        "order_sent_back_whole is labelled stayed",
    ),
    Mutant(
        "items_by_date_alone",
        "twins",
        (
            (
                ITEMS,
                "and {{ known_at('purchase_items', 'spine.as_of_date') }}",
                "and purchase_items.purchase_date < spine.as_of_date",
            ),
        ),
        "order_loaded_late is seen",
    ),
    Mutant(
        "pairs_of_later_baskets_are_seen",
        "unit tests",
        (
            (
                AFFINITIES,
                "snapshots.as_of_date >= pair_changes.as_of_date",
                "pair_changes.baskets_change <> 0",
            ),
        ),
        "item_affinities__see_no_later_basket",
    ),
    Mutant(
        "items_of_later_baskets_are_seen",
        "unit tests",
        ((COMMON, "snapshots.as_of_date >= item_changes.as_of_date", "item_changes.baskets_change <> 0"),),
        "common_items__count_what_each_date_knew",
    ),
    Mutant(
        "pairs_of_any_morning_are_the_customer_s",
        "unit tests",
        (
            (
                ITEM_BITS,
                "common_items.as_of_date = partners.as_of_date\n            and common_items.item",
                "common_items.item",
            ),
        ),
        "item_bits__are_partners_and_consequents_of_the_same_date",
    ),
    Mutant(
        "a_window_a_day_short",
        "unit tests",
        ((RFM, "filter (where days_ago <= {{ days }})", "filter (where days_ago < {{ days }})"),),
        "orders_count_28d__reaches_back_28_days_and_no_further",
    ),
    Mutant(
        "decay_counts_from_tomorrow",
        "unit tests",
        ((DECLINE, "'power(0.5, days_ago /", "'power(0.5, (days_ago - 1) /"),),
        "orders_decayed_7d__halves_every_seven_days",
    ),
    Mutant(
        "a_feature_knows_today",
        "rules of the rooms",
        ((RFM, "cast(min(days_ago) as double)", "cast(current_date - max(purchase_date) as double)"),),
        "check_model_code_does_not_contain_regexp_pattern",
    ),
    Mutant(
        "a_family_reads_the_answers",
        "rules of the rooms",
        (
            (
                RFM,
                "from spine\n    left join",
                "from spine\n    left join {{ ref('int_retention__labels') }} as labels\n"
                "        on spine.customer_id = labels.customer_id\n    left join",
            ),
        ),
        "'int_retention__labels'",
    ),
    Mutant(
        "a_family_reads_purchases_past_the_history",
        "rules of the rooms",
        ((RFM, "ref('int_retention__order_history')", "ref('int_retention__purchases')"),),
        "'int_retention__purchases'",
    ),
)


@dataclass(frozen=True)
class Laboratory:
    """A copy of the package, parsed and built once on the twins. Its manifest is edited in memory."""

    package: Path
    manifest: Any
    warehouse: Path
    clean: Path

    def dbt(self, *words: str) -> dict[str, str]:
        """Run a dbt command with the manifest; return the message of every node that did not pass."""
        return results_of(dbt(self.package, *words, manifest=self.manifest))

    def faults(self) -> list[str]:
        """The errors that the twins show in the current warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return faults(lambda sql: connection.sql(sql).fetchall())

    @contextmanager
    def broken(self, mutant: Mutant) -> Iterator[list[str]]:
        """With the built warehouse and the mutant's edits in the manifest: the models they reach."""
        shutil.copy(self.clean, self.warehouse)
        before: list[tuple[Any, str, str]] = []
        macros: set[str] = set()
        models: set[str] = set()
        for where, old, new in mutant.edits:
            kind, text_of, found = ("macros", "macro_sql", macros)
            if where.startswith("models/"):
                kind, text_of, found = ("nodes", "raw_code", models)
            [edited] = [
                (key, one)
                for key, one in getattr(self.manifest, kind).items()
                if one.original_file_path == where and old in getattr(one, text_of)
            ]
            found.add(edited[0])
            before.append((edited[1], text_of, getattr(edited[1], text_of)))
            setattr(edited[1], text_of, getattr(edited[1], text_of).replace(old, new))
        try:
            yield sorted(models | self.models_that_call(macros))
        finally:
            for one, text_of, text in reversed(before):
                setattr(one, text_of, text)

    def models_that_call(self, macros: set[str]) -> set[str]:
        """Models that call one of the macros, also through other macros."""
        reached = set(macros)
        while more := {
            key
            for key, macro in self.manifest.macros.items()
            if key not in reached and reached & set(macro.depends_on.macros)
        }:
            reached |= more
        return {
            key
            for key, node in self.manifest.nodes.items()
            if node.resource_type == "model" and reached & set(node.depends_on.macros)
        }

    def run(self, models: list[str]) -> dict[str, str]:
        """Build these models and all between them and the features and labels."""
        names = [self.manifest.nodes[key].name for key in models]
        return self.dbt(
            "run",
            "--full-refresh",
            "--select",
            *(f"{name}+,+{answer}" for name in names for answer in ANSWERS),
        )


def dbt(package: Path, *words: str, manifest: Any = None) -> Any:
    """The result of a dbt command in this process, with the vars of the twins."""
    variables = yaml.safe_dump(VARIABLES, default_flow_style=True, width=10_000)
    folders = [
        f"--{name}={package / folder}"
        for name, folder in (
            ("project-dir", "."),
            ("profiles-dir", "."),
            ("target-path", "target"),
            ("log-path", "logs"),
        )
    ]
    outcome = dbtRunner(manifest=manifest).invoke(["--quiet", *words, *folders, "--vars", variables])
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    assert outcome.exception is None, outcome.exception
    return outcome.result


def results_of(run: Any) -> dict[str, str]:
    assert run.results
    return {
        one.node.name: str(one.message) for one in run.results if str(one.status) not in ("success", "pass")
    }


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    folder = tmp_path_factory.mktemp("laboratory")
    package = folder / "dbt_project"
    ignored = shutil.ignore_patterns("target", "logs", "dbt_packages")
    shutil.copytree(ROOT / "dbt_project", package, symlinks=True, ignore=ignored)
    write_probes(package)
    shutil.copy(ROOT / "profiles.yml", package)
    patch = pytest.MonkeyPatch()
    patch.setenv("RETENTION_DUCKDB", str(folder / "warehouse.duckdb"))
    patch.setenv("RETENTION_MODELS", str(folder / "models_onnx"))
    made = Laboratory(
        package, dbt(package, "parse"), folder / "warehouse.duckdb", clean=folder / "clean.duckdb"
    )
    kinds = [word for kind in ("test", "unit_test") for word in ("--exclude-resource-type", kind)]
    assert made.dbt("build", "--select", *(f"+{name}" for name in ANSWERS), *kinds) == {}
    shutil.copy(made.warehouse, made.clean)
    yield made
    patch.undo()


def caught_by(who: str) -> list[Mutant]:
    return [mutant for mutant in MUTANTS if mutant.caught_by == who]


def test_there_are_fifteen_mutants_or_more() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 15


def test_the_unchanged_package_passes_the_twins_and_the_unit_tests(laboratory: Laboratory) -> None:
    history = "model.retention.int_retention__order_history"
    assert laboratory.run([history]) == {}
    assert laboratory.faults() == []
    models = sorted({Path(mutant.edits[0][0]).stem for mutant in caught_by("unit tests")})
    assert laboratory.dbt("test", "--select", *(f"{model},test_type:unit" for model in models)) == {}


@pytest.mark.parametrize("mutant", caught_by("twins"), ids=lambda mutant: mutant.name)
def test_the_twins_catch(laboratory: Laboratory, mutant: Mutant) -> None:
    with laboratory.broken(mutant) as models:
        assert laboratory.run(models) == {}
        assert [fault for fault in laboratory.faults() if mutant.words in fault]


@pytest.mark.parametrize("mutant", caught_by("unit tests"), ids=lambda mutant: mutant.name)
def test_a_unit_test_catches(laboratory: Laboratory, mutant: Mutant) -> None:
    with laboratory.broken(mutant) as models:
        names = [laboratory.manifest.nodes[model].name for model in models]
        failed = laboratory.dbt("test", "--select", *(f"{name},test_type:unit" for name in names))
        assert [name for name in failed if mutant.words in name]


def test_the_rules_of_the_rooms_catch_all_of_theirs(laboratory: Laboratory) -> None:
    """The three mutants break different lines of one model: one parse shows them all."""
    for mutant in caught_by("rules of the rooms"):
        for where, old, new in mutant.edits:
            path = laboratory.package / where
            text = path.read_text()
            assert old in text
            path.write_text(text.replace(old, new))
    dbt(laboratory.package, "parse")
    told = rules_of(laboratory.package)
    assert told.returncode != 0
    for mutant in caught_by("rules of the rooms"):
        assert mutant.words in told.stdout + told.stderr


def rules_of(package: Path) -> subprocess.CompletedProcess[str]:
    """dbt-bouncer's findings for the package."""
    rules = (ROOT / "dbt-bouncer.yml").read_text()
    config = package / "dbt-bouncer.yml"
    config.write_text(rules.replace("dbt_artifacts_dir: dbt_project/target", "dbt_artifacts_dir: target"))
    return subprocess.run(
        [str(COMMANDS / "dbt-bouncer"), "run", "--config-file", str(config)],
        cwd=package,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "1000"},
        capture_output=True,
        text=True,
        check=False,
    )
