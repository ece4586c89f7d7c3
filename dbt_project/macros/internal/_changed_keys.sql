{# The keys whose rows a by_key table reads again, one column changed_key. meta: as in by_key. #}
{% macro _changed_keys(meta, reload_from) %}
    {% set start = "cast('" ~ reload_from ~ "' as timestamp)" %}
    {% set input = retention.input(meta.input) %}
    {% set found = retention._relation_columns(input) | map('lower') | list if input is not none else [] %}
    {% set times = meta.known_at | select('in', found) | list %}
    select {{ meta.key }} as changed_key from {{ this }}
    where rejection_rule is not null or coalesce({{ meta.known_at | join(', ') }}) >= {{ start }}
    {% if times %}
        {% set known_at = [] %}
        {% for time in times %}
            {% do known_at.append(retention.shop_time(time)) %}
        {% endfor %}
        union
        select {{ retention.clean_id(meta.key) }} as changed_key from {{ input }}
        where coalesce({{ known_at | join(', ') }}) >= {{ start }}
    {% endif %}
    {% if meta.parent %}
        {% set parent = retention._relation_named(meta.parent) %}
        {% set times_of_parent = graph.nodes['model.retention.' ~ meta.parent].config.meta.known_at %}
        union
        select {{ meta.key }} as changed_key from {{ parent }}
        where coalesce({{ times_of_parent | join(', ') }}) >= {{ start }}
        union
        select {{ meta.key }} as changed_key from {{ this }}
        where {{ meta.key }} not in (select {{ meta.key }} from {{ parent }} where {{ meta.key }} is not null)
    {% endif %}
{% endmacro %}
