{# The risk tiers, the highest first: a list of {name, threshold, capacity}.

   From the vars risk_tier_thresholds and risk_tier_capacity, which it validates. capacity: null = no limit, a
   whole number of customers, or a share below 1 of all customers on the latest as_of_date. #}
{% macro risk_tiers() %}
    {% set thresholds = retention.setting('risk_tier_thresholds') %}
    {% set capacities = retention.setting('risk_tier_capacity') %}
    {% if thresholds.values() | unique | list | length < thresholds | length %}
        {{ exceptions.raise_compiler_error(
            "risk_tier_thresholds is '" ~ thresholds ~ "'; expected a different probability for each tier, "
            ~ "such as {critical: 0.6, high: 0.35}. See docs/early-warning.md"
        ) }}
    {% endif %}
    {% for name in ('low', 'unknown') if name in thresholds %}
        {{ exceptions.raise_compiler_error(
            "risk_tier_thresholds has a tier '" ~ name ~ "', which is the name for customers "
            ~ ("below all tiers" if name == 'low' else "without a score") ~ "; use another name. "
            ~ "See docs/vars.md"
        ) }}
    {% endfor %}
    {% for name, capacity in capacities.items() if name not in thresholds and capacity is not none %}
        {{ exceptions.raise_compiler_error(
            "risk_tier_capacity has a tier '" ~ name ~ "'; the tiers of risk_tier_thresholds are "
            ~ thresholds.keys() | join(', ') ~ ". See docs/vars.md"
        ) }}
    {% endfor %}
    {% set tiers = [] %}
    {% for name, threshold in thresholds.items() | sort(attribute='1', reverse=true) %}
        {% do tiers.append({'name': name, 'threshold': threshold, 'capacity': capacities.get(name)}) %}
    {% endfor %}
    {{ return(tiers) }}
{% endmacro %}
