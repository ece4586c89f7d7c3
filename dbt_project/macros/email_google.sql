{# An address in lower case without spaces as Google hashes it: of gmail.com and googlemail.com without dots, and without
   what follows a '+', before the '@'. The domain stays as it is. #}
{% macro email_google(email) -%}
    case
        when {{ email }} like '%@gmail.com' or {{ email }} like '%@googlemail.com'
            then
                replace(split_part({{ retention.without_tag(email) }}, '@', 1), '.', '')
                || '@' || split_part({{ email }}, '@', 2)
        else {{ email }}
    end
{%- endmacro %}
