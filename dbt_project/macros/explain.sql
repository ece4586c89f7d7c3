{# Contributions (array of double, log-odds) of each group of features to each row's score.

   groups: a list of lists of feature names; the array has one more item, for the features of no group. #}
{% macro explain(model, groups, rows) -%}
    {{ adapter.dispatch('explain', 'retention')(model, groups, rows) }}
{%- endmacro %}

{% macro default__explain(model, groups, rows) -%}
    onnx_explain('{{ model }}', '{{ tojson(groups) }}', {{ rows }})
{%- endmacro %}

{% macro spark__explain(model, groups, rows) -%}
    onnx_explain('{{ model }}', '{{ tojson(groups) }}', struct({{ rows }}.*))
{%- endmacro %}
