{# The settings of mine_itemsets(), checked: a dict of min_support (a share below 1, or a whole number of baskets),
   max_length, strategy, max_level_gb, is_deduplicated and rules (those that will be made of the itemsets: all, single or
   none; too many stop the mining). names: what the user calls each, for the errors. #}
{% macro itemset_settings(min_support, max_length, strategy, max_level_gb, names={}) %}
    {% set called = {
        'min_support': names.get('min_support', 'apriori_min_support'),
        'max_length': names.get('max_length', 'apriori_max_length'),
        'strategy': names.get('strategy', 'itemset_strategy'),
        'max_level_gb': names.get('max_level_gb', 'apriori_max_level_gb'),
    } %}
    {% set see = ". See docs/baskets.md" %}
    {% if min_support is not number or min_support is boolean or min_support <= 0
        or (min_support is not integer and min_support > 1) %}
        {{ exceptions.raise_compiler_error(
            called.min_support ~ " is '" ~ min_support ~ "'; expected a share of the baskets above 0 and up to 1.0, "
            ~ "such as 0.001, or a whole number of baskets, such as 50" ~ see
        ) }}
    {% endif %}
    {% if max_length is not integer or max_length is boolean or not 1 <= max_length <= 16 %}
        {{ exceptions.raise_compiler_error(
            called.max_length ~ " is '" ~ max_length ~ "'; expected a whole number from 1 to 16" ~ see
        ) }}
    {% endif %}
    {% if strategy not in ['apriori', 'eclat'] %}
        {{ exceptions.raise_compiler_error(
            called.strategy ~ " is '" ~ strategy ~ "'; expected apriori or eclat, which give the same itemsets" ~ see
        ) }}
    {% endif %}
    {% if max_level_gb is not number or max_level_gb is boolean or max_level_gb <= 0 %}
        {{ exceptions.raise_compiler_error(
            called.max_level_gb ~ " is '" ~ max_level_gb ~ "'; expected a size in GB above 0, such as 8" ~ see
        ) }}
    {% endif %}
    {{ return({
        'min_support': min_support,
        'max_length': max_length,
        'strategy': strategy,
        'max_level_gb': max_level_gb,
        'is_deduplicated': false,
        'rules': 'none',
        'called': called,
    }) }}
{% endmacro %}
