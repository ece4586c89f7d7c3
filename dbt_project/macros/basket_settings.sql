{# The settings of mine_itemsets() from the vars. #}
{% macro basket_settings() %}
    {{ return(retention.itemset_settings(
        var('apriori_min_support'),
        var('apriori_max_length'),
        var('itemset_strategy'),
        var('apriori_max_level_gb')
    )) }}
{% endmacro %}
