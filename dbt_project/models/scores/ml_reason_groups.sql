-- One row per reason and sentence: the features of the reason, its sentence, and when the sentence holds.
{% set text = dbt.type_string() %}
{% set other = {'reason': 'other', 'features': [], 'sentences': score_sentences()} %}

with sentences as (

    {% for reason in feature_reasons() + [other] %}
        {% set reason_number = loop.index %}
        {% set last_reason = loop.last %}
        {% for one in reason.sentences %}
            select
                {{ reason_number }} as reason_number,
                cast('{{ reason.reason }}' as {{ text }}) as reason,
                cast('{{ tojson(reason.features) }}' as {{ text }}) as features,
                {{ loop.index }} as sentence_number,
                cast('{{ one.words | replace("'", "''") }}' as {{ text }}) as words,
                cast('{{ one.holds_if | replace("'", "''") }}' as {{ text }}) as holds_if
            {{ 'union all' if not (last_reason and loop.last) }}
        {% endfor %}
    {% endfor %}

)

select * from sentences
