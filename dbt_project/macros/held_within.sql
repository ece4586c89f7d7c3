{# A number limited to low and high, of which one may be none. Null stays null: greatest() and least() would
   ignore it. #}
{% macro held_within(expression, low=none, high=none) -%}
    case
        when ({{ expression }}) is not null
            then
                {% if low is none %}
                    least({{ expression }}, {{ high }})
                {% elif high is none %}
                    greatest({{ expression }}, {{ low }})
                {% else %}
                    least(greatest({{ expression }}, {{ low }}), {{ high }})
                {% endif %}
    end
{%- endmacro %}
