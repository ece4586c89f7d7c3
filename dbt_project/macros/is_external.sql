{# Whether `retention build` trains and scores between runs of dbt: then SQL calls no function of the package
   and no Python model is enabled. With scoring: external `retention build` sets this environment variable,
   because dbt_project.yml, which decides on Python models, sees no vars. #}
{% macro is_external() %}
    {% set scoring = env_var('RETENTION_SCORING', 'in_warehouse') %}
    {% if scoring not in ['in_warehouse', 'external'] %}
        {{ exceptions.raise_compiler_error(
            "the environment variable RETENTION_SCORING is '" ~ scoring ~ "'; expected in_warehouse or "
            ~ "external. Unset it, and set the var scoring. See docs/daily-use.md"
        ) }}
    {% endif %}
    {{ return(scoring == 'external') }}
{% endmacro %}
