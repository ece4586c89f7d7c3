{# Raises a clear error if this number of rules would take more than max_level_gb. The error distinguishes
   three counts: of all itemsets; up_to_length: of the itemsets counted so far; sampled_level: a forecast
   from a sample of that level, which stops the build only above 125 % of the limit. #}
{% macro _check_rules_count(rules_count, settings, up_to_length=none, sampled_level=none) %}
    {% set bytes_per_rule = 160 %}
    {% set is_forecast = sampled_level is not none %}
    {% set gigabytes = rules_count * bytes_per_rule / 1000000000 %}
    {% if gigabytes > settings.max_level_gb * (1.25 if is_forecast else 1) %}
        {% set up_to = ' up to length ' ~ up_to_length if up_to_length is not none else '' %}
        {% if is_forecast %}
            {% set expected = 'about ' ~ retention._rounded_number(rules_count) ~ ' rules and about '
                ~ retention._rounded_number(gigabytes)
                ~ ' GB (forecast from a sample of the itemsets of length ' ~ sampled_level ~ ')' %}
        {% else %}
            {% set expected = '{:,.0f}'.format(rules_count) ~ ' rules and about '
                ~ '{:,.3g}'.format(gigabytes) ~ ' GB' %}
        {% endif %}
        {{ exceptions.raise_compiler_error(
            "the itemsets" ~ up_to ~ " would make " ~ expected ~ ", more than "
            ~ settings.called.max_level_gb ~ " = " ~ settings.max_level_gb
            ~ ". Raise " ~ settings.called.min_support
            ~ ", lower " ~ settings.called.max_length ~ ", ask for single consequents, or raise "
            ~ settings.called.max_level_gb ~ " where there is room. See docs/baskets.md"
        ) }}
    {% endif %}
{% endmacro %}
