{# SQL type of each type of the input contract, with the words a person would use for it. #}
{% macro _input_types() %}
    {{ return({
        'id': {'sql': dbt.type_string(), 'words': 'an identifier'},
        'text': {'sql': dbt.type_string(), 'words': 'text'},
        'timestamp': {'sql': 'timestamp', 'words': 'a timestamp'},
        'number': {'sql': 'double', 'words': 'a number'},
        'integer': {'sql': 'bigint', 'words': 'a whole number'},
        'boolean': {'sql': 'boolean', 'words': 'true or false'},
    }) }}
{% endmacro %}
