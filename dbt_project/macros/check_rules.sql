{# Raises a clear error, before any rule is made, if the rules of the frequent itemsets would take more
   than max_level_gb. itemsets: a relation with length; settings: see itemset_settings(). #}
{% macro check_rules(itemsets, settings, single_consequent=false) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set rules_count = run_query(
        'select coalesce(sum(' ~ ('length' if single_consequent else 'power(2, length) - 2') ~ '), 0) from '
        ~ itemsets ~ ' where length > 1'
    )[0][0] | float %}
    {% do retention._check_rules_count(rules_count, settings) %}
{% endmacro %}
