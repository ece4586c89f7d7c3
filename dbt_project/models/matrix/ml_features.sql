-- One row per customer and as_of_date: all feature families side by side, on their own scales.
-- Outliers and nulls stay as they are, unless winsorise_quantiles or missing_values is set.
-- by_date keeps past dates and saves memory. If rows of a date depend on other dates, all dates are computed.
{% set asked = setting('missing_values') %}
{% set asked_methods = [asked.get('default', 'none')] + (asked.get('per_column') or {}).values() | list %}
{% set others = asked_methods | reject('in', ['none', 'zero', 'drop']) | list %}
{{ config(materialized='table' if others or setting('winsorise_quantiles') else 'by_date') }}
{% set families = {} %}
{% set columns = [] %}
{% for name in setting('retention_features') %}
    {% do families.update({name: feature_columns(ref('feat_' ~ name))}) %}
    {% do columns.extend(families[name]) %}
{% endfor %}
{% do check_feature_list(families) %}
{% set methods = missing_value_methods(columns) %}
{% set quantiles = setting('winsorise_quantiles') %}
{% set is_filled = methods.values() | reject('in', ['none', 'drop']) | list | length > 0 %}
{% set unfilled = 'winsorised' if quantiles else 'joined' %}

with spine as (

    select * from {{ ref('int_retention__spine') }}

),

joined as (

    select
        spine.customer_id,
        spine.as_of_date,
        {% for name, family_columns in families.items() %}
            {% for column in family_columns %}
                feat_{{ name }}.{{ column }},
            {% endfor %}
        {% endfor %}
        spine.split
    from spine
    {% for name in families %}
        left join {{ ref('feat_' ~ name) }} as feat_{{ name }}
            on
                spine.customer_id = feat_{{ name }}.customer_id
                and spine.as_of_date = feat_{{ name }}.as_of_date
    {% endfor %}

),

{% if quantiles %}
    winsorised as (

        select
            customer_id,
            as_of_date,
            {% for column in columns %}
                {{ winsorise(column, quantiles[0], quantiles[1], 'joined') }} as {{ column }},
            {% endfor %}
            split
        from joined

    ),

{% endif %}

{% if is_filled %}
    filled as (

        select
            customer_id,
            as_of_date,
            {% for column, method in methods.items() %}
                {{ fill_missing(column, method, unfilled) }} as {{ column }},
            {% endfor %}
            split
        from {{ unfilled }}

    ),

{% endif %}

kept as (

    select *
    from {{ 'filled' if is_filled else unfilled }}
    where
        split <> 'train'
        or (
            1 = 1
            {% for column, method in methods.items() if method == 'drop' %}
                and {{ column }} is not null
            {% endfor %}
        )

)

select * from kept
