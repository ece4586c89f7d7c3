{# A polynomial in x by Horner's rule, as SQL with one power per line. coefficients: texts of numbers, the
   highest power first. #}
{% macro _polynomial(coefficients, x) %}
    {% set built = namespace(sql=coefficients[0]) %}
    {% for coefficient in coefficients[1:] %}
        {% set built.sql = '(' ~ built.sql ~ ')\n            * ' ~ x ~ ' + ' ~ coefficient %}
    {% endfor %}
    {{ return('(' ~ built.sql ~ ')') }}
{% endmacro %}
