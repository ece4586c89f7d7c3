{# The claims that one row can break by itself: a list of {says, breaks}. See the test claims. #}
{% macro _row_claims(not_null, in_range, accepted_values, conditions) %}
    {% set claims = [] %}
    {% for column in not_null %}
        {% do claims.append({'says': column ~ ' is not null', 'breaks': column ~ ' is null'}) %}
    {% endfor %}
    {% for column, bounds in in_range.items() %}
        {% if bounds is string or bounds | length != 2 %}
            {{ exceptions.raise_compiler_error(
                "claims: in_range of '" ~ column ~ "' is " ~ bounds
                ~ "; expected [low, high], null where it is open"
            ) }}
        {% endif %}
        {% if bounds[0] is not none %}
            {% set says, breaks = column ~ ' >= ' ~ bounds[0], column ~ ' < ' ~ bounds[0] %}
            {% do claims.append({'says': says, 'breaks': breaks}) %}
        {% endif %}
        {% if bounds[1] is not none %}
            {% set says, breaks = column ~ ' <= ' ~ bounds[1], column ~ ' > ' ~ bounds[1] %}
            {% do claims.append({'says': says, 'breaks': breaks}) %}
        {% endif %}
    {% endfor %}
    {% for column, values in accepted_values.items() %}
        {% set listed = "('" ~ values | join("', '") ~ "')" %}
        {% do claims.append({
            'says': column ~ ' is one of ' ~ values | join(', '),
            'breaks': 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ') not in ' ~ listed,
        }) %}
    {% endfor %}
    {% for condition in conditions %}
        {% set name, text = condition.items() | first if condition is mapping else (condition, condition) %}
        {% do claims.append({'says': name, 'breaks': 'not coalesce(' ~ text ~ ', false)'}) %}
    {% endfor %}
    {{ return(claims) }}
{% endmacro %}
