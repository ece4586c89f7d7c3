{# Hook: finds the frequent itemsets of int_retention__baskets, or a part of it, and leaves them in work tables.

   settings: see itemset_settings(); without them the vars count. A model of another project must give them, for
   there the defaults of this package's vars are not known. #}
{% macro mine_basket_itemsets(baskets, settings=none) %}
    {% if execute %}
        {% set settings = settings or retention.basket_settings() %}
        {% do settings.update({'is_deduplicated': true}) %}
        {% do retention.mine_itemsets(baskets, settings) %}
    {% endif %}
{% endmacro %}
