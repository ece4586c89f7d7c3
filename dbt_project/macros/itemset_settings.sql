{# The settings of mine_itemsets(), checked: a dict of min_support (a share below 1, or a whole number of
   baskets), max_length, strategy, max_level_gb, is_deduplicated and rules (all, single or none: which
   rules will be made of the itemsets; too many stop the mining). names: the names of the settings in
   error messages. #}
{% macro itemset_settings(min_support, max_length, strategy, max_level_gb, names={}) %}
    {% set called = {
        'min_support': names.get('min_support', 'apriori_min_support'),
        'max_length': names.get('max_length', 'apriori_max_length'),
        'strategy': names.get('strategy', 'itemset_strategy'),
        'max_level_gb': names.get('max_level_gb', 'apriori_max_level_gb'),
    } %}
    {% for name, value in {
        'min_support': min_support, 'max_length': max_length, 'max_level_gb': max_level_gb,
    }.items() %}
        {% set kind = retention._kind_of_var('apriori_' ~ name) %}
        {% if not retention._allows_value(kind, value) %}
            {{ exceptions.raise_compiler_error(retention._refusal_of_value(called[name], kind, value)) }}
        {% endif %}
    {% endfor %}
    {% if strategy not in ['apriori', 'eclat'] %}
        {{ exceptions.raise_compiler_error(
            called.strategy ~ " is '" ~ strategy
            ~ "'; expected apriori or eclat, which give the same itemsets. See docs/baskets.md"
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
