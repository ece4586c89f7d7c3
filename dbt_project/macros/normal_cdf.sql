{# The standard normal distribution function in plain SQL, accurate to 1e-7: formula 26.2.17 of Abramowitz
   and Stegun (1964), "Handbook of Mathematical Functions". z: a double. #}
{% macro normal_cdf(z) -%}
    {%- set z = '(' ~ z ~ ')' -%}
    {%- set t = '(1 / (1 + 2.316419e-1 * abs(' ~ z ~ ')))' -%}
    {%- set tail = retention._polynomial(
        ['1.330274429e0', '-1.821255978e0', '1.781477937e0', '-3.56563782e-1', '3.1938153e-1', '0e0'], t
    ) -%}
    (0.5e0 + sign({{ z }}) * (0.5e0 - exp(-{{ z }} * {{ z }} / 2) / 2.5066282746310002e0 * {{ tail }}))
{%- endmacro %}
