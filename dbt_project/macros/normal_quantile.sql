{# The quantile of the standard normal distribution in plain SQL, accurate to 1e-8: the rational
   approximation of Acklam (2003), "An algorithm for computing the inverse normal cumulative distribution
   function". p: a double; null unless above 0 and below 1. #}
{% macro normal_quantile(p) -%}
    {%- set p = '(' ~ p ~ ')' -%}
    {%- set q = '(' ~ p ~ ' - 0.5e0)' -%}
    {%- set r = '(' ~ q ~ ' * ' ~ q ~ ')' -%}
    {%- set tail = 'sqrt(-2 * ln(least(' ~ p ~ ', 1 - ' ~ p ~ ')))' -%}
    case
        when {{ p }} <= 0 or {{ p }} >= 1 then null
        when {{ p }} < 2.425e-2 or {{ p }} > 9.7575e-1
            then -sign({{ q }}) * {{ retention._polynomial([
                '-7.784894002430293e-3', '-3.223964580411365e-1', '-2.400758277161838e0',
                '-2.549732539343734e0', '4.374664141464968e0', '2.938163982698783e0',
            ], tail) }} / {{ retention._polynomial([
                '7.784695709041462e-3', '3.224671290700398e-1', '2.445134137142996e0',
                '3.754408661907416e0', '1e0',
            ], tail) }}
        else {{ q }} * {{ retention._polynomial([
                '-3.969683028665376e1', '2.209460984245205e2', '-2.759285104469687e2', '1.383577518672690e2',
                '-3.066479806614716e1', '2.506628277459239e0',
            ], r) }} / {{ retention._polynomial([
                '-5.447609879822406e1', '1.615858368580409e2', '-1.556989798598866e2', '6.680131188771972e1',
                '-1.328068155288572e1', '1e0',
            ], r) }}
    end
{%- endmacro %}
