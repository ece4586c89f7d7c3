{# Fails where a model has more or fewer rows than another. other: a ref. #}
{% test row_count_equals(model, other) %}

select
    counted.rows_count,
    counted.other_rows_count
from (
    select
        (select count(*) from {{ model }}) as rows_count,
        (select count(*) from {{ other }}) as other_rows_count
) as counted
where counted.rows_count <> counted.other_rows_count

{% endtest %}
