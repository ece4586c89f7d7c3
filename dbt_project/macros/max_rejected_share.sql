{# The share of an input's rows that may be rejected, by the var max_rejected_share: for this input, or else
   the default. Stops the build if the var names an unknown input. #}
{% macro max_rejected_share(input_name) %}
    {% set given = retention.setting('max_rejected_share') %}
    {% set shares = given if given is mapping else {'default': given} %}
    {% set allowed = ['default'] + retention._input_contract().keys() | list %}
    {% set unknown = shares | reject('in', allowed) | list %}
    {% if unknown %}
        {{ exceptions.raise_compiler_error(
            "max_rejected_share names " ~ unknown | join(', ') ~ "; expected " ~ allowed | join(', ')
            ~ ". See docs/inputs.md"
        ) }}
    {% endif %}
    {{ return(shares.get(input_name, shares['default'])) }}
{% endmacro %}
