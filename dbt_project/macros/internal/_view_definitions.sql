{# The SQL of some views as the warehouse holds it, one text. #}
{% macro _view_definitions(relations) %}
    {{ return(adapter.dispatch('_view_definitions', 'retention')(relations)) }}
{% endmacro %}

{% macro default___view_definitions(relations) %}
    {% set definitions = [] %}
    {% for relation in relations %}
        {% set query %}
            select view_definition
            from information_schema.views
            where table_schema = '{{ relation.schema }}' and table_name = '{{ relation.identifier }}'
        {% endset %}
        {% do definitions.extend(run_query(query).columns[0].values()) %}
    {% endfor %}
    {{ return(definitions | join(';')) }}
{% endmacro %}
