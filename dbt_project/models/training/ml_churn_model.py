"""One row per candidate of the champion churn model; trains it first where the policy says so."""

from dbt_retention.training.churn import train_churn
from dbt_retention.training.churn_table import no_churn_model
from dbt_retention.training.dbt_model import run_dbt_model


def model(dbt, session):
    settings = {
        "training_policy": dbt.config.get("training_policy"),
        "orders_input": dbt.config.get("orders_input"),
        "churn_definition": dbt.config.get("churn_definition"),
        "personal_cadence_multiple": dbt.config.get("personal_cadence_multiple"),
        "personal_cadence_min_days": dbt.config.get("personal_cadence_min_days"),
        "spend_decline_share": dbt.config.get("spend_decline_share"),
        "lookback_days": dbt.config.get("lookback_days"),
        "churn_candidates": dbt.config.get("churn_candidates"),
        "churn_tuning": dbt.config.get("churn_tuning"),
        "churn_class_weights": dbt.config.get("churn_class_weights"),
        "churn_feature_selection": dbt.config.get("churn_feature_selection"),
        "churn_pca_variance": dbt.config.get("churn_pca_variance"),
        "churn_calibration": dbt.config.get("churn_calibration"),
        "churn_imputations": dbt.config.get("churn_imputations"),
        "profit_customer_value": dbt.config.get("profit_customer_value"),
        "profit_offer_value": dbt.config.get("profit_offer_value"),
        "profit_contact_cost": dbt.config.get("profit_contact_cost"),
        "profit_save_rate_alpha": dbt.config.get("profit_save_rate_alpha"),
        "profit_save_rate_beta": dbt.config.get("profit_save_rate_beta"),
        "retrain_drifted_share": dbt.config.get("retrain_drifted_share"),
        "retrain_auc_drop": dbt.config.get("retrain_auc_drop"),
        "retrain_calibration_error": dbt.config.get("retrain_calibration_error"),
        "min_buyers": dbt.config.get("min_buyers"),
        "min_history_days": dbt.config.get("min_history_days"),
        "min_training_churners": dbt.config.get("min_training_churners"),
    }
    rows = dbt.ref("ml_training_set")
    return run_dbt_model(train_churn, rows, session=session, settings=settings, if_refused=no_churn_model)
