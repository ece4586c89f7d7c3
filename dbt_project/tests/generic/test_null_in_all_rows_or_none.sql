{# Fails with each column that is null in some rows of the model, but not in all. #}
{% test null_in_all_rows_or_none(model, columns) %}

{% for column in columns %}
    select
        '{{ column }}' as column_name,
        count(*) as rows_count,
        count({{ column }}) as known_count
    from {{ model }}
    having count({{ column }}) not in (0, count(*))
    {{ 'union all' if not loop.last }}
{% endfor %}

{% endtest %}
