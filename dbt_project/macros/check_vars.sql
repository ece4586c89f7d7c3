{# Stops every command, in words, where vars would be ignored in silence: --vars with the package's name around them, and
   a var that there is no more. #}
{% macro check_vars() %}
    {% set given = invocation_args_dict.get('vars') or {} %}
    {% if given is mapping and given.get('retention') is mapping %}
        {{ exceptions.raise_compiler_error(
            "--vars is '{retention: {" ~ given.retention.keys() | join(', ') ~ ": ...}}', and dbt reads no package's name on the "
            ~ "command line: these vars would be ignored. Write them flat: --vars '{"
            ~ given.retention.keys() | first ~ ": " ~ given.retention.values() | first ~ "}'. See docs/vars.md"
        ) }}
    {% endif %}
    {% if var('default_country_calling_code', none) is not none %}
        {{ exceptions.raise_compiler_error(
            "default_country_calling_code is '" ~ var('default_country_calling_code') ~ "', and there is no such var any "
            ~ "more; expected default_region, the two letters of the country (ISO 3166), such as GB for 44. "
            ~ "See docs/vars.md"
        ) }}
    {% endif %}
{% endmacro %}
