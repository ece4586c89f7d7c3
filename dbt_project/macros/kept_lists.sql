{# Select one row per purpose and customer whose recommendations of the last build may stay: purpose,
   customer_id and the fingerprint of the purchases that they were made from. None may stay after
   dbt build --full-refresh.

   items, days: CTEs with the recommendable items and the as_of_date of each purpose. A list with the purpose
   today stays for less than recommendation_refresh_days days. It is made again if the vars have changed or
   one of its items is no longer sold. Each day has its share of the customers, chosen by hash, so no day
   makes all lists. A list of the backtest stays as long as the backtest has the same as_of_date. #}
{% macro kept_lists(items, days) %}
    {% set lists = none if should_full_refresh() else retention._kept_lists() %}
    {% if lists is none %}
        select
            purpose,
            cast(null as {{ dbt.type_string() }}) as customer_id,
            cast(null as decimal(38, 0)) as history_fingerprint
        from {{ days }}
        where 1 = 0
    {% else %}
        {% set refresh_days = retention.setting('recommendation_refresh_days') %}
        {% set day_number = retention.days_between("cast('2000-01-01' as date)", days ~ '.as_of_date') %}
        select
            lists.purpose,
            lists.customer_id,
            max(lists.history_fingerprint) as history_fingerprint
        from {{ lists }} as lists
        inner join {{ days }} on lists.purpose = {{ days }}.purpose
        left join {{ items }}
            on
                lists.item = {{ items }}.item
                and ({{ items }}.is_sellable or lists.purpose = 'backtest')
                and not {{ items }}.is_left_out
        group by lists.purpose, lists.customer_id, {{ days }}.as_of_date
        having
            count(*) = count({{ items }}.item)
            and max(lists.list_settings) = '{{ retention._list_settings() }}'
            and max(lists.listed_date) <= {{ days }}.as_of_date
            and max(lists.listed_date) > {{ retention.days_from(days ~ '.as_of_date', -refresh_days) }}
            and (
                max(lists.listed_date) = {{ days }}.as_of_date
                or (
                    lists.purpose = 'today'
                    and {{ retention.hash_bucket("'refresh ' || lists.customer_id", refresh_days) }}
                    <> {{ day_number }} % {{ refresh_days }}
                )
            )
    {% endif %}
{% endmacro %}
