{# Stops in words where so many rules would take more than max_level_gb. #}
{% macro _check_rules_count(rules_count, settings) %}
    {% set bytes_per_rule = 160 %}
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
