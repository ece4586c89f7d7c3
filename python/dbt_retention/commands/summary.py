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
        "Who is to be contacted today, how and why?",
        "select customer_id, action, channel, churn_reason, value_at_risk from mart_campaign_audience "
        "where arm = 'treatment' order by value_at_risk desc, customer_id limit 20",
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
# What an expected profit rests on, in the words of the mart and of this page.
EVIDENCE = {"prior": "assumed", "measured": "measured"}
UNKNOWN = "–"


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
    [(customers, day, warned, at_risk)] = _rows(
        connection,
        "select count(*), max(as_of_date), count(*) filter (where risk_tier <> 'low'), "
        "sum(value_at_risk) filter (where risk_tier <> 'low') from mart_early_warning",
    )
    if not customers:
        reasons = _rows(
            connection,
            "select what_it_costs from mart_data_readiness "
            "where subject_type = 'model' and status = 'missing'",
        )
        said = " ".join(f"{reason[0].upper()}{reason[1:]}." for (reason,) in reasons)
        return Text(f"No customer is scored. {said or 'Why: select * from mart_data_readiness'}")
    text = Text.assemble((f"{customers:,} customers scored for the morning of {day}", "bold"), "; ")
    if not warned:
        text.append("nobody is warned.\n")
    elif at_risk is None:
        text.append(
            f"{warned:,} are warned. What is at risk is not known: no order has an amount "
            "(mart_data_readiness).\n"
        )
    else:
        text.append(
            f"{warned:,} are warned, with {at_risk:,.0f} at risk: churn probability x spend expected in "
            "12 months.\n"
        )
    for value, lower, upper, test_date, judged in _rows(
        connection,
        "select metric_value, lower_95, upper_95, as_of_date, customers_count "
        "from mart_model_performance where metric = 'auc'",
    ):
        text.append(
            f"Test AUC {_number(value, '.3f')} (95 % interval {_number(lower, '.3f')} to "
            f"{_number(upper, '.3f')}) on the {judged:,} customers of {test_date}, a decision date that "
            "training did not use."
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
        shown = "not warned" if tier == "low" else _number(value, ",.0f")
        table.add_row(tier, f"{customers:,}", f"{probability:.0%}", shown)
    return table


def _most_at_stake(connection: duckdb.DuckDBPyConnection) -> RenderableType:
    rows = _rows(
        connection,
        "select customer_id, churn_probability, value_at_risk, reason_1, reason_2, reason_3 "
        "from mart_early_warning where risk_tier <> 'low' "
        f"order by value_at_risk desc nulls last, churn_probability desc, customer_id limit {CUSTOMERS}",
    )
    is_value_known = any(row[2] is not None for row in rows)
    most = "with most value at risk" if is_value_known else "most likely to leave"
    table = Table(
        title=f"The {len(rows)} warned customers {most}",
        title_justify="left",
        title_style="bold",
        show_lines=True,
    )
    table.add_column("customer")
    for column in ("churn probability", "value at risk"):
        table.add_column(column, justify="right")
    table.add_column("why", overflow="fold")
    for customer, probability, value, *reasons in rows:
        why = "\n".join(reason for reason in reasons if reason)
        table.add_row(str(customer), f"{probability:.0%}", _number(value, ",.0f"), why)
    return table


def _what_to_do(connection: duckdb.DuckDBPyConnection) -> list[RenderableType]:
    table = Table(title="What to do today", title_justify="left", title_style="bold")
    columns = ("action", "to contact", "controls", "cost", "expected profit", "evidence", "power", "needed")
    for column in columns:
        table.add_column(column, justify="left" if column in ("action", "evidence") else "right")
    campaigns = _rows(
        connection,
        "select action, count(*) filter (where arm = 'treatment'), count(*) filter (where arm = 'control'), "
        "sum(expected_cost_amount) filter (where arm = 'treatment'), "
        "sum(expected_profit) filter (where arm = 'treatment'), "
        "case when min(evidence) = max(evidence) then min(evidence) else 'both' end, "
        "any_value(plan.power_probability), any_value(plan.customers_needed_count) "
        "from mart_campaign_audience left join mart_experiment_plan as plan using (action) "
        "group by action order by sum(expected_profit) desc nulls last, action",
    )
    for action, contacts, controls, cost, profit, evidence, power, needed in campaigns:
        table.add_row(
            action,
            f"{contacts:,}",
            f"{controls:,}",
            _number(cost, ",.0f"),
            _number(profit, ",.0f"),
            EVIDENCE.get(evidence, evidence),
            _number(power, ".0%"),
            _number(needed, ",.0f"),
        )
    contacted, left_alone = (sum(row[at] for row in campaigns) for at in (1, 2))
    [(customers, held_out)] = _rows(
        connection, "select count(*), count(*) filter (where is_holdout) from mart_early_warning"
    )
    text = Text(
        f"{contacted:,} of {customers:,} customers are to be contacted, {left_alone:,} are left alone as "
        f"controls, {held_out:,} are held out of everything. Cost and profit are those of the contacted."
    )
    if not campaigns:
        [(valued,)] = _rows(connection, "select count(expected_value_12m) from mart_early_warning")
        if customers and not valued:
            text.append(
                "\nNo action is chosen: what keeping a customer is worth is not known. Map order_amount."
            )
        return [text]
    if any(row[5] != "measured" for row in campaigns):
        text.append(
            "\nExpected profit is assumed, not measured: it rests on the priors in "
            "int_retention__action_priors until a campaign with controls has been measured "
            "(mart_campaign_effects)."
        )
    text.append(
        "\nPower: how likely today's campaign finds the expected effect; needed: how many customers, "
        "controls included, it takes to find it (mart_experiment_plan)."
    )
    for profit, bound, gap in _rows(
        connection,
        "select expected_profit, expected_profit_bound, gap_share from int_retention__choice_bound",
    ):
        if profit is not None and bound is not None:
            text.append(
                f"\nWith their controls, the chosen have an expected profit of {profit:,.0f}; no choice "
                f"within budget and capacity has more than {bound:,.0f} (gap {max(gap or 0, 0):.2%})."
            )
    return [table, text]


def _number(value: float | None, pattern: str) -> str:
    return UNKNOWN if value is None else format(value, pattern)


def _where_next(target: Target) -> RenderableType:
    text = Text.assemble(
        ("Where it is. ", "bold"),
        f"{target.path}, schema {target.schema}: plain tables, which DuckDB {duckdb.__version__} reads "
        "without this package. Start with mart_early_warning.\n",
        ("Three questions to try\n", "bold"),
    )
    for question, query in QUESTIONS:
        text.append(f"\n  {question}\n")
        text.append(f"    {query};\n", style="cyan")
    return text


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.sql(query).fetchall()
