{# What all rows of a by_key table were read with: its SQL, without the day on which the future begins, the
   erased customers, and the var as_of_date: with a later one, orders were accepted that lie in the future. #}
{% macro _input_fingerprint(code) %}
    {% set erased = retention._relation_named('stg_retention__erased_customers') %}
    {% set customers = run_query(
        'select sum(' ~ retention.row_hash(['salt', 'customer_hash']) ~ ') from ' ~ erased
    )[0][0] %}
    {% set lasting = retention._without_catalog(code | replace(retention._first_future_day(), '')) %}
    {{ return('md5-' ~ local_md5(lasting ~ customers ~ retention.setting('as_of_date'))) }}
{% endmacro %}
