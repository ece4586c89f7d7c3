{# Stops the build, in words, where the shop's own table of save rates names a risk tier that there is none of: its rows
   would be ignored. The package's own table is for the package's own tiers. #}
{% macro check_prior_tiers(priors, tier_names) %}
    {% if not execute or priors.is_cte or var('retention_action_priors') is none %}
        {{ return('') }}
    {% endif %}
    {% set query %}
        select distinct cast(risk_tier as {{ dbt.type_string() }}) as risk_tier from {{ priors }}
        where risk_tier is not null and cast(risk_tier as {{ dbt.type_string() }}) not in ({{ quoted_list(tier_names) }})
        order by risk_tier
    {% endset %}
    {% set unknown = run_query(query).columns[0].values() | list %}
    {% if unknown %}
        {{ exceptions.raise_compiler_error(
            "retention_action_priors (" ~ priors.identifier ~ ") has the risk_tier " ~ unknown | join(', ') ~ "; expected "
            ~ tier_names | join(', ') ~ ", or nothing for all that have no row of their own. See docs/decisions.md"
        ) }}
    {% endif %}
{% endmacro %}
