"""SQL functions that score with the models of the registry: onnx_*."""

from __future__ import annotations

import json

import pyarrow as pa

from dbt_retention.errors import RetentionError
from dbt_retention.registry.explain import group_contributions
from dbt_retention.registry.scoring import SENTIMENT, LoadedModel, Scorer, struct_rows
from dbt_retention.sql_functions.sql_function import Arrow, SqlFunction, items


def model_functions(scorer: Scorer) -> list[SqlFunction]:
    """The functions, with the models of `scorer`.

    Each takes one more argument than in the table of `catalog.py`: the most megabytes of the ONNX file.
    """

    def onnx_score(*arguments: Arrow) -> Arrow:
        if len(arguments[0]) and not arguments[0][0].is_valid:  # a version that is null: there is no model
            return pa.nulls(len(arguments[0]), pa.float32())
        model, rows = _model_and_rows(scorer, arguments, usage="onnx_score('churn', row)", count=2)
        return pa.array(model.scores(model.matrix(struct_rows(rows))))

    def onnx_cluster(*arguments: Arrow) -> Arrow:
        model, rows = _model_and_rows(scorer, arguments, usage="onnx_cluster('segments', row)", count=2)
        model.require("cluster")
        return pa.array(model.clusters(model.matrix(struct_rows(rows))) + 1)

    def onnx_explain(*arguments: Arrow) -> Arrow:
        usage = "onnx_explain('churn', '[[\"feature\"], …]', orderings, row)"
        model, rows = _model_and_rows(scorer, arguments, usage=usage, count=4)
        model.require("probability")
        groups = json.loads(arguments[1][0].as_py())
        orderings = arguments[2][0].as_py()
        contributions = group_contributions(
            model, model.matrix(struct_rows(rows)), groups, orderings=orderings
        )
        return pa.array(list(contributions), type=pa.list_(pa.float64()))

    def onnx_sentiment(*arguments: Arrow) -> Arrow:
        (version, texts), limit = _and_limit(arguments, usage="onnx_sentiment(model_version, text)", count=2)
        wanted = [text if known else None for known, text in zip(items(version), items(texts), strict=True)]
        if not any(text is not None for text in wanted):
            return pa.nulls(len(wanted), pa.float64())  # there may be no model
        model = scorer.model(SENTIMENT, max_megabytes=limit)
        return pa.array(model.sentiments(wanted), type=pa.float64())

    return [
        SqlFunction("onnx_score", onnx_score, pa.float32()),
        SqlFunction("onnx_cluster", onnx_cluster, pa.int64()),
        SqlFunction("onnx_explain", onnx_explain, pa.list_(pa.float64())),
        SqlFunction("onnx_sentiment", onnx_sentiment, pa.float64()),
    ]


def _and_limit(
    arguments: tuple[Arrow, ...], *, usage: str, count: int
) -> tuple[tuple[Arrow, ...], float | None]:
    """The arguments, and the limit of the model's file in megabytes, which may follow them."""
    if len(arguments) == count + 1:
        return arguments[:count], float(arguments[count][0].as_py())
    if len(arguments) != count:
        raise RetentionError(f"got {len(arguments)} argument(s); expected {usage}")
    return arguments, None


def _model_and_rows(
    scorer: Scorer, arguments: tuple[Arrow, ...], *, usage: str, count: int
) -> tuple[LoadedModel, Arrow]:
    given, limit = _and_limit(arguments, usage=usage, count=count)
    name = given[0][0].as_py()
    if not isinstance(name, str):
        raise RetentionError(f"the name of the model is {name!r}; expected {usage}")
    return scorer.model(name, max_megabytes=limit), given[-1]
