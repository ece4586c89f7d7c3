{# Limits that the values of an input keep: [{column, condition (SQL, true = broken), words}], in the order in which
   they are named.

   Numbers beyond a million millions and times before 1900 are slips, and would stop sums and dates further on. An event that is
   yet to come would move today; tomorrow is left for clocks of other time zones, and a later as_of_date goes before it. #}
{% macro _input_limits(contract, columns) %}
    {% set largest = '1000000000000' %}
    {% do retention.date_var('as_of_date') %}
    {% do retention.date_var('earliest_event_date', or_null=false) %}
    {% set day_after_tomorrow = (run_started_at + modules.datetime.timedelta(days=2)).strftime('%Y-%m-%d') %}
    {% set end = [day_after_tomorrow, (var('as_of_date', none) or '') | string] | max %}
    {% set first = var('earliest_event_date') %}
    {% set limits = [] %}
    {% for column, type in columns.items() %}
        {% if type in ['number', 'integer'] %}
            {% do limits.append({
                'column': column,
                'condition': column ~ ' > ' ~ largest ~ ' or ' ~ column ~ ' < -' ~ largest,
                'words': 'is beyond a million millions',
            }) %}
        {% elif type == 'timestamp' %}
            {% do limits.append({
                'column': column,
                'condition': column ~ " < timestamp '1900-01-01' or " ~ column ~ " > timestamp '9999-12-31 23:59:59.999999'",
                'words': 'is no time from 1900 to 9999',
            }) %}
        {% endif %}
    {% endfor %}
    {% set negative_words = 'is negative' ~ (': ' ~ contract.negative_words if contract.negative_words else '') %}
    {% for column in contract.not_negative %}
        {% do limits.append({'column': column, 'condition': column ~ ' < 0', 'words': negative_words}) %}
    {% endfor %}
    {% for column in contract.happened %}
        {% do limits.append({
            'column': column,
            'condition': column ~ " >= timestamp '" ~ end ~ "'",
            'words': 'is yet to come',
        }) %}
        {% do limits.append({
            'column': column,
            'condition': column ~ " < timestamp '" ~ first ~ "'",
            'words': 'is before earliest_event_date, ' ~ first,
        }) %}
    {% endfor %}
    {{ return(limits) }}
{% endmacro %}
