{# All claims about one model, in one statement. Fails with one row per broken claim: the claim and the
   number of rows (keys, for one_row_per) that break it. on-run-end prints them (report_broken_claims).

   one_row_per: the columns of a key, or a list of keys.
   not_null: columns that are never null.
   null_in_all_rows_or_none: columns that are null in every row or in none.
   in_range: {column: [low, high]}; a null bound is open, a null value passes.
   accepted_values: {column: [values]}; a null value passes.
   conditions: SQL conditions that are true in every row (null counts as false): a text, or {name: text}.
   found_in: {column: model}; each value is in that model's column of the same name.
   rows_as_in: a model with the same number of rows, or {model: ..., champion_of: ...}: no rows are expected
   where the model table champion_of names no champion.

   Other models are given by name, not by ref: dbt adds a test to every selection with one of its refs, so
   with a ref the test would also run where the tested model is not built. #}
{% test claims(
    model, one_row_per=[], not_null=[], null_in_all_rows_or_none=[], in_range={}, accepted_values={},
    conditions=[], found_in={}, rows_as_in=none
) %}
{%- if execute -%}
    {{ retention._claims_sql(
        model, retention._row_claims(not_null, in_range, accepted_values, conditions), one_row_per,
        null_in_all_rows_or_none, found_in, rows_as_in
    ) }}
{%- endif -%}
{% endtest %}
