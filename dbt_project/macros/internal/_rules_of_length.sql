{# How many rules an itemset of a length makes: settings.rules is all, single (consequents) or none. #}
{% macro _rules_of_length(length, settings) %}
    {{ return({'all': 2 ** length - 2, 'single': length}.get(settings.rules, 0)) }}
{% endmacro %}
