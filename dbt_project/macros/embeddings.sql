{# The rows of the table in the var product_embeddings or customer_embeddings: keys, and one double per
   dimension.

   keys: {column: type}, the columns that give whose vector it is, and when. Every other column must be
   numeric. If the var is not set, the query has the keys only, and no rows. #}
{% macro embeddings(var_name, keys) %}
    {% set relation = retention._named_relation(var_name) %}
    select
        {% for column in retention.embedding_columns(relation, keys, var_name) if relation is not none %}
            cast({{ column }} as double) as {{ column | lower }},
        {% endfor %}
        {% for key, type in keys.items() %}
            {% if relation is none %}
                cast(null as {{ type }}) as {{ key }}
            {%- elif type == 'timestamp' %}
                {{ retention.shop_time(key) }} as {{ key }}
            {%- else %}
                {{ retention.clean_id(key) }} as {{ key }}
            {%- endif %}
            {{- ',' if not loop.last }}
        {% endfor %}
    {% if relation is none %}
        from (select 1 as nothing) as nothing
        where 1 = 0
    {% else %}
        from {{ relation }}
    {% endif %}
{% endmacro %}
