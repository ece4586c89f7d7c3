{# Hook: finds the frequent itemsets of int_retention__baskets, or of a part of it, and writes them to
   work tables.

   settings: see itemset_settings(); without them the vars are used. A model of another project must give
   them, because the defaults of this package's vars are not known there. #}
{% macro mine_basket_itemsets(baskets, settings=none) %}
    {% if execute %}
        {% set settings = settings or retention.basket_settings() %}
        {% do settings.update({'is_deduplicated': true}) %}
        {% do retention.mine_itemsets(baskets, settings) %}
    {% endif %}
{% endmacro %}
