{# The quantile of Student's t distribution in plain SQL, by the expansion of Abramowitz and Stegun (1964),
   26.7.5. Between 0.005 and 0.995 it is accurate to 2e-3 with 10 degrees of freedom, and to 2e-5 with 30.
   z: the normal quantile; degrees: the degrees of freedom, above 0; both columns of doubles. #}
{% macro student_t_quantile(z, degrees) -%}
    ({{ z }}
        + (power({{ z }}, 3) + {{ z }}) / (4 * {{ degrees }})
        + (5 * power({{ z }}, 5) + 16 * power({{ z }}, 3) + 3 * {{ z }}) / (96 * power({{ degrees }}, 2))
        + (3 * power({{ z }}, 7) + 19 * power({{ z }}, 5) + 17 * power({{ z }}, 3) - 15 * {{ z }})
        / (384 * power({{ degrees }}, 3)))
{%- endmacro %}
