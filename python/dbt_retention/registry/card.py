"""The model card: what a model is, what it was trained on, and how good it is.

`card.json` is the contract between training, scoring and SQL. `readme.py` writes the same for people.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

STABLE = 0.8  # from this mean pairwise adjusted Rand index on, a number of segments counts as stable

Kind = Literal["probability", "cluster", "sentiment", "uplift", "amount"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Interval(_Frozen):
    """A figure with its 95 % confidence interval."""

    value: float
    lower: float
    upper: float


class CandidateScore(_Frozen):
    """Metrics of one candidate, mean over the validation dates. The test date is not used.

    tuned: the settings that tuning chose; empty without tuning.
    """

    candidate: str
    log_loss: float
    auc: float
    average_precision: float
    brier: float
    champion: bool
    tuned: dict[str, float] = {}


class Calibration(_Frozen):
    """Platt's sigmoid on the mean log-odds: p = 1 / (1 + exp(-(slope * logit + intercept))).

    With `knots` (log-odds, probability): isotonic regression, linear between the knots and constant outside
    them. note: why the calibration is not the configured one; empty where it is.
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
    """Assumed value and costs of contacting one customer, in the shop's currency.

    The share of churners who stay when contacted follows Beta(save_rate_alpha, save_rate_beta).
    The defaults of the vars are from Verbraken, Verbeke & Baesens (2013), A Novel Profit Maximizing Metric.
    """

    customer_value: float = Field(gt=0)
    offer_value: float = Field(ge=0)
    contact_cost: float = Field(ge=0)
    save_rate_alpha: float = Field(gt=0)
    save_rate_beta: float = Field(gt=0)

    @property
    def save_rate(self) -> float:
        """Mean share of churners who stay when contacted, 0 to 1."""
        return self.save_rate_alpha / (self.save_rate_alpha + self.save_rate_beta)


class Decision(_Frozen):
    """Confusion matrix and metrics on the test date, with scores from `threshold` on predicted as churn."""

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
    """Largest difference between the fitted model and its ONNX file, and the number of rows compared."""

    rows: int
    rows_with_nulls: int
    max_difference: float
    tolerance: float


class ChurnTraining(_Frozen):
    """Training data of a churn model and the vars that define its label.

    uses_season: the probabilities are those of an average season, and scoring shifts them to the season of
    the date. season_note: why.
    """

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
    uses_season: bool = False
    season_note: str = ""


class ValueTraining(_Frozen):
    """Training data of a regression of spend within the horizon.

    spend_avg: mean spend of the training rows. uses_season: the model returns the spend of an average season,
    and SQL shifts it to the season of the date.
    """

    churn_horizon_days: int
    lookback_days: int
    orders_input: str
    training_dates: list[str]
    test_date: str
    rows: int
    spend_avg: float
    uses_season: bool = False


class SegmentCount(_Frozen):
    """How well a number of segments fits a sample of customers.

    stability: mean pairwise adjusted Rand index over bootstrap samples. silhouette: mean silhouette, -1 to 1.
    smallest_share: share of the customers in the smallest segment.
    """

    segment_count: int
    stability: float
    silhouette: float
    smallest_share: float


class Branch(_Frozen):
    """Place of a segment in Ward's tree of segments, and the Ward distance of the first merge."""

    path: str
    distance: float


class SegmentTraining(_Frozen):
    """Training data, settings and centres of a segment model.

    centres, places: shape (segments, features). A place is the centre from which a segment got its name: of
    this model or of an older one. asked_count: the var segment_count; None = auto.
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
    """Training data of a sentiment model, and its out-of-fold AUC.

    low_rating, high_rating: ratings up to the first are negative, from the second on positive; None on a card
    of an older version of the package.
    """

    reviews_input: str
    low_rating: float | None = None
    high_rating: float | None = None
    rows: int
    positive_share: float
    auc: float


class UpliftAction(_Frozen):
    """Out-of-fold Qini and AUUC of an uplift candidate within the campaigns of one action.

    mean_correction: is added to the uplift of every customer, so that its mean is the action's mean effect.
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
        """Whether the lower bound of the Qini is above 0."""
        return self.qini_lower > 0


class UpliftCandidate(_Frozen):
    """Out-of-fold Qini and AUUC of an uplift candidate, mean over campaigns.

    actions: the same per action; empty on a card of an older version of the package.
    """

    candidate: str
    champion: bool
    qini: float
    qini_lower: float
    qini_upper: float
    auuc: float
    actions: list[UpliftAction] = []


class UpliftTraining(_Frozen):
    """Training data of an uplift model, and all its candidates."""

    orders_input: str
    campaigns: list[str]
    actions: list[str]
    rows: int
    customers: int
    treated_share: float
    candidates: list[UpliftCandidate]

    @property
    def actions_judged(self) -> bool:
        """Whether every candidate has figures per action; false on a card of an older version."""
        return all(one.actions for one in self.candidates)


class Card(_Frozen):
    """One card per model version.

    features: names in the order of the ONNX input. left_out_features: columns that were empty or almost
    constant in training. feature_medians: one per feature. test_metrics: by name, on the test date.
    importance: rise of the log loss where a feature is shuffled, by feature. signature: see `signing.py`.
    """

    model: str
    version: str
    kind: Kind
    onnx_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    features: list[str] = Field(min_length=1)
    left_out_features: list[str] = []
    feature_medians: list[float]
    trained_at: str
    trained_because: str = ""
    churn: ChurnTraining | None = None
    value: ValueTraining | None = None
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
    signature: str = ""
