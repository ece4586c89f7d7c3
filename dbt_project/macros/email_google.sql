{# An address in lower case without spaces as Google hashes it: for gmail.com and googlemail.com without
   dots, and without '+' and the text after it, before the '@'. The domain does not change. #}
{% macro email_google(email) -%}
    case
        when {{ email }} like '%@gmail.com' or {{ email }} like '%@googlemail.com'
            then
                replace(split_part({{ retention.without_tag(email) }}, '@', 1), '.', '')
                || '@' || split_part({{ email }}, '@', 2)
        else {{ email }}
    end
{%- endmacro %}
