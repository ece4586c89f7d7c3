{# An error where a command of dbt builds tables that only `retention build` can: with scoring: external. #}
{% macro refuse_dbt_alone() %}
    {% if flags.WHICH in ['build', 'run', 'retry'] %}
        {{ exceptions.raise_compiler_error(
            "the var scoring is 'external', so `retention build` trains and scores between runs of dbt, and "
            ~ "`dbt " ~ flags.WHICH ~ "` alone cannot. Run: retention build, or set scoring: in_warehouse. "
            ~ "See docs/daily-use.md"
        ) }}
    {% endif %}
{% endmacro %}
