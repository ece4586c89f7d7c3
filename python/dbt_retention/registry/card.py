"""The model card: what a model is, was trained on, and how good it is. JSON for SQL, README for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

STABLE = 0.8  # mean pairwise adjusted Rand index from which a number of segments is stable

Kind = Literal["probability", "cluster", "sentiment", "uplift"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Interval(_Frozen):
    """A figure with its 95 % confidence interval."""

    value: float
    lower: float
    upper: float


class CandidateScore(_Frozen):
    """What one candidate reached on the validation dates, never on the test date."""

    candidate: str
    log_loss: float
    auc: float
    average_precision: float
    brier: float
    champion: bool
    tuned: dict[str, float] = {}


class Calibration(_Frozen):
    """Platt's sigmoid on the mean log-odds: p = 1 / (1 + exp(-(slope * logit + intercept))).

    With `knots` (log-odds, probability) an isotonic regression instead: between two of them on a straight
    line, beyond the outer ones flat. note: why it is not what was asked for; empty where it is.
    """

    slope: float
    intercept: float
    rows: int
    knots: list[tuple[float, float]] = []
    note: str = ""

    @property
    def method(self) -> str:
        """sigmoid or isotonic."""
        return "isotonic" if self.knots else "sigmoid"


class ProfitAssumptions(_Frozen):
    """What contacting one customer costs and brings, in the shop's currency, before it was measured.

    The share of churners who stay when contacted is drawn from Beta(save_rate_alpha, save_rate_beta).
    The vars' defaults are those of Verbraken, Verbeke & Baesens (2013), A Novel Profit Maximizing Metric.
    """

    customer_value: float = Field(gt=0)
    offer_value: float = Field(ge=0)
    contact_cost: float = Field(ge=0)
    save_rate_alpha: float = Field(gt=0)
    save_rate_beta: float = Field(gt=0)

    @property
    def save_rate(self) -> float:
        """The mean share of churners who stay when contacted."""
        return self.save_rate_alpha / (self.save_rate_alpha + self.save_rate_beta)


class Decision(_Frozen):
    """What calling churn at a threshold gives on the test date: the confusion matrix and what follows."""

    threshold: float
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int
    accuracy: float
    precision: float
    recall: float
    f1: float
    profit_per_customer: float


class Parity(_Frozen):
    """Largest difference between the estimator and its ONNX file, and on how many rows."""

    rows: int
    rows_with_nulls: int
    max_difference: float
    tolerance: float


class ChurnTraining(_Frozen):
    """Everything that decided what the churn model learned."""

    churn_definition: str
    churn_definition_settings: dict[str, float] = {}
    churn_horizon_days: int
    lookback_days: int
    orders_input: str
    training_dates: list[str]
    test_date: str
    rows: int
    customers: int
    churned_share: float


class SegmentCount(_Frozen):
    """How well so many segments describe a sample of customers; stability is a mean adjusted Rand index."""

    segment_count: int
    stability: float
    silhouette: float
    smallest_share: float


class Branch(_Frozen):
    """Where a segment hangs in the tree of segments, and Ward's distance to what it joins first."""

    path: str
    distance: float


class SegmentTraining(_Frozen):
    """Everything that decided where the segments' centres lie.

    places: what each segment is named after, a centre of this model or of an older one.
    asked_count: the var segment_count, None where it was auto.
    """

    as_of_date: str
    orders_input: str
    rows: int
    algorithm: str
    asked_count: int | None
    segment_count: int
    counts_tried: list[SegmentCount] = []
    centres: list[list[float]]
    places: list[list[float]]
    branches: list[Branch]


class SentimentTraining(_Frozen):
    """What the sentiment model learned from, and its AUC on reviews it had not seen.

    low_rating and high_rating: which ratings were bad and good; None on an older card, which does not say.
    """

    reviews_input: str
    low_rating: float | None = None
    high_rating: float | None = None
    rows: int
    positive_share: float
    auc: float


class UpliftAction(_Frozen):
    """What one way to learn uplift reached for one action, within its campaigns.

    mean_correction: what is added to the uplift of every customer, for its mean to be what the action did.
    """

    action: str
    contacts: int
    qini: float
    qini_lower: float
    qini_upper: float
    auuc: float
    mean_correction: float = 0.0

    @property
    def beats_chance(self) -> bool:
        """Is the Qini above 0 by more than chance?"""
        return self.qini_lower > 0


class UpliftCandidate(_Frozen):
    """What one way to learn uplift reached on customers it had not seen, within campaigns.

    actions: the same for each action; empty on an older card, which judged all actions as one.
    """

    candidate: str
    champion: bool
    qini: float
    qini_lower: float
    qini_upper: float
    auuc: float
    actions: list[UpliftAction] = []


class UpliftTraining(_Frozen):
    """What the uplift model learned from."""

    orders_input: str
    campaigns: list[str]
    actions: list[str]
    rows: int
    customers: int
    treated_share: float
    candidates: list[UpliftCandidate]

    @property
    def actions_judged(self) -> bool:
        """Was each action judged by itself? An older card says no."""
        return all(one.actions for one in self.candidates)


class Card(_Frozen):
    """The contract between training and scoring. Grain: one card per model version."""

    model: str
    version: str
    kind: Kind
    onnx_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    features: list[str] = Field(min_length=1)
    left_out_features: list[str] = []  # columns that were empty or all but constant in training
    feature_medians: list[float]
    trained_at: str
    trained_because: str = ""
    churn: ChurnTraining | None = None
    segments: SegmentTraining | None = None
    sentiment: SentimentTraining | None = None
    uplift: UpliftTraining | None = None
    candidates: list[CandidateScore] = []
    calibration: Calibration | None = None
    threshold: float | None = None
    profit_assumptions: ProfitAssumptions | None = None
    decisions: dict[str, Decision] = {}
    expected_maximum_profit: float | None = None
    test_metrics: dict[str, Interval] = {}
    importance: dict[str, float] = {}
    parity: Parity
    libraries: dict[str, str]
    intended_use: str
    limits: str

    def readme(self, *, plots: Sequence[str] = ()) -> str:
        """The card for people, as Markdown. plots: names of the PNG files that lie beside it."""
        return "\n\n".join(block for block in self._blocks(plots) if block) + "\n"

    def _blocks(self, plots: Sequence[str]) -> list[str]:
        blocks = [
            f"# {self.model} {self.version}",
            f"Written by training from `card.json`; trained at {self.trained_at}"
            + (f" because {self.trained_because}." if self.trained_because else "."),
            f"**Intended use.** {self.intended_use}",
            f"**Limits.** {self.limits}",
        ]
        if self.churn:
            churn = self.churn
            definition = ", ".join(
                [churn.churn_definition]
                + [f"{name} {value:g}" for name, value in churn.churn_definition_settings.items()]
                + [f"{churn.churn_horizon_days} days"]
            )
            blocks.append(
                f"**Trained on** {churn.rows:,} rows of {churn.customers:,} customers, "
                f"{len(churn.training_dates)} dates from {churn.training_dates[0]} to "
                f"{churn.training_dates[-1]}, {churn.churned_share:.1%} churned "
                f"({definition}; customers with a "
                f"purchase in {churn.lookback_days} days)."
            )
        if self.segments:
            blocks.append(
                f"**Trained on** {self.segments.rows:,} customers as of {self.segments.as_of_date}, "
                f"{self.segments.segment_count} segments ({self.segments.algorithm})."
            )
            blocks.append(self._counts_table(self.segments))
        if self.sentiment:
            blocks.append(
                f"**Trained on** {self.sentiment.rows:,} rated reviews, "
                f"{self.sentiment.positive_share:.1%} of them positive; AUC "
                f"{self.sentiment.auc:.3f} on reviews it had not seen."
            )
        if self.uplift:
            blocks += [
                f"**Trained on** {self.uplift.rows:,} randomised contacts of {self.uplift.customers:,} "
                f"customers in {len(self.uplift.campaigns)} campaigns ({', '.join(self.uplift.actions)}).",
                self._uplift_table(self.uplift),
            ]
        if self.candidates:
            blocks.append("## Candidates on the validation dates\n\n" + self._candidate_table())
        if self.calibration:
            words = f"**Calibration.** {self.calibration.method}, on {self.calibration.rows:,} rows."
            blocks.append(f"{words} {self.calibration.note}".strip())
        if self.test_metrics and self.churn:
            blocks.append(f"## Test date {self.churn.test_date}\n\n" + self._metric_table())
        if self.decisions and self.profit_assumptions:
            blocks += [
                "### Calling churn",
                self._decision_table(),
                self._profit_words(self.profit_assumptions),
            ]
        if plots:
            blocks.append("### In pictures")
            blocks += [f"![{name.removesuffix('.png').replace('_', ' ')}]({name})" for name in plots]
        blocks.append(
            f"## ONNX\n\nsha256 `{self.onnx_sha256}`, {len(self.features)} features. Largest "
            f"difference to scikit-learn {self.parity.max_difference:.1e} on {self.parity.rows:,} "
            f"rows, {self.parity.rows_with_nulls:,} of them with nulls "
            f"(allowed {self.parity.tolerance:.0e})."
        )
        blocks.append("## Features\n\n" + "\n".join(f"- `{name}`" for name in self.features))
        if self.left_out_features:
            names = ", ".join(f"`{name}`" for name in self.left_out_features)
            blocks.append(f"Empty or all but constant in the training rows, so not learned from: {names}.")
        libraries = [[name, version] for name, version in sorted(self.libraries.items())]
        blocks.append("## Libraries\n\n" + _table(["library", "version"], libraries))
        return blocks

    def _candidate_table(self) -> str:
        rows = [
            [
                candidate.candidate + (" (champion)" if candidate.champion else ""),
                f"{candidate.log_loss:.4f}",
                f"{candidate.auc:.4f}",
                f"{candidate.average_precision:.4f}",
                f"{candidate.brier:.4f}",
            ]
            for candidate in self.candidates
        ]
        return _table(["candidate", "log loss", "AUC", "average precision", "Brier"], rows)

    def _counts_table(self, segments: SegmentTraining) -> str:
        """How stable so many segments are, as a table; empty where the count was given."""
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
        table = _table(["segments", "stability (adjusted Rand)", "silhouette", "smallest"], rows)
        if max(one.stability for one in segments.counts_tried) < STABLE:
            table += f"\n\nNone is stable ({STABLE} or more), so the usual number was taken."
        return table

    def _uplift_table(self, trained: UpliftTraining) -> str:
        rows = [
            [
                one.candidate + (" (champion)" if one.champion else ""),
                action,
                f"{judged.qini:.5f}",
                f"{judged.qini_lower:.5f} to {judged.qini_upper:.5f}",
                f"{judged.auuc:.5f}",
            ]
            for one in trained.candidates
            for action, judged in _judged_by_action(one)
        ]
        return _table(["candidate", "action", "Qini", "95 % interval", "AUUC"], rows)

    def _decision_table(self) -> str:
        rows = [
            [
                name,
                f"{one.threshold:.4f}",
                *(
                    f"{count:,}"
                    for count in (
                        one.true_positives,
                        one.false_positives,
                        one.false_negatives,
                        one.true_negatives,
                    )
                ),
                *(f"{share:.4f}" for share in (one.accuracy, one.precision, one.recall, one.f1)),
                f"{one.profit_per_customer:.2f}",
            ]
            for name, one in self.decisions.items()
        ]
        header = ["threshold of", "at or above", "called and churned", "called and stayed", "missed"]
        header += ["left alone", "accuracy", "precision", "recall", "F1", "profit a customer"]
        return _table(header, rows)

    def _profit_words(self, assumed: ProfitAssumptions) -> str:
        return (
            f"Profit assumes {assumed.customer_value:g} for a customer kept, {assumed.offer_value:g} for an "
            f"offer taken, {assumed.contact_cost:g} for a contact, and that {assumed.save_rate:.0%} of "
            "churners stay when contacted (the vars profit_*). Both thresholds were chosen on the validation "
            f"dates. Expected maximum profit (EMPC) {self.expected_maximum_profit:.4f} a customer."
        )

    def _metric_table(self) -> str:
        rows = [
            [name, f"{metric.value:.4f}", f"{metric.lower:.4f} to {metric.upper:.4f}"]
            for name, metric in self.test_metrics.items()
        ]
        return _table(["metric", "value", "95 % interval"], rows)


def _judged_by_action(candidate: UpliftCandidate) -> list[tuple[str, UpliftCandidate | UpliftAction]]:
    return [("all", candidate), *((each.action, each) for each in candidate.actions)]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
