{# Stops in words, before any rule is made, where the rules of frequent itemsets would take more than max_level_gb.
   itemsets: a relation with length; settings: see itemset_settings(). #}
{% macro check_rules(itemsets, settings, single_consequent=false) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set bytes_per_rule = 160 %}
    {% set rules_count = run_query(
        'select coalesce(sum(' ~ ('length' if single_consequent else 'power(2, length) - 2') ~ '), 0) from '
        ~ itemsets ~ ' where length > 1'
    )[0][0] | float %}
    {% if rules_count * bytes_per_rule > settings.max_level_gb * 1000000000 %}
        {{ exceptions.raise_compiler_error(
            "the itemsets would make " ~ '{:,.0f}'.format(rules_count) ~ " rules and about "
            ~ '{:,.3g}'.format(rules_count * bytes_per_rule / 1000000000) ~ " GB, more than "
            ~ settings.called.max_level_gb ~ " = " ~ settings.max_level_gb ~ ". Raise " ~ settings.called.min_support
            ~ ", lower " ~ settings.called.max_length ~ ", ask for single consequents, or raise "
            ~ settings.called.max_level_gb ~ " where there is room. See docs/baskets.md"
        ) }}
    {% endif %}
{% endmacro %}
