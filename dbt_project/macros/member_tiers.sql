{# The var member_tier_thresholds as a list of {tier, rank, spend, orders}, lowest first; checked.

   A tier is reached by its spend or by its orders; either is enough. null = not by this one. #}
{% macro member_tiers() %}
    {% set tiers = [] %}
    {% for tier, thresholds in retention.setting('member_tier_thresholds').items() %}
        {% if thresholds.values() | select('number') | list == [] %}
            {{ exceptions.raise_compiler_error(
                "member_tier_thresholds: " ~ tier ~ " is " ~ thresholds
                ~ "; expected {spend: 300, orders: 10}, at least one of them, lowest tier first. "
                ~ "See docs/members.md"
            ) }}
        {% endif %}
        {% do tiers.append({
            'tier': tier,
            'rank': loop.index,
            'spend': thresholds.get('spend'),
            'orders': thresholds.get('orders'),
        }) %}
    {% endfor %}
    {{ return(tiers) }}
{% endmacro %}
