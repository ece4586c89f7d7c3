-- One row per feature family: for how many customers of the latest as_of_date does it have a value?
-- A feature has a value if it is neither null nor zero.
with today as (

    select * from {{ ref('int_retention__today') }}

),

coverage as (

    {% for family in setting('retention_features') %}
        {% set columns = feature_columns(ref('feat_' ~ family)) %}
        {% do check_feature_names({family: columns}) %}
        select
            '{{ family }}' as feature_family,
            {{ columns | length }} as features_count,
            0
            {%- for column in columns %}
                + case when count(*) filter (where {{ column }} <> 0) = 0 then 1 else 0 end
            {%- endfor %}
                as empty_features_count,
            count(*) filter (
                where 1 = 0{% for column in columns %} or {{ column }} <> 0{% endfor %}
            ) as customers_count,
            count(*) as todays_customers_count
        from {{ ref('feat_' ~ family) }} as family
        inner join today on family.as_of_date = today.as_of_date
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from coverage
