{# {as_of_date: none} for every snapshot, oldest first. #}
{% macro _snapshot_dates() %}
    {% set dates = {} %}
    {% for row in run_query(
        'select as_of_date from ' ~ retention._relation_named('int_retention__snapshots') ~ ' order by as_of_date'
    ) %}
        {% do dates.update({row[0] | string: none}) %}
    {% endfor %}
    {{ return(dates) }}
{% endmacro %}
