{# Probability (double, 0 to 1) that a clean text has a high rating, by the champion 'sentiment'. Null if
   model_version (there is no model) or the text is null. #}
{% macro sentiment(model_version, clean_text) -%}
    {{ adapter.dispatch('sentiment', 'retention')(model_version, clean_text) }}
{%- endmacro %}

{% macro default__sentiment(model_version, clean_text) -%}
    {{ retention._function_call(
        'onnx_sentiment', [model_version, clean_text, retention.setting('max_model_megabytes')]
    ) }}
{%- endmacro %}
