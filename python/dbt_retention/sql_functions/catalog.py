"""All SQL functions of the package, for both engines.

| function | returns |
|---|---|
| onnx_score('churn', row) | float: churn probability or uplift |
| onnx_cluster('segments', row) | bigint: number of the segment, from 1 |
| onnx_explain('churn', '[["a"], ["b", "c"]]', orderings, row) | list of double; orderings null = exact |
| onnx_sentiment(model_version, text) | double; null where the version or the text is null |
| fit_purchase_process('bg_nbd', x[], t_x[], T[], customers[]) | struct(r, alpha, a, b, log_likelihood) |
| fit_spend(x[], mean[]) | struct(p, q, v, log_likelihood) |
| fit_action_effect(assumed_error, action, tier, level[], action[], tier[], assumed[], surplus[], error[]) |
  struct(mean, standard_error); numbers are counted from 1 |
| fit_choice_prices(action, budget, action[], places[], customer_id[], action[], profit[], cost[]) |
  struct(place_price, budget_price); budget null = no limit |
| expected_purchases('bg_nbd', r, alpha, a, b, x, t_x, T, time) | double |
| phone_e164(text, region) | text; region null = only numbers with a country code are valid |
"""

from __future__ import annotations

from pathlib import Path

from dbt_retention.registry.scoring import Scorer
from dbt_retention.registry.store import Registry
from dbt_retention.sql_functions.model_functions import model_functions
from dbt_retention.sql_functions.sql_function import SqlFunction
from dbt_retention.sql_functions.statistics_functions import STATISTICS_FUNCTIONS


def sql_functions(models_path: Path) -> list[SqlFunction]:
    """All functions, with the models of the registry in the folder `models_path`."""
    return [*model_functions(Scorer(Registry(models_path))), *STATISTICS_FUNCTIONS]
