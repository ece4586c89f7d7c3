{# Why a name is no var of ours in this place, as a sentence, and what to write instead; none where it is one.

   place: 'top' (vars, --vars) or 'advanced'. is_ours: it must be one, because it is in vars: retention:.
   Elsewhere a shop has vars of its own: there a name is wrong that is gone, that belongs in the other place,
   or that is nearly one of ours. #}
{% macro _why_no_var(name, place, is_ours) %}
    {% set kinds = {} %}
    {% for group in retention._vars_contract().values() %}
        {% do kinds.update(group['vars']) %}
    {% endfor %}
    {% set gone = retention._gone_vars() %}
    {% if name in kinds and kinds[name].get('advanced', false) == (place == 'advanced') %}
        {{ return(none) }}
    {% elif name in kinds and place == 'advanced' %}
        {{ return(name ~ " is in advanced; it belongs beside it, at the top level of vars: retention:") }}
    {% elif name in kinds %}
        {{ return(name ~ " is at the top level of vars; it belongs in advanced: {" ~ name ~ ": ...}") }}
    {% elif name in gone %}
        {{ return("there is no var " ~ name ~ " any more; " ~ gone[name]) }}
    {% endif %}
    {% set nearest = retention._nearest_name(name, kinds) %}
    {% if is_ours or nearest.likeness >= 0.85 %}
        {% set is_advanced = kinds.get(nearest.name, {}).get('advanced') %}
        {{ return(
            "there is no var " ~ name
            ~ ("; the nearest is " ~ nearest.name if nearest.name else "")
            ~ (" (in advanced)" if is_advanced else "")
        ) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
