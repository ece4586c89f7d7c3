"""What a person wants to read after a build: who is about to leave, why, what they are worth, what to do."""

from __future__ import annotations

from typing import Any

import duckdb
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target, open_to_read

CUSTOMERS = 10
QUESTIONS = (
    (
        "Whom should we call today?",
        "select customer_id, churn_probability, value_at_risk, reason_1 from mart_early_warning "
        "where risk_tier in ('critical', 'high') order by value_at_risk desc limit 20",
    ),
    (
        "Which segment has most to lose?",
        "select segment_name, customers_count, churn_probability_avg, value_at_risk "
        "from mart_segment_profiles order by value_at_risk desc",
    ),
    (
        "How far can the warnings be trusted?",
        "select metric, metric_value, lower_95, upper_95 from mart_model_performance",
    ),
)


def print_summary(target: Target, *, console: Console) -> None:
    """Print the state of the marts that `target` holds."""
    connection = open_to_read(target)
    try:
        parts = [
            _headline(connection),
            _tiers(connection),
            _most_at_stake(connection),
            *_what_to_do(connection),
            _where_next(target),
        ]
    except duckdb.CatalogException as error:
        raise RetentionError(
            f"{target.path} has no marts yet: {str(error).splitlines()[0]} "
            "Build them first: retention build --project <folder>"
        ) from error
    finally:
        connection.close()
    for part in parts:
        console.print()
        console.print(part, highlight=False, soft_wrap=isinstance(part, Text))


def _headline(connection: duckdb.DuckDBPyConnection) -> RenderableType:
    [(customers, day, at_risk)] = _rows(
        connection, "select count(*), max(as_of_date), sum(value_at_risk) from mart_early_warning"
    )
    text = Text.assemble(
        (f"{customers:,} customers scored for the morning of {day}", "bold"),
        f"; {at_risk:,.0f} of 12 months' spend is at risk.\n",
    )
    for value, lower, upper, test_date, judged in _rows(
        connection,
        "select metric_value, lower_95, upper_95, as_of_date, customers_count "
        "from mart_model_performance where metric = 'auc'",
    ):
        text.append(
            f"Test AUC {value:.3f} (95 % interval {lower:.3f} to {upper:.3f}) on {judged:,} customers "
            f"of {test_date}, whom the model had not seen."
        )
    return text


def _tiers(connection: duckdb.DuckDBPyConnection) -> RenderableType:
    table = Table(title="Risk tiers", title_justify="left", title_style="bold")
    for column in ("tier", "customers", "mean probability", "value at risk"):
        table.add_column(column, justify="left" if column == "tier" else "right")
    for tier, customers, probability, value in _rows(
        connection,
        "select risk_tier, count(*), avg(churn_probability), sum(value_at_risk) "
        "from mart_early_warning group by risk_tier order by avg(churn_probability) desc",
    ):
        table.add_row(tier, f"{customers:,}", f"{probability:.0%}", f"{value:,.0f}")
    return table


def _most_at_stake(connection: duckdb.DuckDBPyConnection) -> RenderableType:
    table = Table(
        title=f"The {CUSTOMERS} customers with most value at risk",
        title_justify="left",
        title_style="bold",
        show_lines=True,
    )
    table.add_column("customer")
    for column in ("risk", "value at risk"):
        table.add_column(column, justify="right")
    table.add_column("why", overflow="fold")
    for customer, probability, value, *reasons in _rows(
        connection,
        "select customer_id, churn_probability, value_at_risk, reason_1, reason_2, reason_3 "
        f"from mart_early_warning order by value_at_risk desc, customer_id limit {CUSTOMERS}",
    ):
        why = "\n".join(reason for reason in reasons if reason) or "below the lowest warned tier"
        table.add_row(str(customer), f"{probability:.0%}", f"{value:,.0f}", why)
    return table


def _what_to_do(connection: duckdb.DuckDBPyConnection) -> list[RenderableType]:
    table = Table(title="What to do today", title_justify="left", title_style="bold")
    for column in ("action", "audience", "controls", "cost", "expected profit", "evidence"):
        table.add_column(column, justify="left" if column in ("action", "evidence") else "right")
    for action, audience, controls, cost, profit, evidence in _rows(
        connection,
        "select action, count(*), count(*) filter (where arm = 'control'), sum(expected_cost_amount), "
        "sum(expected_profit), case when min(evidence) = max(evidence) then min(evidence) else 'both' end "
        "from mart_campaign_audience group by action order by sum(expected_profit) desc, action",
    ):
        table.add_row(action, f"{audience:,}", f"{controls:,}", f"{cost:,.0f}", f"{profit:,.0f}", evidence)
    [(chosen, profit, bound, gap)] = _rows(
        connection,
        "select chosen_count, expected_profit, expected_profit_bound, gap_share "
        "from int_retention__choice_bound",
    )
    [(customers, held_out)] = _rows(
        connection, "select count(*), count(*) filter (where is_holdout) from mart_early_warning"
    )
    text = Text(
        f"{chosen:,} of {customers:,} customers get an action; {held_out:,} are held out of everything. "
        f"Contacting all chosen would earn {profit:,.0f}: no choice within budget and capacity earns more "
        f"than {bound:,.0f} (gap {max(gap, 0):.2%})."
    )
    return [table, text] if chosen else [text]


def _where_next(target: Target) -> RenderableType:
    text = Text.assemble(
        ("Where it is. ", "bold"),
        f"{target.path}, schema {target.schema}: plain tables, any DuckDB client reads them. Start with "
        "mart_early_warning.\n",
        ("Three questions to try\n", "bold"),
    )
    for question, query in QUESTIONS:
        text.append(f"\n  {question}\n")
        text.append(f"    {query};\n", style="cyan")
    return text


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.sql(query).fetchall()
