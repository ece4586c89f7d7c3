{# Probability (double, 0 to 1) that a clean text has a high rating, by the champion 'sentiment'. Null if
   model_version (there is no model) or the text is null. #}
{% macro sentiment(model_version, clean_text) -%}
    {{ adapter.dispatch('sentiment', 'retention')(model_version, clean_text) }}
{%- endmacro %}

{% macro default__sentiment(model_version, clean_text) -%}
    {%- set max_megabytes = retention.setting('max_model_megabytes') -%}
    onnx_sentiment({{ model_version }}, {{ clean_text }}, {{ max_megabytes }})
{%- endmacro %}
