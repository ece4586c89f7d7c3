{# Stops the build in words: which level, what it would need, and which settings change that. #}
{% macro _raise_level(level, candidates_count, bytes, mine) %}
    {% set settings = mine.settings %}
    {{ exceptions.raise_compiler_error(
        "itemsets of length " ~ level ~ " would need " ~ '{:,.0f}'.format(candidates_count)
        ~ " candidates and about " ~ '{:,.3g}'.format(bytes / 1000000000) ~ " GB, more than "
        ~ settings.called.max_level_gb ~ " = " ~ settings.max_level_gb ~ ". Raise " ~ settings.called.min_support
        ~ " (now " ~ settings.min_support ~ ": " ~ '{:,}'.format(mine.min_baskets) ~ " of "
        ~ '{:,}'.format(mine.baskets_count) ~ " baskets), lower " ~ settings.called.max_length ~ " to "
        ~ (level - 1) ~ ", or raise " ~ settings.called.max_level_gb ~ " where there is room. See docs/baskets.md"
    ) }}
{% endmacro %}
