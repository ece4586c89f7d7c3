{# Condition: an order line is bought, because it has at least one piece. Lines of 0 pieces are gifts, notes
   or corrections. lines: an alias of stg_retention__order_lines; none = its columns without an alias. #}
{% macro is_bought_line(lines=none) -%}
    {{ lines ~ '.' if lines }}quantity > 0
{%- endmacro %}
