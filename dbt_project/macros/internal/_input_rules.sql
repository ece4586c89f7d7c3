{# Rules that the rows of an input keep: [{column, condition (SQL, true = broken), words, value (SQL, what broke it)}], in the order in
   which they are named.

   Numbers beyond a million millions and times before 1900 are slips, and would stop sums and dates further on. An event that is
   yet to come would move today; tomorrow is left for clocks of other time zones, and a later as_of_date goes before it. #}
{% macro _input_rules(contract, parents) %}
    {% set types = retention._input_types() %}
    {% set columns = {} %}
    {% do columns.update(contract.required) %}
    {% do columns.update(contract.optional) %}
    {% set largest = '1000000000000' %}
    {% set day_after_tomorrow = (run_started_at + modules.datetime.timedelta(days=2)).strftime('%Y-%m-%d') %}
    {% set end = [day_after_tomorrow, retention.setting('as_of_date') or ''] | max %}
    {% set first = retention.setting('earliest_event_date') %}
    {% set rules = [] %}
    {% for column, type in contract.required.items() %}
        {% do rules.append({
            'column': column,
            'condition': (column if type in ['id', 'text'] else 'text_' ~ column) ~ ' is null',
            'words': 'is missing',
            'value': 'null',
        }) %}
    {% endfor %}
    {% for column, type in columns.items() if type not in ['id', 'text'] %}
        {% set is_not = 'text_' ~ column ~ ' is not null and ' ~ column ~ ' is null' %}
        {% if type == 'timestamp' %}
            {% do rules.append({
                'column': column,
                'condition': is_not ~ ' and ' ~ retention.has_unknown_zone('text_' ~ column),
                'words': 'ends in a time zone that is not understood: write an offset such as +02:00, Z, or none',
                'value': 'text_' ~ column,
            }) %}
        {% endif %}
        {% do rules.append({
            'column': column,
            'condition': is_not,
            'words': 'is not ' ~ types[type].words,
            'value': 'text_' ~ column,
        }) %}
    {% endfor %}
    {% for column, type in columns.items() %}
        {% if type in ['number', 'integer'] %}
            {% do rules.append({
                'column': column,
                'condition': column ~ ' > ' ~ largest ~ ' or ' ~ column ~ ' < -' ~ largest,
                'words': 'is beyond a million millions',
                'value': 'text_' ~ column,
            }) %}
        {% elif type == 'timestamp' %}
            {% do rules.append({
                'column': column,
                'condition': column ~ " < timestamp '1900-01-01' or " ~ column ~ " > timestamp '9999-12-31 23:59:59.999999'",
                'words': 'is no time from 1900 to 9999',
                'value': dbt.cast(column, dbt.type_string()),
            }) %}
        {% endif %}
    {% endfor %}
    {% set negative_words = 'is negative' ~ (': ' ~ contract.negative_words if contract.negative_words else '') %}
    {% for column in contract.not_negative %}
        {% do rules.append({
            'column': column,
            'condition': column ~ ' < 0',
            'words': negative_words,
            'value': 'text_' ~ column,
        }) %}
    {% endfor %}
    {% if contract.needs_one_of %}
        {% do rules.append({
            'column': contract.needs_one_of[0],
            'condition': contract.needs_one_of | join(' is null and ') ~ ' is null',
            'words': 'is missing, and so is ' ~ contract.needs_one_of[1:] | join(' and '),
            'value': 'null',
        }) %}
    {% endif %}
    {% for column in contract.happened %}
        {% do rules.append({
            'column': column,
            'condition': column ~ " >= timestamp '" ~ end ~ "'",
            'words': 'is yet to come',
            'value': dbt.cast(column, dbt.type_string()),
        }) %}
        {% do rules.append({
            'column': column,
            'condition': column ~ " < timestamp '" ~ first ~ "'",
            'words': 'is before earliest_event_date, ' ~ first,
            'value': dbt.cast(column, dbt.type_string()),
        }) %}
    {% endfor %}
    {% for column in parents %}
        {% do rules.append({
            'column': column,
            'condition': 'parent_' ~ column ~ ' is null',
            'words': 'is not in input_' ~ contract.parents[column],
            'value': column,
        }) %}
        {% do rules.append({
            'column': column,
            'condition': 'is_accepted_' ~ column ~ ' = 0',
            'words': 'is that of a rejected row of input_' ~ contract.parents[column],
            'value': column,
        }) %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}
