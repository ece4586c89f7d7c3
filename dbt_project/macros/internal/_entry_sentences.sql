{# The sentences of one entry of config.meta.reasons, as a list of {words, holds_if}; validates the entry.

   An entry gives words and holds_if, or a list of sentences, or neither if another family has the sentences.
   words_if_unknown is the sentence if a number of words is null. Without holds_if, a sentence holds if its
   first number is on the side of the average where more customers churned. #}
{% macro _entry_sentences(entry, model) %}
    {% set allowed = ['reason', 'features', 'words', 'holds_if', 'words_if_unknown', 'sentences'] %}
    {% set given = entry if entry is mapping else {} %}
    {% if not (given.reason and given.features)
        or given.keys() | reject('in', allowed) | list %}
        {{ exceptions.raise_compiler_error(
            "config.meta.reasons of " ~ model ~ " has " ~ entry ~ "; each entry needs "
            ~ allowed[:2] | join(' and ') ~ ", and may have " ~ allowed[2:] | join(', ')
            ~ ". See docs/adding-a-feature.md"
        ) }}
    {% endif %}
    {% set sentences = [] %}
    {% for one in given.sentences or ([given] if given.words else []) %}
        {% if one is not mapping or not one.words %}
            {{ exceptions.raise_compiler_error(
                "config.meta.reasons of " ~ model ~ " has, among the sentences of " ~ given.reason ~ ", "
                ~ one ~ "; each needs words, and should have holds_if. See docs/adding-a-feature.md"
            ) }}
        {% endif %}
        {% do sentences.append({
            'words': one.words,
            'holds_if': one.holds_if or retention._risk_side(one.words),
        }) %}
    {% endfor %}
    {% if given.words and given.words_if_unknown %}
        {% set unknown = [] %}
        {% for part in retention._template_parts(given.words) if part.name %}
            {% do unknown.append('{' ~ part.name ~ '} is null') %}
        {% endfor %}
        {% do sentences.append({
            'words': given.words_if_unknown,
            'holds_if': '(' ~ (unknown or ['false']) | join(' or ') ~ ')',
        }) %}
    {% endif %}
    {{ return(sentences) }}
{% endmacro %}
