"""One customer of today, scored now: the row from the warehouse, probability and reasons from ONNX."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import numpy as np
from rich.console import Console

from dbt_retention.errors import RetentionError
from dbt_retention.registry.explain import group_contributions
from dbt_retention.registry.scoring import LoadedModel, Scorer
from dbt_retention.registry.store import Registry
from dbt_retention.warehouse import Target, open_to_read

REASONS_SHOWN = 3
AVERAGE = "average."
_PLACE = re.compile(r"\{((?:average\.)?\w+)(?::(\d))?(?: ([^{}|]+)\|([^{}|]+))?\}")


@dataclass(frozen=True)
class CustomerScore:
    """What the champion says of one customer. reasons: those that raise the risk, the largest first."""

    customer_id: str
    as_of_date: date
    churn_probability: float
    reasons: list[str]
    model: LoadedModel


def score_customer(target: Target, customer_id: str) -> CustomerScore:
    """Score the customer of that id on today's morning, with the features of the last build.

    Raises RetentionError where the warehouse holds no such customer today, or no build yet.
    """
    model = Scorer(Registry(target.models_path)).model("churn")
    connection = open_to_read(target)
    try:
        found = connection.execute(
            "select * from ml_scoring_set where split = 'score' and cast(customer_id as varchar) = ?",
            [customer_id],
        )
        names = [column[0].lower() for column in found.description or []]
        rows = found.fetchall()
        said = connection.execute(
            "select features, words, holds_if from ml_reason_groups order by reason_number, sentence_number"
        ).fetchall()
        means = connection.sql("select * from ml_average_customer")
        [values] = means.fetchall()
        average = {AVERAGE + name.lower(): value for name, value in zip(means.columns, values, strict=True)}
    except duckdb.CatalogException as error:
        raise RetentionError(
            f"{target.path} holds no scoring set yet: {str(error).splitlines()[0]} "
            "Build it first: retention build --project <folder>"
        ) from error
    finally:
        connection.close()
    if not rows:
        raise RetentionError(
            f"customer '{customer_id}' is not scored today: no such id, or no purchase within lookback_days. "
            "Who is scored: select customer_id from ml_scoring_set where split = 'score'"
        )
    row = dict(zip(names, rows[0], strict=True))
    features = {name: row.get(name) for name in model.card.features if name in row}
    matrix = model.row(features)
    sentences: dict[str, list[tuple[str, str]]] = {}
    for group, words, holds_if in said:
        sentences.setdefault(group, []).append((words, holds_if))
    *reasons, other = sentences  # the last is what the score itself says: the reason other, of no features
    contributions = group_contributions(model, matrix, [json.loads(group) for group in reasons])[0]
    probability = float(model.probabilities(matrix)[0])
    numbers = row | average | {"churn_percent": 100 * probability}
    raising = [
        reasons[at]
        for at in np.argsort(-contributions, kind="stable")
        if at < len(reasons) and contributions[at] > 0
    ]
    held = [words for group in raising if (words := first_that_holds(sentences[group], numbers))]
    return CustomerScore(
        customer_id=customer_id,
        as_of_date=row["as_of_date"],
        churn_probability=probability,
        reasons=held[:REASONS_SHOWN] or [first_that_holds(sentences[other], numbers) or ""],
        model=model,
    )


def print_customer(score: CustomerScore, *, console: Console) -> None:
    """Print the probability, what the thresholds say, and the reasons."""
    card = score.model.card
    lines = [
        f"Customer {score.customer_id} on the morning of {score.as_of_date}: "
        f"churn probability {score.churn_probability:.1%}",
        *(f"  {reason}" for reason in score.reasons if reason),
    ]
    for name, decision in card.decisions.items():
        side = "at or above" if score.churn_probability >= decision.threshold else "below"
        lines.append(f"{side} the threshold of {name.replace('_', ' ')} ({decision.threshold:.1%})")
    lines.append(f"model {card.version}")
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def first_that_holds(sentences: Sequence[tuple[str, str]], row: Mapping[str, Any]) -> str | None:
    """Of (words, condition), the first whose condition holds for the row, in words; None where none does.

    As the macro `reason_words` says it in SQL. DuckDB judges a condition, over the numbers as printed.
    """
    for words, holds_if in sentences:
        condition = _PLACE.sub(lambda place: _printed(place, row) or "null", holds_if)
        [(holds,)] = duckdb.execute(f"select {condition}").fetchall()
        if holds and (said := in_words(words, row)):
            return said
    return None


def in_words(template: str, row: Mapping[str, Any]) -> str | None:
    """A template such as 'No order for {days_since_last_order day|days}' with the row's numbers, as the macro
    `sentence` says it in SQL: {column:1} shows one decimal place, {average.column} what the average customer
    has. None where a number is null."""
    if any(row.get(place[0]) is None for place in _PLACE.findall(template)):
        return None

    def number(place: re.Match[str]) -> str:
        printed = _printed(place, row)
        noun = place[3] if printed == "1" else place[4]
        return f"{printed} {noun}" if noun else f"{printed}"

    return _PLACE.sub(number, template)


def _printed(place: re.Match[str], row: Mapping[str, Any]) -> str | None:
    value = row.get(place[1])
    if value is None:
        return None
    places = Decimal(1).scaleb(-int(place[2] or 0))
    return str(Decimal(str(value)).quantize(places, rounding=ROUND_HALF_UP))
