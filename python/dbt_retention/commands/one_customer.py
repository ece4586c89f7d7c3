"""`retention score`: one customer, with features from the warehouse and the champion's ONNX file."""

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

from dbt_retention.commands.printed_json import print_json
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
    """Score of one customer by the champion.

    churn_probability: 0 to 1. reasons: sentences of the reasons that raise it, the largest first.
    """

    customer_id: str
    as_of_date: date
    churn_probability: float
    reasons: list[str]
    model: LoadedModel


def score_customer(target: Target, customer_id: str) -> CustomerScore:
    """Score the customer on the latest as_of_date, with the features of the last build.

    Raises RetentionError where the customer is not in the scoring set, or there was no build yet.
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
        sentences_rows = connection.execute(
            "select features, words, holds_if from ml_reason_groups order by reason_number, sentence_number"
        ).fetchall()
        means = connection.sql("select * from ml_average_customer")
        [values] = means.fetchall()
        average = {AVERAGE + name.lower(): value for name, value in zip(means.columns, values, strict=True)}
    except duckdb.CatalogException as error:
        raise RetentionError(
            f"{target.path} has no scoring set yet: {str(error).splitlines()[0]}. "
            "Build it first: retention build --project <folder>"
        ) from error
    finally:
        connection.close()
    if not rows:
        raise RetentionError(
            f"customer '{customer_id}' is not scored: the id is unknown, or there is no purchase within "
            "lookback_days. Scored customers: select customer_id from ml_scoring_set where split = 'score'"
        )
    row = dict(zip(names, rows[0], strict=True))
    features = {name: row.get(name) for name in model.card.features if name in row}
    matrix = model.row(features)
    sentences: dict[str, list[tuple[str, str]]] = {}
    for group, words, holds_if in sentences_rows:
        sentences.setdefault(group, []).append((words, holds_if))
    *reasons, other = sentences  # the last group has no features; its sentence states the score itself
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


def print_customer(score: CustomerScore, *, console: Console, as_json: bool = False) -> None:
    """Print the probability, the reasons, and on which side of the thresholds the customer is."""
    card = score.model.card
    if as_json:
        found = {
            "customer_id": score.customer_id,
            "as_of_date": str(score.as_of_date),
            "churn_probability": score.churn_probability,
            "reasons": [reason for reason in score.reasons if reason],
            "thresholds": {name: decision.threshold for name, decision in card.decisions.items()},
            "model_version": card.version,
        }
        print_json(found, console=console)
        return
    lines = [
        f"Customer {score.customer_id} on {score.as_of_date}: "
        f"churn probability {score.churn_probability:.1%}",
        *(f"  {reason}" for reason in score.reasons if reason),
    ]
    for name, decision in card.decisions.items():
        side = "at or above" if score.churn_probability >= decision.threshold else "below"
        lines.append(f"{side} the threshold {name} ({decision.threshold:.1%})")
    lines.append(f"model version {card.version}")
    for line in lines:
        console.print(line)


def first_that_holds(sentences: Sequence[tuple[str, str]], row: Mapping[str, Any]) -> str | None:
    """The first sentence whose condition holds for the row; None where none holds.

    sentences: (template, condition) pairs. The macro of the reasons does the same in SQL. DuckDB evaluates
    the condition on the printed numbers.
    """
    for words, holds_if in sentences:
        condition = _PLACE.sub(lambda place: _printed(place, row) or "null", holds_if)
        [(holds,)] = duckdb.execute(f"select {condition}").fetchall()
        if holds and (sentence := filled(words, row)):
            return sentence
    return None


def filled(template: str, row: Mapping[str, Any]) -> str | None:
    """A template such as 'No order for {days_since_last_order day|days}' with the row's numbers.

    {column:1} prints one decimal place, {average.column} the value of the average customer. The macro
    `sentence` does the same in SQL. None where a number is null.
    """
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
