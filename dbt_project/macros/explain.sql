{# Contributions (array of double, log-odds) of each group of features to each row's score.

   groups: a list of lists of feature names; the array has one more item, for the features of no group.
   orderings: an integer in SQL; null = exact, else the mean over so many orderings of the groups. #}
{% macro explain(model, groups, orderings, rows) -%}
    {{ adapter.dispatch('explain', 'retention')(model, groups, orderings, rows) }}
{%- endmacro %}

{% macro default__explain(model, groups, orderings, rows) -%}
    {{ retention._function_call('onnx_explain', [
        "'" ~ model ~ "'", "'" ~ tojson(groups) ~ "'", orderings, rows,
        retention.setting('max_model_megabytes')
    ]) }}
{%- endmacro %}

{% macro spark__explain(model, groups, orderings, rows) -%}
    {{ retention.default__explain(model, groups, orderings, "struct(" ~ rows ~ ".*)") }}
{%- endmacro %}
