{# Vars that there are no more, and what to write instead. #}
{% macro _gone_vars() %}
    {{ return({
        'default_country_calling_code': 'write default_region, two letters, such as GB for 44',
        'itemset_strategy': 'leave it out: itemsets are counted by Apriori',
    }) }}
{% endmacro %}
