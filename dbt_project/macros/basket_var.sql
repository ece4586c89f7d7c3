{# A var of the baskets room, checked. Stops the build, in words, where it cannot be. #}
{% macro basket_var(name) %}
    {% set value = var(name, none) %}
    {% set choices = {
        'basket_item': ['product_id', 'product_name', 'category', 'subcategory'],
        'itemset_strategy': ['apriori', 'eclat'],
        'rule_single_consequent': [true, false],
    } %}
    {% set whole = {
        'basket_max_items': 1,
        'basket_window_days': 1,
        'affinity_min_customers': 1,
        'co_purchase_items': 2,
        'recommendation_list_length': 1,
        'recommendation_active_days': 1,
        'recommendation_half_life_days': 1,
        'recommendation_near_customers': 1,
        'recommendation_reference_customers': 1,
        'recommendation_max_pairs': 1,
        'recommendation_test_days': 1,
        'recommendation_test_customers': 1,
        'durable_days': 0,
    } %}
    {% set shares = {
        'rule_min_confidence': 1,
        'rule_min_lift': none,
        'recommendation_prior_weight': none,
        'recommendation_common_item_share': 1,
        'recommendation_everyday_share': 1,
    } %}
    {% set numbers = ['recommendation_min_margin_share'] %}
    {% set see = ". See docs/baskets.md" %}
    {% if name in choices and value not in choices[name] %}
        {{ exceptions.raise_compiler_error(
            name ~ " is '" ~ value ~ "'; expected " ~ choices[name] | join(' or ') ~ see
        ) }}
    {% elif name in whole and not (name == 'basket_window_days' and value is none) and (
        value is not integer or value is boolean or value < whole[name]
    ) %}
        {{ exceptions.raise_compiler_error(
            name ~ " is '" ~ value ~ "'; expected a whole number of " ~ whole[name] ~ " or more"
            ~ (", or null for all orders" if name == 'basket_window_days' else "") ~ see
        ) }}
    {% elif name in shares and (
        value is not number or value is boolean or value < 0 or value > (shares[name] or value)
    ) %}
        {{ exceptions.raise_compiler_error(
            name ~ " is '" ~ value ~ "'; expected a number from 0" ~ (" to 1" if shares[name] else " up") ~ see
        ) }}
    {% elif name in numbers and (value is not number or value is boolean) %}
        {{ exceptions.raise_compiler_error(name ~ " is '" ~ value ~ "'; expected a number" ~ see) }}
    {% elif name.startswith('apriori_') %}
        {% do basket_settings() %}
    {% endif %}
    {{ return(value) }}
{% endmacro %}
