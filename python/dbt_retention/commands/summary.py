"""`retention summary`: the main results of a build, read from the marts."""

from __future__ import annotations

from typing import Any

import duckdb
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from dbt_retention.bi.texts import texts_in
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target, open_to_read

CUSTOMERS = 10
QUESTIONS = (
    (
        "Which customers to contact today, how and why?",
        "select customer_id, action, channel, churn_reason, value_at_risk from mart_campaign_audience "
        "where arm = 'treatment' order by value_at_risk desc, customer_id limit 20",
    ),
    (
        "Which segment has the highest value at risk?",
        "select segment_name, customers_count, churn_probability_avg, value_at_risk "
        "from mart_segment_profiles order by value_at_risk desc",
    ),
    (
        "How good is the churn model on the test date?",
        "select metric, metric_value, lower_95, upper_95 from mart_model_performance",
    ),
)
# Values of the column evidence, and how the summary prints them.
EVIDENCE = {"prior": "assumed", "measured": "measured", "both": "partly measured"}
UNKNOWN = "–"


def print_summary(target: Target, *, console: Console) -> None:
    """Print the summary of the marts in `target`. Raises RetentionError where they were not built yet."""
    connection = open_to_read(target)
    try:
        parts = [
            _headline(connection),
            _tiers(connection),
            *_most_at_risk(connection),
            *_actions(connection),
            _next_queries(target),
        ]
    except duckdb.CatalogException as error:
        raise RetentionError(
            f"{target.path} has no marts yet: {str(error).splitlines()[0]}. "
            "Build them first: retention build --project <folder>"
        ) from error
    finally:
        connection.close()
    for part in parts:
        console.print()
        console.print(part, soft_wrap=isinstance(part, Text))


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
        texts = " ".join(f"{reason[0].upper()}{reason[1:]}." for (reason,) in reasons)
        return Text(f"No customer is scored. {texts or 'Why: select * from mart_data_readiness'}")
    text = Text.assemble((f"{customers:,} customers are scored for {day} (as_of_date)", "bold"), ". ")
    text.append(_definition(connection))
    if not warned:
        text.append("No customer is warned.\n")
    elif at_risk is None:
        text.append(
            f"{warned:,} are warned (risk tier above low). The value at risk is unknown, because no order "
            "has an amount (mart_data_readiness).\n"
        )
    else:
        text.append(
            f"{warned:,} are warned (risk tier above low). Their value at risk is {at_risk:,.0f}, in the "
            "currency of the orders: churn probability x expected spend in 12 months.\n"
        )
    for value, lower, upper, test_date, judged in _rows(
        connection,
        "select metric_value, lower_95, upper_95, as_of_date, customers_count "
        "from mart_model_performance where metric = 'auc'",
    ):
        text.append(
            f"Test AUC {_number(value, '.3f')} (0.5 = chance, 1 = perfect; 95 % interval "
            f"{_number(lower, '.3f')} to {_number(upper, '.3f')}) on {judged:,} customers on {test_date}, "
            "a decision date that was not used for training."
        )
    return text


def _definition(connection: duckdb.DuckDBPyConnection) -> str:
    """What churn means in this shop, as a sentence."""
    [(definition, days)] = _rows(
        connection,
        "select any_value(churn_definition), any_value(churn_horizon_days) from mart_early_warning_history "
        "where as_of_date = (select max(as_of_date) from mart_early_warning)",
    )
    if definition == "fixed_horizon":
        return f"Churn means no order within {days} days. "
    return f"Churn means: {texts_in('en').value('churn_definition', definition)}, within {days} days. "


def _tiers(connection: duckdb.DuckDBPyConnection) -> RenderableType:
    table = Table(title="Risk tiers", title_justify="left", title_style="bold")
    for column in ("tier", "customers", "mean churn probability", "value at risk"):
        table.add_column(column, justify="left" if column == "tier" else "right")
    for tier, customers, probability, value in _rows(
        connection,
        "select risk_tier, count(*), avg(churn_probability), sum(value_at_risk) "
        "from mart_early_warning group by risk_tier order by avg(churn_probability) desc",
    ):
        shown = "not warned" if tier == "low" else _number(value, ",.0f")
        table.add_row(tier, f"{customers:,}", f"{probability:.0%}", shown)
    return table


def _most_at_risk(connection: duckdb.DuckDBPyConnection) -> list[RenderableType]:
    rows = _rows(
        connection,
        "select customer_id, churn_probability, value_at_risk, reason_1, reason_2, reason_3 "
        "from mart_early_warning where risk_tier <> 'low' "
        f"order by value_at_risk desc nulls last, churn_probability desc, customer_id limit {CUSTOMERS}",
    )
    is_value_known = any(row[2] is not None for row in rows)
    order = "highest value at risk" if is_value_known else "highest churn probability"
    table = Table(
        title=f"The {len(rows)} warned customers with the {order}",
        title_justify="left",
        title_style="bold",
        show_lines=True,
    )
    table.add_column("customer")
    for column in ("churn probability", "value at risk"):
        table.add_column(column, justify="right")
    table.add_column("reasons", overflow="fold")
    for customer, probability, value, *reasons in rows:
        table.add_row(
            str(customer), f"{probability:.0%}", _number(value, ",.0f"), "\n".join(filter(None, reasons))
        )
    return (
        [table, Text("The strongest reason comes first. Average: over all scored customers.")] if rows else []
    )


def _actions(connection: duckdb.DuckDBPyConnection) -> list[RenderableType]:
    table = Table(title="Actions for today", title_justify="left", title_style="bold")
    table.add_column("action", no_wrap=True)
    for column in ("contacts", "controls", "expected profit", "evidence", "power", "needed"):
        table.add_column(column, justify="left" if column == "evidence" else "right")
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
    for action, contacts, controls, _, profit, evidence, power, needed in campaigns:
        table.add_row(
            action,
            f"{contacts:,}",
            f"{controls:,}",
            _number(profit, ",.0f"),
            EVIDENCE.get(evidence, evidence),
            _number(power, ".0%"),
            _number(needed, ",.0f"),
        )
    contacts, controls, cost = (sum(row[at] or 0 for row in campaigns) for at in (1, 2, 3))
    [(customers, held_out)] = _rows(
        connection, "select count(*), count(*) filter (where is_holdout) from mart_early_warning"
    )
    text = Text(
        f"{contacts:,} of {customers:,} customers are to be contacted, at an expected cost of {cost:,.0f}. "
        f"{controls:,} are controls of these actions, and {held_out:,} are in the holdout, without any "
        "contact. Expected profit is that of the contacted customers."
    )
    if not campaigns:
        [(valued,)] = _rows(connection, "select count(expected_value_12m) from mart_early_warning")
        if customers and not valued:
            text.append(
                "\nNo action is chosen, because the value of keeping a customer is unknown. Map the column "
                "order_amount of the input orders. See docs/inputs.md"
            )
        return [text]
    if any(row[5] != "measured" for row in campaigns):
        text.append(
            "\nExpected profit is assumed, not measured: it is based on the priors in "
            "int_retention__action_priors until a campaign with controls has been measured "
            "(mart_campaign_effects)."
        )
    text.append(
        "\nPower: probability that today's campaign alone detects the expected effect. Needed: customers, "
        "controls included, that it takes to detect it with the planned power (mart_experiment_plan)."
    )
    for profit, bound, gap in _rows(
        connection,
        "select expected_profit, expected_profit_bound, gap_share from int_retention__choice_bound",
    ):
        if profit is not None and bound is not None:
            text.append(
                f"\nThe chosen customers, controls included, have an expected profit of {profit:,.0f}. "
                f"No choice within budget and capacity exceeds {bound:,.0f} (gap {max(gap or 0, 0):.2%})."
            )
    return [table, text]


def _number(value: float | None, pattern: str) -> str:
    return UNKNOWN if value is None else format(value, pattern)


def _next_queries(target: Target) -> RenderableType:
    text = Text.assemble(
        ("Tables. ", "bold"),
        f"{target.path}, schema {target.schema}. Any DuckDB client from 1.4 on reads them without this "
        "package. Start with mart_early_warning.\n",
        ("Three queries to start with\n", "bold"),
    )
    for question, query in QUESTIONS:
        text.append(f"\n  {question}\n")
        text.append(f"    {query};\n", style="cyan")
    return text


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.sql(query).fetchall()
