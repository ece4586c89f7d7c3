{# Condition: this customer is held out, by a salted hash that is the same on every day, in every build and
   engine.

   share: of all customers, 0 to 1; a larger share adds customers and moves none. experiment: SQL text that
   names the experiment, so that each has its own draw; none = the holdout of all contacts. #}
{% macro is_held_out(customer_id, share, experiment=none) -%}
    {%- set salt = retention.setting('holdout_salt') -%}
    {%- set prefix = experiment ~ " || ':' || " if experiment else "" -%}
    {%- set named = "'" ~ salt ~ ":' || " ~ prefix ~ customer_id -%}
    {{ hash_bucket(named, 1000000) }} < {{ (share * 1000000) | round | int }}
{%- endmacro %}
