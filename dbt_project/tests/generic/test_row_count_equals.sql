{# Fails where a model has more or fewer rows than another. other: the name of an ancestor in the package.
   champion_of: the name of a model table; where it names no champion, no rows are expected.

   Names, not refs: dbt adds a test to every selection with one of its refs, so with a ref the test would also
   run where the tested model is not built. A ref works for tests that always build both. With `--empty`
   nothing is compared, because every model reads empty inputs. #}
{% test row_count_equals(model, other, champion_of=none) %}

{% set other_relation = retention._relation_named(other) if execute and other is string else other %}

select
    counted.rows_count,
    counted.other_rows_count
from (
    select
        (select count(*) from {{ model }}) as rows_count,
        (select count(*) from {{ other_relation }})
        {% if champion_of is not none and execute %}
            * (
                select count(distinct models.model_version)
                from {{ retention._relation_named(champion_of) }} as models
                where models.is_champion
            )
        {% endif %}
        as other_rows_count
) as counted
where
    counted.rows_count <> counted.other_rows_count
    {% if flags.EMPTY %}
        and 1 = 0
    {% endif %}

{% endtest %}
