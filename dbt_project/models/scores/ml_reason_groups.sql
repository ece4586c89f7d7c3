-- One row per reason: which features it stands for, and in which words it is said.
{% set reasons = feature_reasons() %}
{% set text = _input_types().text.sql %}

with reasons as (

    {% for reason in reasons %}
        select
            {{ loop.index }} as reason_number,
            cast('{{ reason.reason }}' as {{ text }}) as reason,
            cast('{{ tojson(reason.features) }}' as {{ text }}) as features,
            cast('{{ reason.words | replace("'", "''") }}' as {{ text }}) as words,
            cast('{{ reason.words_if_unknown | replace("'", "''") }}' as {{ text }}) as words_if_unknown
        {{ 'union all' if not loop.last }}
    {% else %}
        select
            0 as reason_number,
            cast('' as {{ text }}) as reason,
            cast('[]' as {{ text }}) as features,
            cast('' as {{ text }}) as words,
            cast('' as {{ text }}) as words_if_unknown
        where 1 = 0
    {% endfor %}

)

select * from reasons
