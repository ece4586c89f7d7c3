"""Wrong input ends with one clear line, a non-zero exit code, and no partial output."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from conftest import ORDERS_OF_FEW, ROOT, Shop, foreign_shop


def refusal(shop: Shop) -> str:
    """The line that `retention build` ends with; it must be the only one on standard error.

    Unit tests are excluded: they do not read a shop's input.
    """
    hurried = replace(shop, environment=shop.environment | {"DBT_EXCLUDE_RESOURCE_TYPES": "unit_test"})
    done = hurried.run("retention", "build", "--project", ".")
    assert done.returncode == 1, done.stdout
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stdout
    return lines[0]


def built_untrained(shop: Shop, *words: str) -> str:
    """The warning of `retention build` that no churn model was trained; the build succeeds."""
    hurried = replace(shop, environment=shop.environment | {"DBT_EXCLUDE_RESOURCE_TYPES": "unit_test"})
    done = hurried.run("retention", "build", "--project", ".", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    [warning] = [line for line in done.stdout.splitlines() if "no churn model was trained" in line]
    assert warning.startswith("Warning: ")
    return warning


def shop_with_orders(folder: Path, orders: str, **variables: object) -> Shop:
    return foreign_shop(
        folder, models={"my_orders": orders}, variables={"input_orders": "my_orders", **variables}
    )


@pytest.fixture(scope="module")
def few_customers(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Another shop with 40 customers and orders only: too few to train on. Not built yet."""
    return shop_with_orders(tmp_path_factory.mktemp("few") / "shop", ORDERS_OF_FEW)


@pytest.fixture(scope="module")
def untrained(few_customers: Shop) -> tuple[Shop, str]:
    """The same shop, built without a churn model, with the warning that explains why."""
    return few_customers, built_untrained(few_customers)


def test_unknown_model_in_input_orders(tmp_path: Path) -> None:
    shop = shop_with_orders(tmp_path / "shop", ORDERS_OF_FEW)
    project = shop.folder / "dbt_project.yml"
    project.write_text(project.read_text().replace("my_orders", "my_orderz"))
    message = refusal(shop)
    assert "input_orders is 'my_orderz'" in message
    assert "docs/inputs.md" in message
    plain = shop.dbt("build")
    assert plain.returncode != 0
    assert "my_orderz" in plain.stdout


def test_an_adapter_that_is_not_supported_is_refused_by_name(tmp_path: Path) -> None:
    shop = shop_with_orders(tmp_path / "shop", ORDERS_OF_FEW)
    # Every command calls check_engine(); of an adapter without a macro of its own it reaches the default.
    done = shop.dbt("run-operation", "retention.default__check_engine", "--args", "{adapter_type: snowflake}")
    assert done.returncode != 0
    assert "the adapter is 'snowflake'; supported are duckdb and spark" in done.stdout
    assert "docs/spark.md" in done.stdout


def test_an_ephemeral_model_in_input_orders(tmp_path: Path) -> None:
    shop = shop_with_orders(tmp_path / "shop", "{{ config(materialized='ephemeral') }}" + ORDERS_OF_FEW)
    message = refusal(shop)
    assert "input_orders names the model 'my_orders', which is ephemeral" in message
    assert "Make it a view or a table" in message


@pytest.mark.parametrize("value", ["shop.", "a.b.c", ".orders"])
def test_malformed_input_orders(tmp_path: Path, value: str) -> None:
    shop = shop_with_orders(tmp_path / "shop", ORDERS_OF_FEW)
    project = shop.folder / "dbt_project.yml"
    project.write_text(project.read_text().replace("my_orders", value))
    assert f"input_orders is '{value}'; expected a model name or 'source.table'" in refusal(shop)


def test_input_orders_not_set(tmp_path: Path) -> None:
    shop = foreign_shop(tmp_path / "shop", models={"my_orders": ORDERS_OF_FEW}, variables={})
    assert "input_orders is not set; expected a model name or 'source.table'" in refusal(shop)


def test_missing_required_column(tmp_path: Path) -> None:
    orders = ORDERS_OF_FEW.replace("as customer_id", "as client")
    message = refusal(shop_with_orders(tmp_path / "shop", orders))
    assert "input_orders (my_orders) has no column customer_id; it has order_id, client" in message
    assert "Required are order_id, customer_id, ordered_at" in message


def test_text_in_ordered_at(tmp_path: Path) -> None:
    orders = ORDERS_OF_FEW.replace(
        "timestamp '2024-01-01' + to_days(cast(number % 400 as integer))",
        "case when number < 30 then 'last week' else '2024-05-05 10:00:00' end",
    )
    shop = shop_with_orders(tmp_path / "shop", orders)
    message = refusal(shop)
    assert "30 of 1200 rows rejected, more than max_rejected_share = 0.01" in message
    assert "ordered_at is not a timestamp, e.g. 'last week'" in message
    assert shop.query("select count(*) from stg_retention__rejected_rows") == [(30,)]
    assert "mart_early_warning" not in shop.tables()


def test_the_example_in_an_error_is_from_the_named_column(tmp_path: Path) -> None:
    orders = ORDERS_OF_FEW.replace(
        "'C' || (number % 40)", "case when number >= 30 then 'C' || (number % 40) end"
    ).replace("10.0 as", "case when number < 30 then -97.35 end as")
    shop = shop_with_orders(tmp_path / "shop", orders)
    message = shop.dbt("run", "--select", "my_orders", "+stg_retention__rejected_rows").stdout
    assert "Most often (30): customer_id is missing (row 'O9')" in message
    assert "97.35" not in message


def test_nan_and_infinity_are_rejected(tmp_path: Path) -> None:
    amount = "case number when 1 then 'NaN' when 2 then '-Infinity' when 3 then 'much' else '10' end"
    orders = ORDERS_OF_FEW.replace("10.0 as order_amount", f"{amount} as order_amount")
    shop = shop_with_orders(tmp_path / "shop", orders)
    shop.build("--select", "+int_retention__purchases")
    assert shop.query("select count(*) from int_retention__purchases") == [(1197,)]
    assert shop.query(
        "select rejection_rule, rejected_value from stg_retention__rejected_rows order by row_key"
    ) == [("order_amount is not a number", value) for value in ("NaN", "-Infinity", "much")]


NUMBERS = {
    "orders": (["order_id"], ["order_amount", "discount_amount"]),
    "order_lines": (["order_id", "product_id"], ["quantity", "net_amount", "discount_amount"]),
    "customers": (["customer_id"], ["birth_year"]),
    "products": (["product_id"], ["unit_cost", "stock_on_hand"]),
    "sessions": (
        ["session_id"],
        ["duration_seconds", "page_views", "product_views", "cart_adds", "searches"],
    ),
    "reviews": (["review_id"], ["rating"]),
    "service_tickets": (["ticket_id"], ["satisfaction"]),
    "campaigns": (["campaign_id"], ["contact_cost", "offer_value"]),
    "returns": (["return_id"], ["returned_quantity", "returned_amount"]),
}
HAPPENED = {
    "orders": "ordered_at",
    "sessions": "started_at",
    "reviews": "reviewed_at",
    "service_tickets": "opened_at",
    "returns": "returned_at",
}


@pytest.mark.whole_shop
def test_data_errors_in_single_rows_stop_no_build_and_move_no_date(built_shop: Shop, tmp_path: Path) -> None:
    """The example shop with the largest accepted numbers, larger ones, and mistyped years."""
    models = {}
    for name, (keys, numbers) in NUMBERS.items():
        errors = [dict.fromkeys(numbers, number) for number in ("1000000000000", "1000000000001")]
        if name == "campaigns":
            errors[0]["ended_at"] = "9999-12-31 23:59:59"  # no end date is valid
        if name in HAPPENED:
            errors += [{HAPPENED[name]: f"{day} 10:00:00"} for day in ("2204-06-01", "1970-01-01")]
        rows = f"read_csv('{ROOT}/seeds/example_{name}.csv', all_varchar = true)"
        models[f"my_{name}"] = f"select * from {rows}"
        for at, error in enumerate(errors):
            values = error | dict.fromkeys(keys, f"error{at}")
            given = ", ".join(f"'{value}' as {column}" for column, value in values.items())
            models[f"my_{name}"] += (
                f" union all (select * replace ({given}) from {rows} order by all limit 1)"
            )
    shop = foreign_shop(
        tmp_path / "shop",
        models=models,
        variables={f"input_{name}": f"my_{name}" for name in NUMBERS} | {"max_rejected_share": 0.2},
    )
    shop.build()
    today = "select as_of_date, first_purchase_date from int_retention__today"
    assert shop.query(today) == built_shop.query(today)
    assert set(shop.query("select customer_id from mart_early_warning")) == set(
        built_shop.query("select customer_id from mart_early_warning")
    )
    rejected = shop.query(
        "select input_name, rejection_rule from stg_retention__rejected_rows where row_key like 'error%'"
    )
    expected = [(name, f"{numbers[0]} exceeds 1e12") for name, (_, numbers) in NUMBERS.items()]
    for name, column in HAPPENED.items():
        expected.append((name, f"{column} is in the future"))
        expected.append((name, f"{column} is before earliest_event_date (1990-01-01)"))
    assert sorted(rejected) == sorted(expected)


def test_empty_orders(tmp_path: Path) -> None:
    message = refusal(shop_with_orders(tmp_path / "shop", ORDERS_OF_FEW + " where number < 0"))
    assert "input_orders (my_orders) is empty; at least one order is needed" in message


def test_too_few_customers_to_train_on(untrained: tuple[Shop, str]) -> None:
    shop, message = untrained
    assert "too little data to train on: 40 customers (at least 500)" in message
    assert not (shop.models / "churn").exists()
    assert shop.query("select count(*) from mart_early_warning") == [(0,)]
    plain = shop.dbt("build", "--select", "ml_churn_model")
    assert plain.returncode == 0
    assert "too little data to train on" in plain.stdout


def test_retention_train_with_too_little_data_is_an_error(untrained: tuple[Shop, str]) -> None:
    done = untrained[0].run("retention", "train", "--project", ".")
    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert "no churn model was trained: too little data to train on: 40 customers (at least 500)" in line
    assert "Traceback" not in done.stdout


def test_retention_evaluate_with_too_little_data_is_an_error(
    untrained: tuple[Shop, str], tmp_path: Path
) -> None:
    shop, _ = untrained
    words = ("--as-of", "2024-11-01", "--out", str(tmp_path / "scores.parquet"))
    done = shop.run("retention", "evaluate", "--project", ".", *words)
    assert done.returncode == 1
    assert "cannot evaluate, because no model was trained: too little data" in done.stderr
    assert not (tmp_path / "scores.parquet").exists()


def test_readiness_gives_the_same_figures_as_the_warning(untrained: tuple[Shop, str]) -> None:
    shop, message = untrained
    readiness = {
        subject: (status, value, cost)
        for subject, status, value, cost in shop.query(
            "select subject, status, cast(measured_value as integer), what_it_costs from mart_data_readiness "
            "where subject_type = 'training'"
        )
    }
    assert readiness["buyers"] == (
        "thin",
        40,
        "no model is trained: 40 customers with a purchase, at least 500 needed",
    )
    assert readiness["history_days"][0] == "present"
    churned, stayed = (readiness[name][1] for name in ("churned_in_training", "stayed_in_training"))
    assert f"{churned} churned and {stayed} stayed (at least 200 of each)" in message
    assert shop.query(
        "select what_it_costs is not null, what_to_do from mart_data_readiness where subject = 'sessions'"
    ) == [(True, "map it, and set the var input_sessions to the model; see docs/inputs.md")]


@pytest.mark.parametrize("orders", [1, 30], ids=["one order", "a month"])
def test_a_very_short_history_is_explained_in_readiness(tmp_path: Path, orders: int) -> None:
    shop = shop_with_orders(tmp_path / "shop", ORDERS_OF_FEW + f" where number < {orders}")
    selected = () if orders == 1 else ("--select", "+mart_data_readiness")
    assert "cannot train: no test date has a closed label window" in built_untrained(shop, *selected)
    readiness = dict(shop.query("select subject, status from mart_data_readiness"))
    assert readiness["orders"] == "present"
    assert readiness["buyers"] == readiness["history_days"] == "thin"
    assert readiness["test_answers"] == readiness["validation_dates"] == "missing"


def test_a_loaded_at_that_is_a_backfill_date_is_named(tmp_path: Path) -> None:
    orders = ORDERS_OF_FEW.replace("as order_amount", "as order_amount, timestamp '2026-01-01' as loaded_at")
    shop = shop_with_orders(tmp_path / "shop", orders)
    said = built_untrained(shop, "--select", "+mart_data_readiness")
    assert "or leave loaded_at empty where it is the day of a backfill" in said
    [(status, costs, to_do)] = shop.query(
        "select status, what_it_costs, what_to_do from mart_data_readiness where subject = 'orders'"
    )
    assert status == "thin"
    assert costs.startswith("most rows were loaded weeks late")
    assert to_do.startswith("leave loaded_at empty if it holds the date of a backfill")


# What the table of vars cannot say alone, and names; test_vars.py tries each var.
FIRST = "stg_retention__checked_orders"  # reads input_orders, so that it checks all vars
WRONG_VARS: list[tuple[str, object, str, str]] = [
    ("experiment_alpha", 0, FIRST, "experiment_alpha is '0'; expected a number above 0 and below 1"),
    ("advanced", {"reasons_orderings": 0}, FIRST, "reasons_orderings is '0'; expected a whole number from 1"),
    ("lookback_day", 90, FIRST, "there is no var lookback_day; the nearest is lookback_days"),
    ("reasons_orderings", 5, FIRST, "it belongs in advanced: {reasons_orderings: ...}"),
    ("advanced", {"lookback_days": 90}, FIRST, "lookback_days is in advanced; it belongs beside it"),
    ("advanced", {"orderings": 5}, FIRST, "the nearest is reasons_orderings (in advanced)"),
    ("itemset_strategy", "eclat", FIRST, "there is no var itemset_strategy any more"),
    (
        "default_country_calling_code",
        44,
        FIRST,
        "no var default_country_calling_code any more; write default_region",
    ),
    ("my_own_var", 5, FIRST, ""),
    ("retention", {"retention_budget": 5000}, FIRST, "Write them flat: --vars '{retention_budget: 5000}'"),
    ("auto_horizon_max_days", 7, FIRST, "not below auto_horizon_min_days (now 14)"),
    ("low_rating", 4, FIRST, "more than low_rating (now 4)"),
    (
        "risk_tier_thresholds",
        {"a": 0.6, "b": 0.6},
        "ml_risk_tiers",
        "expected a different probability for each tier",
    ),
    ("risk_tier_thresholds", {"low": 0.1}, "ml_risk_tiers", "'low', which is the name for customers below"),
    ("risk_tier_capacity", {"red": 5}, "ml_risk_tiers", "risk_tier_capacity has a tier 'red'"),
    (
        "max_rejected_share",
        {"default": 0.01, "order_line": 0.2},
        "stg_retention__rejected_rows",
        "max_rejected_share names order_line; expected default, orders",
    ),
    ("retention_features", ["season"], "ml_features", "retention_features lacks recency_frequency_monetary"),
]


def test_wrong_vars_are_named_with_the_allowed_values(few_customers: Shop) -> None:
    cases = json.dumps([[name, value, model] for name, value, model, _ in WRONG_VARS])
    script = str(Path(__file__).parent / "vars_tried.py")
    target = str(few_customers.folder / "tried")
    done = few_customers.run("python", script, cases, "--project-dir", ".", "--target-path", target)
    assert done.returncode == 0, done.stderr
    said = json.loads(next(line for line in done.stderr.splitlines() if line.startswith('["')))
    for (name, value, _, expected), printed in zip(WRONG_VARS, said, strict=True):
        assert expected in printed, (name, value, printed)


def test_a_misspelt_var_of_the_project_is_named_and_a_shop_s_own_is_not(tmp_path: Path) -> None:
    shop = shop_with_orders(tmp_path / "shop", ORDERS_OF_FEW, lookback_day=90)
    misspelt = shop.dbt("parse")
    assert misspelt.returncode != 0
    assert "there is no var lookback_day; the nearest is lookback_days" in misspelt.stdout
    project = shop.folder / "dbt_project.yml"
    settings = yaml.safe_load(project.read_text())
    settings["vars"] = {"retention": {"input_orders": "my_orders"}, "somebody": {"lookback_day": 90}}
    project.write_text(yaml.safe_dump(settings))
    own = shop.dbt("parse", lookback_day=30)
    assert own.returncode == 0, own.stdout


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("order", "'order' of feat_odd is a reserved word of SQL"),
        ("net value", "'net value' of feat_odd is no plain name of a column"),
    ],
)
def test_a_feature_with_a_reserved_name_is_refused(
    untrained: tuple[Shop, str], column: str, words: str
) -> None:
    shop, _ = untrained
    model = shop.folder / "models" / "feat_odd.sql"
    model.write_text(
        f'select customer_id, as_of_date, cast(1 as double) as "{column}" '
        "from {{ ref('int_retention__spine') }}"
    )
    try:
        families = ["recency_frequency_monetary", "odd"]
        done = shop.dbt(
            "build", "--select", "feat_odd", "ml_feature_coverage", "--exclude-resource-type", "test",
            "--exclude-resource-type", "unit_test", retention_features=families,
        )  # fmt: skip
    finally:
        model.unlink()
    assert done.returncode != 0
    assert words in done.stdout, done.stdout


def test_wrong_training_vars_are_named_with_the_allowed_values(untrained: tuple[Shop, str]) -> None:
    done = untrained[0].dbt("build", "--select", "ml_churn_model", churn_candidates=["oracle"])
    assert done.returncode != 0
    assert "churn_candidates is '['oracle']'; expected a list, each item logistic_regression" in done.stdout


def test_never_train_without_a_model(untrained: tuple[Shop, str]) -> None:
    done = untrained[0].dbt("build", "--select", "ml_churn_model", training_policy="never")
    assert done.returncode == 0
    assert "training_policy is 'never'" in done.stdout
    assert "retention train" in done.stdout


def test_onnx_file_missing_or_altered(copied_shop: Shop) -> None:
    scores = copied_shop.tables(like="mart_%")
    version = json.loads((copied_shop.models / "churn" / "champion.json").read_text())["version"]
    onnx = copied_shop.models / "churn" / version / "model.onnx"
    content = onnx.read_bytes()

    onnx.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    for select in ("ml_churn_model", "ml_churn_scores"):
        done = copied_shop.dbt("build", "--select", select)
        assert done.returncode != 0
        assert "model.onnx was altered" in done.stdout, done.stdout
        assert "retention train" in done.stdout

    onnx.unlink()
    for select in ("ml_churn_model", "ml_churn_scores"):
        done = copied_shop.dbt("build", "--select", select)
        assert done.returncode != 0
        assert "model.onnx is missing" in done.stdout, done.stdout
    assert copied_shop.tables(like="mart_%") == scores, "the marts of the last good build stay"

    onnx.write_bytes(content)
    copied_shop.build("--select", "ml_churn_model", "ml_churn_scores")


def test_a_folder_without_a_project(tmp_path: Path, shop_of_seeds: Shop) -> None:
    done = shop_of_seeds.run("retention", "build", "--project", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "is not a dbt project" in done.stderr
    assert "Traceback" not in done.stderr


def test_summary_before_the_first_build(shop_of_seeds: Shop) -> None:
    (shop_of_seeds.folder / "dbt_project.yml").write_text("name: x\nprofile: retention\nversion: '1'\n")
    done = shop_of_seeds.run("retention", "summary", "--project", ".")
    assert done.returncode == 1
    assert "does not exist yet. Build it first: retention build" in done.stderr


def test_a_selection_without_nodes(tmp_path: Path) -> None:
    shop = shop_with_orders(tmp_path / "shop", ORDERS_OF_FEW)
    done = shop.run("retention", "build", "--project", ".", "--select", "mart_early_warnings")
    assert done.returncode == 1
    assert "--select is 'mart_early_warnings', which matches nothing in this project" in done.stderr
