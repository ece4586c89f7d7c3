{# The settings of mine_itemsets() from the vars. #}
{% macro basket_settings() %}
    {{ return(retention.itemset_settings(
        retention.setting('apriori_min_support'),
        retention.setting('apriori_max_length'),
        'apriori',
        retention.setting('apriori_max_level_gb')
    )) }}
{% endmacro %}
