{# Raises a clear error: which level, what it would need, and which settings change that. sampled_level:
   the level whose sample was used for the forecast; then the count is of itemsets, and rounded. #}
{% macro _raise_level(level, candidates_count, bytes, mine, sampled_level=none) %}
    {% set settings = mine.settings %}
    {% if sampled_level is none %}
        {% set needed = "need " ~ '{:,.0f}'.format(candidates_count) ~ " candidates and about "
            ~ '{:,.3g}'.format(bytes / 1000000000) ~ " GB" %}
    {% else %}
        {% set needed = "number about " ~ retention._rounded_number(candidates_count) ~ " and need about "
            ~ retention._rounded_number(bytes / 1000000000)
            ~ " GB (forecast from a sample of the itemsets of length " ~ sampled_level ~ ")" %}
    {% endif %}
    {{ exceptions.raise_compiler_error(
        "itemsets of length " ~ level ~ " would " ~ needed ~ ", more than "
        ~ settings.called.max_level_gb ~ " = " ~ settings.max_level_gb
        ~ ". Raise " ~ settings.called.min_support
        ~ " (now " ~ settings.min_support ~ ": " ~ '{:,}'.format(mine.min_baskets) ~ " of "
        ~ '{:,}'.format(mine.baskets_count) ~ " baskets), lower " ~ settings.called.max_length ~ " to "
        ~ (level - 1) ~ ", or raise " ~ settings.called.max_level_gb
        ~ " where there is room. See docs/baskets.md"
    ) }}
{% endmacro %}
