"""Check the sentences of mart_early_warning against the numbers that they print.

Independent of the conditions in the YAML of the families: a sentence that says "usually one every
25 days" after 2 days without an order is not a reason, whatever the condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from conftest import Shop

N = r"(-?\d+(?:\.\d+)?)"
Numbers = tuple[float, ...]


def _fewer_than_average_and_before(numbers: Numbers) -> bool:
    count, average, before = numbers
    return count < average and count < before


def _less(numbers: Numbers) -> bool:
    return numbers[0] < numbers[1]


def _more(numbers: Numbers) -> bool:
    return numbers[0] > numbers[1]


# The form of each sentence, and the condition on its numbers that makes it a reason.
KINDS: dict[str, Callable[[Numbers], bool]] = {
    rf"No order for {N} days?; usually one every {N} days?": lambda n: n[0] > n[1] > 0,
    rf"No order for {N} days?; the only two orders came {N} days? apart": lambda n: n[0] > n[1] > 0,
    rf"No order for {N} days?; half of the orders came within {N} days? of the one before": (
        lambda n: n[0] > n[1] > 0
    ),
    rf"No order for {N} days? since the only one \(average: {N}\)": _more,
    rf"Orders in the last 28 days: {N} \(average: {N}\); in the 28 days before: {N}": (
        _fewer_than_average_and_before
    ),
    rf"Orders in the last 28 days: {N}; in the 28 days before: {N}": _less,
    rf"Orders in the last (?:28|364) days: {N} \(average: {N}\)": _less,
    rf"Orders in the last 84 days: {N} \(average: {N}\); in a year: {N}": (
        lambda n: n[0] < n[1] and n[0] <= n[2]
    ),
    rf"Spent {N} in the last 28 days \(average: {N}\) and {N} in the last 84 \(average: {N}\)": (
        lambda n: n[0] < n[1] and n[2] < n[3] and n[0] <= n[2]
    ),
    rf"Spent {N} in the last (?:28|84) days \(average: {N}\)": _less,
    rf"First order {N} days? ago \(average: {N}\)": _less,
    rf"Customer for {N} days? \(average: {N}\)": _less,
    rf"Categories bought from in the last 84 days: {N} \(average: {N}\); in the 84 days before: {N}": (
        _fewer_than_average_and_before
    ),
    rf"Categories bought from in the last 84 days: {N}; in the 84 days before: {N}": _less,
    rf"Categories bought from in the last 84 days: {N} \(average: {N}\)": _less,
    rf"Items usually bought with what the customer buys, and not bought: {N} \(average: {N}\)": _more,
    rf"Visits to the shop in the last 28 days: {N} \(average: {N}\); in the 28 days before: {N}": (
        _fewer_than_average_and_before
    ),
    rf"Visits to the shop in the last 28 days: {N}; in the 28 days before: {N}": _less,
    rf"Visits to the shop in the last 28 days: {N} \(average: {N}\)": _less,
    rf"Service tickets in the last 364 days: {N}, of them complaints: {N}; still open: {N}": (
        lambda n: n[0] >= n[1] > 0 and n[2] > 0
    ),
    rf"Service tickets in the last 364 days: {N}, of them complaints: {N}": lambda n: n[0] >= n[1] > 0,
    rf"Service tickets still open: {N}": lambda n: n[0] > 0,
    rf"Share of (?:pieces sent back|orders cancelled) in the last 364 days: {N} \(average: {N}\)": _more,
    rf"Reviews in the last 364 days: {N}, of them with a low rating: {N}": lambda n: n[0] >= n[1] > 0,
    rf"Rating of the last review: {N} \(average: {N}\)": _less,
    rf"Churn probability {N} % \(average: {N} %\); last order {N} days? ago": _more,
    rf"Churn probability {N} %; last order {N} days? ago": lambda n: n[0] >= 0,
}
WRONG_NOUN = re.compile(r"(?<![\d.])(?:1 days|(?!1 day\b)[\d.]+ day)\b")
SAID = """
    select customer_id, days_since_last_order, unnest([reason_1, reason_2, reason_3]) as sentence
    from mart_early_warning where risk_tier <> 'low'
"""


def refuted(sentences: Iterable[str]) -> Iterator[str]:
    """Sentences of an unknown form, refuted by their own numbers, or with a wrong plural."""
    for sentence in sentences:
        found = ((re.fullmatch(pattern, sentence), supports) for pattern, supports in KINDS.items())
        judged = [supports(tuple(map(float, match.groups()))) for match, supports in found if match]
        if not any(judged) or WRONG_NOUN.search(sentence):
            yield sentence


def assert_sentences_hold(shop: Shop) -> None:
    """Every warned customer of the shop has a reason, and no sentence in the mart is refuted."""
    said = [row for row in shop.query(SAID) if row[2]]
    assert said
    assert list(refuted(sentence for _, _, sentence in said)) == []
    silent = re.compile(rf"No order for {N} days?;.*|Churn probability .*; last order {N} days? ago")
    for customer, days, sentence in said:
        if found := silent.fullmatch(sentence):
            assert days == float(found[1] or found[2]), (customer, sentence)
    [(without,)] = shop.query(
        "select count(*) from mart_early_warning where risk_tier <> 'low' and reason_1 is null"
    )
    assert without == 0
