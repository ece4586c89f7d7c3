{# Vars that there are no more, and what to write instead. #}
{% macro _gone_vars() %}
    {{ return({
        'default_country_calling_code': 'write default_region, the two letters of the country, such as GB for 44',
        'itemset_strategy': 'leave it out: itemsets are always counted by Apriori, which was the faster way',
    }) }}
{% endmacro %}
