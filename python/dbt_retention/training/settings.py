"""What `dbt_project.yml` says about training, checked before anything is trained."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from dbt_retention.errors import RetentionError
from dbt_retention.registry.card import ProfitAssumptions
from dbt_retention.training.candidates import CANDIDATES, Selection
from dbt_retention.training.clustering import Algorithm
from dbt_retention.training.fitting import Fitting
from dbt_retention.training.policy import Limits


class Settings(BaseModel):
    """Common to all models."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    training_policy: Literal["if_missing", "auto", "always", "never"]
    orders_input: str


class ChurnSettings(Settings):
    """The vars that decide what the churn model learns."""

    churn_definition: Literal["fixed_horizon", "personal_cadence", "spend_decline"]
    personal_cadence_multiple: float = Field(gt=0)
    personal_cadence_min_days: int = Field(ge=1)
    spend_decline_share: float = Field(gt=0, le=1)
    lookback_days: int = Field(ge=1)
    churn_candidates: list[str] = Field(min_length=1)
    churn_tuning: bool = False
    churn_class_weights: Literal["none", "balanced"] = "none"
    churn_feature_selection: Selection = "none"
    churn_pca_variance: float | None = Field(default=None, gt=0, lt=1)
    churn_calibration: Literal["sigmoid", "isotonic"] = "sigmoid"
    churn_imputations: int = Field(default=1, ge=1, le=20)
    profit_customer_value: float = Field(default=200, gt=0)
    profit_offer_value: float = Field(default=10, ge=0)
    profit_contact_cost: float = Field(default=1, ge=0)
    profit_save_rate_alpha: float = Field(default=6, gt=0)
    profit_save_rate_beta: float = Field(default=14, gt=0)
    retrain_drifted_share: float = Field(default=0.25, gt=0, le=1)
    retrain_auc_drop: float = Field(default=0.03, gt=0, le=0.5)
    retrain_calibration_error: float = Field(default=0.05, gt=0, le=1)
    min_buyers: int = Field(ge=1)
    min_history_days: int = Field(ge=1)
    min_training_churners: int = Field(ge=1)

    @field_validator("churn_candidates")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        if unknown := [name for name in value if name not in CANDIDATES]:
            raise ValueError(f"unknown {', '.join(unknown)}; allowed are {', '.join(CANDIDATES)}")
        return value

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
        """What the policy auto goes by."""
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


class SegmentSettings(Settings):
    """The vars that decide where the segments lie."""

    segment_count: Annotated[int, Field(ge=2, le=12)] | Literal["auto"] = "auto"
    segment_algorithm: Algorithm = "kmeans"

    @property
    def asked_count(self) -> int | None:
        """How many segments were asked for; None = training chooses."""
        return None if self.segment_count == "auto" else self.segment_count


AnySettings = TypeVar("AnySettings", bound=Settings)


def read_settings(kind: type[AnySettings], values: dict[str, Any]) -> AnySettings:
    """`values` as settings of `kind`. Raises RetentionError that names each wrong var."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, problem['loc']))} is {problem['input']!r}: {problem['msg']}"
            for problem in error.errors()
        )
        raise RetentionError(f"wrong var in dbt_project.yml: {wrong}. See docs/vars.md") from error
