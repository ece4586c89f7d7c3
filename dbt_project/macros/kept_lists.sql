{# Select one row per customer whose recommendations of the last build may stay: customer_id and the
   fingerprint of the purchases that they were made from. None may stay after dbt build --full-refresh.

   items, today: CTEs with the recommendable items and the latest as_of_date. A list stays for less than
   recommendation_refresh_days days. It is made again if the vars have changed or one of its items is no
   longer sold. Each day has its share of the customers, chosen by hash, so no day makes all lists. #}
{% macro kept_lists(items, today) %}
    {% set lists = none if should_full_refresh() else retention._kept_lists() %}
    {% if lists is none %}
        select
            cast(null as {{ dbt.type_string() }}) as customer_id,
            cast(null as decimal(38, 0)) as history_fingerprint
        from {{ today }}
        where 1 = 0
    {% else %}
        {% set refresh_days = retention.setting('recommendation_refresh_days') %}
        {% set day_number = retention.days_between("cast('2000-01-01' as date)", today ~ '.as_of_date') %}
        select
            lists.customer_id,
            max(lists.history_fingerprint) as history_fingerprint
        from {{ lists }} as lists
        cross join {{ today }}
        left join {{ items }}
            on
                lists.item = {{ items }}.item
                and {{ items }}.is_sellable
                and not {{ items }}.is_left_out
        where lists.purpose = 'today'
        group by lists.customer_id, {{ today }}.as_of_date
        having
            count(*) = count({{ items }}.item)
            and max(lists.list_settings) = '{{ retention._list_settings() }}'
            and max(lists.listed_date) <= {{ today }}.as_of_date
            and max(lists.listed_date) > {{ retention.days_from(today ~ '.as_of_date', -refresh_days) }}
            and (
                max(lists.listed_date) = {{ today }}.as_of_date
                or {{ retention.hash_bucket("'refresh ' || lists.customer_id", refresh_days) }}
                <> {{ day_number }} % {{ refresh_days }}
            )
    {% endif %}
{% endmacro %}
