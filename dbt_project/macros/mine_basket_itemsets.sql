{# Hook: finds the frequent itemsets of int_retention__baskets by the vars and leaves them in work tables. #}
{% macro mine_basket_itemsets(baskets) %}
    {% if execute %}
        {% set settings = retention.basket_settings() %}
        {% do settings.update({'is_deduplicated': true}) %}
        {% do retention.mine_itemsets(baskets, settings) %}
    {% endif %}
{% endmacro %}
