{# The table that `retention build` makes for this model with scoring: external, and drops at its end. #}
{% macro external_table() -%}
    {%- set identifier = this.identifier ~ '__external' -%}
    {%- if execute and not adapter.get_relation(this.database, this.schema, identifier) -%}
        {%- do retention.refuse_dbt_alone() -%}
    {%- endif -%}
    {{ return(this.incorporate(path={'identifier': identifier}, type='table')) }}
{%- endmacro %}
