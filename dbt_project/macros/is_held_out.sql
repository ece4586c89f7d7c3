{# Condition: this customer is held out, by a salted hash: the same on every day, for every build and engine.

   share: of all customers, 0 to 1; raising it adds customers and moves none. experiment: SQL text that names the experiment, so that
   each draws anew; none = the global holdout. #}
{% macro is_held_out(customer_id, share, experiment=none) -%}
    {%- set salt = retention.setting('holdout_salt') -%}
    {%- set named = ("'" ~ salt ~ ":' || " ~ (experiment ~ " || ':' || " if experiment else "") ~ customer_id) -%}
    {{ hash_bucket(named, 1000000) }} < {{ (share * 1000000) | round | int }}
{%- endmacro %}
