{# A fingerprint of the vars that lists of recommendations depend on. Lists of other vars are not kept. #}
{% macro _list_settings() %}
    {% set values = [] %}
    {% set without_effect = ['recommendation_customers_at_once', 'recommendation_refresh_days'] %}
    {% for group in retention._vars_contract().values() %}
        {% for name in group['vars'] | reject('in', without_effect)
            if name.startswith(('recommendation_', 'basket_', 'durable_')) %}
            {% do values.append(name ~ '=' ~ retention.setting(name)) %}
        {% endfor %}
    {% endfor %}
    {{ return(local_md5(values | join(';'))) }}
{% endmacro %}
