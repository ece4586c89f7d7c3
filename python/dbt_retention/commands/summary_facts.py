"""`retention summary --json`: the facts of the summary, for programs."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import duckdb
from rich.console import Console

from dbt_retention.commands.printed_json import print_json
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target, open_to_read

# One row, or a list of rows, per key. Names of columns are those of the marts.
FACTS = {
    "customers": (
        "select count(*) as scored_count, count(*) filter (where risk_tier <> 'low') as warned_count, "
        "count(*) filter (where is_holdout) as holdout_count, max(as_of_date) as as_of_date, "
        "round(sum(value_at_risk) filter (where risk_tier <> 'low'), 2) as value_at_risk "
        "from mart_early_warning"
    ),
    "risk_tiers": (
        "select risk_tier, count(*) as customers_count, avg(churn_probability) as churn_probability_avg, "
        "round(sum(value_at_risk), 2) as value_at_risk "
        "from mart_early_warning group by risk_tier order by avg(churn_probability) desc"
    ),
    "most_at_risk": (
        "select customer_id, risk_tier, churn_probability, value_at_risk, reason_1, reason_2, reason_3, "
        "recommended_action from mart_early_warning where risk_tier <> 'low' "
        "order by value_at_risk desc nulls last, churn_probability desc, customer_id limit 10"
    ),
    "actions": (
        "select action, count(*) filter (where arm = 'treatment') as contacts_count, "
        "count(*) filter (where arm = 'control') as controls_count, "
        "round(sum(expected_cost_amount) filter (where arm = 'treatment'), 2) as expected_cost_amount, "
        "round(sum(expected_profit) filter (where arm = 'treatment'), 2) as expected_profit "
        "from mart_campaign_audience group by action order by action"
    ),
    "test_metrics": (
        "select metric, metric_value, lower_95, upper_95, as_of_date "
        "from mart_model_performance order by metric"
    ),
    "missing_data": (
        "select subject_type, subject, status, what_it_costs, what_to_do from mart_data_readiness "
        "where status <> 'present' order by all"
    ),
}


def summary_facts(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """FACTS by name; `customers` is one row, the others are lists. Dates are ISO texts."""
    found: dict[str, Any] = {}
    for name, query in FACTS.items():
        relation = connection.sql(query)
        found[name] = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    [found["customers"]] = found["customers"]
    return found


def print_facts(target: Target, *, console: Console) -> None:
    """Print the facts of the marts in `target` as JSON. Raises RetentionError where they were not built."""
    with closing(open_to_read(target)) as connection:
        try:
            found = summary_facts(connection)
        except duckdb.CatalogException as error:
            raise RetentionError(
                f"{target.path} has no marts yet: {str(error).splitlines()[0]}. "
                "Build them first: retention build --project <folder>"
            ) from error
    print_json(found, console=console)
