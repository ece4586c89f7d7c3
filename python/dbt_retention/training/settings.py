"""The vars that training reads, checked by the table of vars before anything is trained.

A field is a var of that name; its default and what it may be are in the table. `make vars` writes the fields
of each class into the YAML of its dbt Python model, under config.settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar

from dbt_retention.registry.card import ProfitAssumptions
from dbt_retention.training.clustering import Algorithm
from dbt_retention.training.fitting import Fitting
from dbt_retention.training.policy import Limits
from dbt_retention.training.transformers import Selection
from dbt_retention.vars_table import checked_vars


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Common to all models; all that the uplift model reads."""

    training_policy: Literal["if_missing", "auto", "always", "never"]
    input_orders: str | None
    max_model_megabytes: float

    @property
    def orders_input(self) -> str:
        """What fills the input orders; without the var, the package's own example."""
        return self.input_orders or "example_orders"


@dataclass(frozen=True, kw_only=True)
class ChurnSettings(Settings):
    """The vars that decide what the churn model learns."""

    churn_definition: Literal["fixed_horizon", "personal_cadence", "spend_decline"]
    personal_cadence_multiple: float
    personal_cadence_min_days: int
    spend_decline_share: float
    lookback_days: int
    churn_candidates: list[str]
    churn_tuning: bool
    churn_class_weights: Literal["none", "balanced"]
    churn_feature_selection: Selection
    churn_pca_variance: float | None
    churn_calibration: Literal["sigmoid", "isotonic"]
    churn_imputations: int
    profit_customer_value: float
    profit_offer_value: float
    profit_contact_cost: float
    profit_save_rate_alpha: float
    profit_save_rate_beta: float
    retrain_drifted_share: float
    retrain_auc_drop: float
    retrain_calibration_error: float
    min_buyers: int
    min_history_days: int
    min_training_churners: int

    @property
    def fitting(self) -> Fitting:
        """How every candidate is fitted."""
        return Fitting(
            class_weights=self.churn_class_weights,
            feature_selection=self.churn_feature_selection,
            pca_variance=self.churn_pca_variance,
            imputations=self.churn_imputations,
        )

    @property
    def profit_assumptions(self) -> ProfitAssumptions:
        """What contacting a customer is assumed to cost and to bring."""
        return ProfitAssumptions(
            customer_value=self.profit_customer_value,
            offer_value=self.profit_offer_value,
            contact_cost=self.profit_contact_cost,
            save_rate_alpha=self.profit_save_rate_alpha,
            save_rate_beta=self.profit_save_rate_beta,
        )

    @property
    def retraining_limits(self) -> Limits:
        """The limits that the policy auto uses."""
        return Limits(
            drifted_share=self.retrain_drifted_share,
            auc_drop=self.retrain_auc_drop,
            calibration_error=self.retrain_calibration_error,
        )

    @property
    def definition_settings(self) -> dict[str, float]:
        """The vars that the churn definition in force depends on, besides the horizon."""
        names = {
            "fixed_horizon": [],
            "personal_cadence": ["personal_cadence_multiple", "personal_cadence_min_days"],
            "spend_decline": ["spend_decline_share"],
        }[self.churn_definition]
        return {name: float(getattr(self, name)) for name in names}

    def churn_in_words(self, *, horizon_days: int) -> str:
        """What a customer does who churns, to follow 'the probability that a customer'."""
        return {
            "fixed_horizon": f"makes no purchase in the next {horizon_days} days",
            "personal_cadence": (
                f"stays silent for longer than {self.personal_cadence_multiple:g} times the usual gap "
                f"between the customer's own purchases, judged within {horizon_days} days"
            ),
            "spend_decline": (
                f"spends less than {self.spend_decline_share:.0%} of the customer's own usual amount "
                f"in the next {horizon_days} days"
            ),
        }[self.churn_definition]


@dataclass(frozen=True, kw_only=True)
class SegmentSettings(Settings):
    """The vars that decide the segments."""

    segment_count: int | Literal["auto"]
    segment_algorithm: Algorithm

    @property
    def asked_count(self) -> int | None:
        """How many segments were asked for; None = training chooses."""
        return None if self.segment_count == "auto" else self.segment_count


@dataclass(frozen=True, kw_only=True)
class SentimentSettings(Settings):
    """The vars that decide what the sentiment model learns."""

    input_reviews: str | None
    low_rating: float
    high_rating: float
    sentiment_min_reviews: int

    @property
    def reviews_input(self) -> str:
        """What fills the input reviews; without the var, the package's own example."""
        return self.input_reviews or "example_reviews"


AnySettings = TypeVar("AnySettings", bound=Settings)


def read_settings(kind: type[AnySettings], values: Mapping[str, Any]) -> AnySettings:
    """`values` as settings of `kind`, with the defaults of the table.

    values: vars by name; the var advanced holds those of the table that are advanced. Raises RetentionError
    that names each wrong var.
    """
    return kind(**checked_vars(values, wanted=[field.name for field in fields(kind)]))
