{# Every row of an input, typed, with rejection_rule (null = accepted) and rejected_value, the value of the column that the rule names.

   Rules, the first that a row breaks is named: a required column is empty, a value does not fit its type (NaN and infinity are no numbers)
   or is out of all proportion, a number is negative, an event is yet to come or older than the shop can be, the row's parent is unknown, the
   key stands twice (the row loaded last is kept). Rows of erased customers are not there. parents: see accepted_rows. #}
{% macro _checked_rows(name, parents={}) %}
    {% set contract = retention._input_contract()[name] %}
    {% set types = retention._input_types() %}
    {% set columns = {} %}
    {% do columns.update(contract.required) %}
    {% do columns.update(contract.optional) %}
    {% set relation = retention.input(name) %}
    {% set rules = retention._input_rules(contract, parents) %}
    {# The largest double: infinity is above it, and every engine takes NaN for larger than any number. #}
    {% set largest_number = '1.7976931348623157e308' %}
    {% if relation is none %}
        select
            {% for column, type in columns.items() %}
                cast(null as {{ types[type].sql }}) as {{ column }},
            {% endfor %}
            cast(null as {{ types.text.sql }}) as rejection_rule,
            cast(null as {{ types.text.sql }}) as rejected_value
        from (select 1 as nothing) as no_rows
        where nothing = 0
    {% else %}
        {% set found = retention._input_columns(name, relation) %}
        {% set key = contract.key | select('in', found) | list %}
        {% set has_whole_key = key | length == contract.key | length %}
        select
            {% for column in columns %}
                {{ column }},
            {% endfor %}
            {% if has_whole_key %}
                case
                    when rejection_rule is not null
                        then rejection_rule
                    when {% for column in key %}{{ column }} is not null and {% endfor %}row_number() over (
                        partition by {{ key | join(', ') }}, rejection_rule is null
                        order by {% if 'loaded_at' in columns %}loaded_at desc nulls last, {% endif %}
                            {{ columns.keys() | join(', ') }}
                    ) > 1
                        then '{{ key | join(" + ") }} stands twice'
                end as rejection_rule,
            {% else %}
                rejection_rule,
            {% endif %}
            rejected_value
        from (
            select
                typed_rows.*,
                case
                    {% for rule in rules %}
                        when {{ rule.condition }} then '{{ rule.column }} {{ rule.words }}'
                    {% endfor %}
                end as rejection_rule,
                case
                    {% for rule in rules %}
                        when {{ rule.condition }} then {{ rule.value }}
                    {% endfor %}
                end as rejected_value
            from (
                select
                    {% for column, type in columns.items() %}
                        {% if column in found %}
                            {% if type == 'id' %}
                                {{ retention.clean_id(column) }} as {{ column }}
                            {%- elif type == 'text' %}
                                {{ retention.trimmed_text(column) }} as {{ column }}
                            {%- else %}
                                nullif(trim(cast({{ column }} as {{ types.text.sql }})), '') as text_{{ column }},
                                {% if type == 'number' %}
                                    case
                                        when abs(try_cast({{ column }} as double)) <= {{ largest_number }}
                                            then try_cast({{ column }} as double)
                                    end as {{ column }}
                                {%- elif type == 'timestamp' %}
                                    {{ retention.shop_time(column) }} as {{ column }}
                                {%- else %}
                                    try_cast({{ column }} as {{ types[type].sql }}) as {{ column }}
                                {%- endif %}
                            {%- endif %}
                        {% else %}
                            {% if type not in ['id', 'text'] %}
                                cast(null as {{ types.text.sql }}) as text_{{ column }},
                            {% endif %}
                            cast(null as {{ types[type].sql }}) as {{ column }}
                        {%- endif %}
                        {{- ',' if not loop.last }}
                    {% endfor %}
                from {{ relation }}
            ) as typed_rows
            {% for column, rows in parents.items() %}
                left join (
                    select
                        {{ column }} as parent_{{ column }},
                        max(is_accepted) as is_accepted_{{ column }}
                    from {{ rows }}
                    group by {{ column }}
                ) as parents_{{ column }} on typed_rows.{{ column }} = parents_{{ column }}.parent_{{ column }}
            {% endfor %}
            {{ retention._left_by_erased(name, 'typed_rows') }}
        ) as judged_rows
    {% endif %}
{% endmacro %}
