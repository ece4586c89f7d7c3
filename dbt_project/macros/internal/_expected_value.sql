{# The phrase for what a var may hold, such as 'a whole number from 1 to 16'.

   kind: its row of _vars_contract, or a part of it. #}
{% macro _expected_value(kind) %}
    {% set type = kind['type'] %}
    {% if type in ('whole', 'count', 'number', 'share') %}
        {% set nouns = {'whole': 'a whole number', 'count': 'a whole number', 'share': 'a share'} %}
        {% set words = nouns.get(type, 'a number') %}
        {% if 'above' in kind %}
            {% set words = words ~ ' above ' ~ kind['above'] %}
        {% elif 'low' in kind %}
            {% set words = words ~ ' from ' ~ kind['low'] %}
        {% endif %}
        {% if 'high' in kind %}
            {% set words = words ~ (' up to ' if 'above' in kind else ' to ') ~ kind['high'] %}
        {% elif 'below' in kind %}
            {% set words = words ~ ' and below ' ~ kind['below'] %}
        {% endif %}
        {% set words = words ~ (', such as 0.05' if type == 'share' else '') %}
    {% elif type == 'choice' %}
        {% set words = kind['choices'] | join(', ') %}
        {% if kind['choices'] | length > 1 %}
            {% set words = kind['choices'][:-1] | join(', ') ~ ' or ' ~ kind['choices'][-1] %}
        {% endif %}
    {% elif type == 'list' and kind['each'] == {'type': 'text'} %}
        {% set words = 'a list of texts, such as [one, another]' %}
    {% elif type == 'list' %}
        {% set words = 'a list' ~ (' of ' ~ kind['length'] if 'length' in kind else '') ~ ', each item '
            ~ retention._expected_value(kind['each']) %}
    {% elif type == 'mapping' and 'holds' in kind %}
        {% set parts = [] %}
        {% for key, held in kind['holds'].items() %}
            {% do parts.append(key ~ ': ' ~ retention._expected_value(held)) %}
        {% endfor %}
        {% set words = '{' ~ parts | join('; ') ~ '}' %}
    {% elif type == 'mapping' and 'each' in kind %}
        {% set words = '{' ~ (kind['needs'][0] if 'needs' in kind else 'name') ~ ': '
            ~ retention._expected_value(kind['each']) ~ '; ...}' %}
    {% else %}
        {% set words = {
            'flag': 'true or false',
            'text': 'a text',
            'day': "a day written 'YYYY-MM-DD'",
            'time_zone': 'a name of the IANA time zone database, such as UTC or Europe/Berlin',
            'relation': "a model name or 'source.table'",
            'any': 'a value',
        }[type] %}
        {% set words = kind.get('words', words) %}
    {% endif %}
    {{ return(
        words
        ~ (', none below the one before' if kind.get('rising') == true else '')
        ~ (', each above the one before' if kind.get('rising') == 'strictly' else '')
        ~ (', not below ' ~ kind['not_below'] if 'not_below' in kind else '')
        ~ (', more than ' ~ kind['more_than'] if 'more_than' in kind else '')
        ~ (', or ' ~ retention._expected_value(kind['or']) if 'or' in kind else '')
        ~ (', or null' if kind.get('nullable') else '')
    ) }}
{% endmacro %}
