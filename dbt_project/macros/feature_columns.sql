{# Names of the feature columns of a relation: all but the keys and input_fingerprint. Empty before it is
   built. #}
{% macro feature_columns(relation) %}
    {% if not execute or relation.is_cte %}
        {{ return([]) }}
    {% endif %}
    {% set names = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') %}
    {{ return(names | reject('in', ['customer_id', 'as_of_date', 'input_fingerprint']) | list) }}
{% endmacro %}
