{# A feature limited to its own quantiles of the training dates: a SQL expression over `rows`, which has
   split.

   lower, upper: quantiles, 0 to 1. A value outside takes the value of the quantile; null stays null. #}
{% macro winsorise(column, lower, upper, rows='joined') -%}
    {%- set known = "from " ~ rows ~ " where split = 'train'" -%}
    case
        when {{ column }} is not null
            then least(
                greatest(
                    {{ column }},
                    (select percentile_cont({{ lower }}) within group (order by {{ column }}) {{ known }})
                ),
                (select percentile_cont({{ upper }}) within group (order by {{ column }}) {{ known }})
            )
    end
{%- endmacro %}
