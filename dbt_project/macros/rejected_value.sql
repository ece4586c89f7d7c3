{# The value that broke the rule: that of the column with which broken_rule begins, as the shop gave it. Null
   where no value broke it: a missing value or a duplicate.

   columns: of texts_as_given; ids: other columns that a rule compares. #}
{% macro rejected_value(columns, ids=[]) -%}
    case split_part(broken_rule, ' ', 1)
        {%- for column in ids %}
            when '{{ column }}' then {{ column }}
        {%- endfor %}
        {%- for column in columns %}
            when '{{ column }}' then given_{{ column }}
        {%- endfor %}
        end
{%- endmacro %}
