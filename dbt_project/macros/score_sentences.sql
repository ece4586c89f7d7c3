{# The sentences about the score, for a warned customer without other reasons: a list of {words, holds_if}. #}
{% macro score_sentences() %}
    {{ return([
        {
            'words': 'Churn probability {churn_percent:1} % (average: {average.churn_percent:1} %); '
                ~ 'last order {days_since_last_order day|days} ago',
            'holds_if': '{churn_percent:1} > {average.churn_percent:1}',
        },
        {
            'words': 'Churn probability {churn_percent:1} %; last order {days_since_last_order day|days} ago',
            'holds_if': 'true',
        },
    ]) }}
{% endmacro %}
