"""Writes the README.md of a model version from its card."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_retention.registry.card import (
    STABLE,
    Card,
    ChurnTraining,
    ProfitAssumptions,
    SegmentTraining,
    SentimentTraining,
    UpliftAction,
    UpliftCandidate,
    UpliftTraining,
    ValueTraining,
)
from dbt_retention.registry.feature_label import feature_label

IMPORTANT = 15
# What each plot shows, for those who cannot see it.
PLOTS = {
    "roc.png": "ROC curve: true positive rate against false positive rate",
    "precision_recall.png": "Precision against recall, with the share of churners among all customers",
    "calibration.png": "Observed churn rate against predicted probability, by bin",
    "lift.png": "Lift against the share of customers with the highest scores",
    "importance.png": "The most important features, by the rise of log loss where each is shuffled",
}


def readme_of(card: Card, *, plots: Sequence[str] = ()) -> str:
    """The card as Markdown. plots: names of the PNG files beside the README."""
    because = f" because {card.trained_because}" if card.trained_because else ""
    blocks = [
        f"# {card.model} {card.version}",
        f"Trained at {card.trained_at}{because}. Training wrote this file from `card.json`.",
        f"**Intended use.** {card.intended_use}",
        f"**Limits.** {card.limits}",
        *_training_data(card),
    ]
    if card.candidates:
        blocks += ["## Candidates on the validation dates", _candidates(card)]
    if card.calibration:
        text = f"**Calibration.** {card.calibration.method}, on {card.calibration.rows:,} rows."
        blocks.append(f"{text} {card.calibration.note}".strip())
    trained = card.churn or card.value
    if card.test_metrics and trained:
        blocks += [f"## Metrics on the test date {trained.test_date}", _test_metrics(card)]
    if card.decisions and card.profit_assumptions:
        blocks += [
            "### Thresholds on the test date",
            _decisions(card),
            _profit(card, card.profit_assumptions),
        ]
    if card.importance:
        blocks += ["### Importance on the test date", _importance(card)]
    if plots:
        blocks.append("### Plots")
        blocks.append("Bands and bars are 95 % intervals (Wilson), for each cutoff or bin by itself.")
        blocks += [f"![{PLOTS.get(name, name)}]({name})" for name in plots]
    blocks += [
        "## ONNX",
        f"sha256 `{card.onnx_sha256}`, {len(card.features)} features. Largest difference to scikit-learn: "
        f"{card.parity.max_difference:.1e} on {card.parity.rows:,} rows, {card.parity.rows_with_nulls:,} of "
        f"them with nulls (allowed: {card.parity.tolerance:.0e}).",
        "## Features",
        "\n".join(f"- `{name}`" for name in card.features),
    ]
    if card.left_out_features:
        names = ", ".join(f"`{name}`" for name in card.left_out_features)
        blocks.append(f"Not used, because empty or almost constant in the training rows: {names}.")
    libraries = [[name, version] for name, version in sorted(card.libraries.items())]
    blocks += ["## Libraries", _table(["library", "version"], libraries)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _training_data(card: Card) -> list[str]:
    blocks = []
    if card.churn:
        blocks.append(_churn(card.churn))
    if card.value:
        blocks.append(_value(card.value))
    if card.segments:
        blocks += [_segments(card.segments), _counts(card.segments)]
    if card.sentiment:
        blocks.append(_sentiment(card.sentiment))
    if card.uplift:
        blocks += [_uplift(card.uplift), _uplift_candidates(card.uplift)]
    return blocks


def _churn(churn: ChurnTraining) -> str:
    settings = [f"{name} {value:g}" for name, value in churn.churn_definition_settings.items()]
    definition = ", ".join([churn.churn_definition, *settings, f"horizon {churn.churn_horizon_days} days"])
    dates = churn.training_dates
    return (
        f"**Training data.** {churn.rows:,} rows of {churn.customers:,} customers on {len(dates)} dates, "
        f"{dates[0]} to {dates[-1]}; {churn.churned_share:.1%} churned. Churn definition: {definition}. "
        f"Customers with a purchase in the last {churn.lookback_days} days."
        + (f"\n\n**Season.** {churn.season_note}" if churn.season_note else "")
    )


def _value(value: ValueTraining) -> str:
    dates = value.training_dates
    return (
        f"**Training data.** {value.rows:,} rows of customers on {len(dates)} dates, {dates[0]} to "
        f"{dates[-1]}; mean spend {value.spend_avg:.2f} within {value.churn_horizon_days} days. Customers "
        f"with a purchase in the last {value.lookback_days} days."
    )


def _segments(segments: SegmentTraining) -> str:
    return (
        f"**Training data.** {segments.rows:,} customers on {segments.as_of_date}; "
        f"{segments.segment_count} segments by {segments.algorithm}."
    )


def _counts(segments: SegmentTraining) -> str:
    """The numbers of segments that were tried, as a table; empty where the number was configured."""
    if not segments.counts_tried:
        return ""
    rows = [
        [
            f"{one.segment_count}" + (" (chosen)" if one.segment_count == segments.segment_count else ""),
            f"{one.stability:.2f}",
            f"{one.silhouette:.3f}",
            f"{one.smallest_share:.1%}",
        ]
        for one in segments.counts_tried
    ]
    table = _table(["segments", "stability (adjusted Rand index)", "silhouette", "smallest segment"], rows)
    if max(one.stability for one in segments.counts_tried) < STABLE:
        table += f"\n\nNo number of segments is stable ({STABLE} or more), so the default number was taken."
    return table


def _sentiment(sentiment: SentimentTraining) -> str:
    return (
        f"**Training data.** {sentiment.rows:,} rated reviews, {sentiment.positive_share:.1%} positive. "
        f"AUC {sentiment.auc:.3f} in cross-validation."
    )


def _uplift(uplift: UpliftTraining) -> str:
    return (
        f"**Training data.** {uplift.rows:,} randomised contacts of {uplift.customers:,} customers in "
        f"{len(uplift.campaigns)} campaigns ({', '.join(uplift.actions)})."
    )


def _uplift_candidates(uplift: UpliftTraining) -> str:
    rows = [
        [
            one.candidate + (" (champion)" if one.champion else ""),
            action,
            f"{judged.qini:.5f}",
            f"{judged.qini_lower:.5f} to {judged.qini_upper:.5f}",
            f"{judged.auuc:.5f}",
        ]
        for one in uplift.candidates
        for action, judged in _by_action(one)
    ]
    return _table(["candidate", "action", "Qini", "95 % interval", "AUUC"], rows)


def _by_action(candidate: UpliftCandidate) -> list[tuple[str, UpliftCandidate | UpliftAction]]:
    return [("all", candidate), *((each.action, each) for each in candidate.actions)]


def _candidates(card: Card) -> str:
    rows = [
        [
            one.candidate + (" (champion)" if one.champion else ""),
            f"{one.log_loss:.4f}",
            f"{one.auc:.4f}",
            f"{one.average_precision:.4f}",
            f"{one.brier:.4f}",
        ]
        for one in card.candidates
    ]
    return _table(["candidate", "log loss", "AUC", "average precision", "Brier score"], rows)


def _test_metrics(card: Card) -> str:
    rows = [
        [name, f"{metric.value:.4f}", f"{metric.lower:.4f} to {metric.upper:.4f}"]
        for name, metric in card.test_metrics.items()
    ]
    return _table(["metric", "value", "95 % interval"], rows)


def _importance(card: Card) -> str:
    largest = sorted(card.importance.items(), key=lambda item: (-item[1], item[0]))[:IMPORTANT]
    rows = [[f"`{name}`", feature_label(name), f"{rise:.4f}"] for name, rise in largest]
    return _table(["feature", "in words", "rise of log loss where it is shuffled"], rows)


def _decisions(card: Card) -> str:
    rows = []
    for name, one in card.decisions.items():
        counts = (one.true_positives, one.false_positives, one.false_negatives, one.true_negatives)
        shares = (one.accuracy, one.precision, one.recall, one.f1)
        rows.append(
            [
                name,
                f"{one.threshold:.4f}",
                *(f"{count:,}" for count in counts),
                *(f"{share:.4f}" for share in shares),
                f"{one.profit_per_customer:.2f}",
            ]
        )
    header = ["threshold", "score", "true positives", "false positives", "false negatives"]
    header += ["true negatives", "accuracy", "precision", "recall", "F1", "profit per customer"]
    return _table(header, rows)


def _profit(card: Card, assumed: ProfitAssumptions) -> str:
    return (
        "A customer whose score is at or above the threshold is predicted to churn. The profit assumes a "
        f"value of {assumed.customer_value:g} per customer kept, an offer of {assumed.offer_value:g}, a "
        f"contact cost of {assumed.contact_cost:g}, and that {assumed.save_rate:.0%} of the contacted "
        "churners stay (the vars profit_*). Both thresholds were chosen on the validation dates. Expected "
        f"maximum profit (EMPC): {card.expected_maximum_profit:.4f} per customer."
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
