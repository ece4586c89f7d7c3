{# The risk tiers by the vars risk_tier_thresholds and risk_tier_capacity, the highest first: a list of
   {name, threshold, capacity}. capacity: null (no limit), a whole number of customers, or a share below 1 of
   today's customers. Stops the build where a var makes no sense. #}
{% macro risk_tiers() %}
    {% set thresholds = var('risk_tier_thresholds') %}
    {% set capacities = var('risk_tier_capacity') or {} %}
    {% set steps = thresholds.values() | list if thresholds is mapping else [] %}
    {% set ladder = namespace(is_right=steps | length > 0) %}
    {% for step in steps if step is not number or step is boolean or step <= 0 or step >= 1 %}
        {% set ladder.is_right = false %}
    {% endfor %}
    {% if not ladder.is_right or steps | unique | list | length < steps | length %}
        {{ exceptions.raise_compiler_error(
            "risk_tier_thresholds is '" ~ thresholds ~ "'; expected a probability above 0 and below 1 for each tier, no "
            ~ "two alike, such as {critical: 0.6, high: 0.35}. See docs/vars.md"
        ) }}
    {% endif %}
    {% for name in ('low', 'unknown') if name in thresholds %}
        {{ exceptions.raise_compiler_error(
            "risk_tier_thresholds names a tier '" ~ name ~ "', which is the word for customers "
            ~ ("below all tiers" if name == 'low' else "without a score") ~ "; choose another. See docs/vars.md"
        ) }}
    {% endfor %}
    {% for name, capacity in capacities.items() if name not in thresholds and capacity is not none %}
        {{ exceptions.raise_compiler_error(
            "risk_tier_capacity names the tier '" ~ name ~ "'; the tiers of risk_tier_thresholds are "
            ~ thresholds.keys() | join(', ') ~ ". See docs/vars.md"
        ) }}
    {% endfor %}
    {% set tiers = [] %}
    {% for name, threshold in thresholds.items() | sort(attribute='1', reverse=true) %}
        {% set capacity = capacities.get(name) %}
        {% if capacity is not none and (
            capacity is not number or capacity is boolean or capacity < 0
            or (capacity is not integer and capacity >= 1)
        ) %}
            {{ exceptions.raise_compiler_error(
                "risk_tier_capacity of '" ~ name ~ "' is '" ~ capacity ~ "'; expected null (no limit), a whole number "
                ~ "of customers, such as 200, or a share of today's customers below 1, such as 0.05. See docs/vars.md"
            ) }}
        {% endif %}
        {% do tiers.append({'name': name, 'threshold': threshold, 'capacity': capacity}) %}
    {% endfor %}
    {{ return(tiers) }}
{% endmacro %}
