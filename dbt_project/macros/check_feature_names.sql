{# Stops the build where a feature cannot be named in SQL as it stands: a word that the engine reserves, or anything but
   letters, digits and underscores. families: {name: [columns]}. #}
{% macro check_feature_names(families) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set reserved = retention.reserved_words() %}
    {% for family, columns in families.items() %}
        {% for column in columns if column in reserved or not modules.re.fullmatch('[a-z_][a-z0-9_]*', column) %}
            {{ exceptions.raise_compiler_error(
                "the feature '" ~ column ~ "' of feat_" ~ family ~ " is "
                ~ ("a reserved word of SQL" if column in reserved else "no plain name of a column")
                ~ "; expected letters, digits and underscores, such as " ~ family ~ "_count_90d. Rename the column in feat_"
                ~ family ~ ". See docs/adding-a-feature.md"
            ) }}
        {% endfor %}
    {% endfor %}
{% endmacro %}
