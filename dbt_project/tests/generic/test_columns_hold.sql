{# Fails with each row that breaks a claim about its columns, and names the claims.

   One scan for all claims of a model. not_null: columns that are never null. in_range: {column: [low, high]},
   a null bound is open and a null value passes. Column tests would be one query each. #}
{% test columns_hold(model, not_null=[], in_range={}) %}

{% set claims = [] %}
{% for column in not_null %}
    {% do claims.append({'says': column ~ ' is not null', 'breaks': column ~ ' is null'}) %}
{% endfor %}
{% for column, bounds in in_range.items() %}
    {% if bounds is string or bounds | length != 2 %}
        {{ exceptions.raise_compiler_error(
            "columns_hold: in_range of '" ~ column ~ "' is " ~ bounds
            ~ "; expected [low, high], null where it is open"
        ) }}
    {% endif %}
    {% if bounds[0] is not none %}
        {% do claims.append({'says': column ~ ' >= ' ~ bounds[0], 'breaks': column ~ ' < ' ~ bounds[0]}) %}
    {% endif %}
    {% if bounds[1] is not none %}
        {% do claims.append({'says': column ~ ' <= ' ~ bounds[1], 'breaks': column ~ ' > ' ~ bounds[1]}) %}
    {% endif %}
{% endfor %}
{% if not not_null and not in_range %}
    {{ exceptions.raise_compiler_error(
        "columns_hold claims nothing; name columns under not_null or in_range"
    ) }}
{% endif %}

select
    {% for claim in claims %}
        case when {{ claim.breaks }} then '{{ claim.says }}; ' else '' end
        ||
    {% endfor %}
    '' as broken_claims,
    checked.*
from {{ model }} as checked
where
    1 = 0
    {% for claim in claims %}
        or {{ claim.breaks }}
    {% endfor %}

{% endtest %}
