{# Raises an error if a feature is not a valid column name: a reserved word of the engine, or other
   characters than letters, digits and underscores. families: {name: [columns]}. #}
{% macro check_feature_names(families) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set reserved = retention.reserved_words() %}
    {% for family, columns in families.items() %}
        {% set plain = '[a-z_][a-z0-9_]*' %}
        {% for column in columns if column in reserved or not modules.re.fullmatch(plain, column) %}
            {{ exceptions.raise_compiler_error(
                "the feature '" ~ column ~ "' of feat_" ~ family ~ " is "
                ~ ("a reserved word of SQL" if column in reserved else "no plain name of a column")
                ~ "; expected letters, digits and underscores, such as " ~ family
                ~ "_count_90d. Rename the column in feat_" ~ family ~ ". See docs/adding-a-feature.md"
            ) }}
        {% endfor %}
    {% endfor %}
{% endmacro %}
