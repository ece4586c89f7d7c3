{# The share of an input's rows that may be rejected, by the var max_rejected_share: a number for all inputs, or a mapping with default and
   names of inputs. Checked: stops the build where it is neither. #}
{% macro max_rejected_share(input_name) %}
    {% set given = var('max_rejected_share') %}
    {% set shares = given if given is mapping else {'default': given} %}
    {% set allowed = ['default'] + retention._input_contract().keys() | list %}
    {% set wrong = [] %}
    {% for name, share in shares.items() %}
        {% if name not in allowed or share is not number or share is boolean or share < 0 or share > 1 %}
            {% do wrong.append(name) %}
        {% endif %}
    {% endfor %}
    {% if wrong or 'default' not in shares %}
        {{ exceptions.raise_compiler_error(
            "max_rejected_share is '" ~ given ~ "'; expected a number from 0 to 1, or such numbers by input, such as "
            ~ "{default: 0.01, order_lines: 0.2}. Allowed are " ~ allowed | join(', ') ~ ". See docs/vars.md"
        ) }}
    {% endif %}
    {{ return(shares[input_name] if input_name in shares else shares['default']) }}
{% endmacro %}
