{# A column of any type as timestamp on the shop's clock; null if it is not a time.

   Times with a zone (timestamptz) and texts with an offset (+02:00, -0500, Z, UTC, GMT) are converted to
   `zone`, independent of the time zone of the machine or session. Times without a zone stay as they are. A
   text with any other zone (PST) is null; see has_unknown_zone. zone: a name of the IANA time zone database;
   none = the var shop_time_zone. #}
{% macro shop_time(column, zone=none) -%}
    {{ adapter.dispatch('shop_time', 'retention')(column, zone or retention.setting('shop_time_zone')) }}
{%- endmacro %}

{% macro default__shop_time(column, zone) -%}
    {%- set text = "cast(" ~ column ~ " as varchar)" -%}
    {%- set pattern = "'" ~ retention._offset_pattern() ~ "'" -%}
    {%- set part = "regexp_extract(" ~ text ~ ", " ~ pattern ~ ", " -%}
    {%- set sign_and_hours = part ~ "2) || " ~ part ~ "3)" -%}
    {%- set sign_and_minutes = part ~ "2) || " ~ part ~ "4)" -%}
    {%- set utc_of_moment = "timezone('UTC', try_cast(" ~ column ~ " as timestamptz))" -%}
    {%- set utc_of_text -%}
        try_cast(regexp_extract({{ text }}, {{ pattern }}, 1) as timestamp)
        - to_minutes(
            60 * coalesce(try_cast({{ sign_and_hours }} as integer), 0)
            + coalesce(try_cast({{ sign_and_minutes }} as integer), 0)
        )
    {%- endset -%}
    case
        when typeof({{ column }}) = 'TIMESTAMP WITH TIME ZONE'
            then {{ retention._utc_to_zone(utc_of_moment, zone) }}
        when
            typeof({{ column }}) <> 'VARCHAR'
            or not regexp_matches({{ text }}, '{{ retention._zone_pattern() }}')
            then try_cast({{ column }} as timestamp)
        when regexp_matches({{ text }}, {{ pattern }})
            then {{ retention._utc_to_zone(utc_of_text, zone) }}
    end
{%- endmacro %}

{# On Spark a timestamp has a time zone, and a timestamp_ntz has none. #}
{% macro spark__shop_time(column, zone) -%}
    {%- set text = "cast(" ~ column ~ " as string)" -%}
    {%- set pattern = "r'" ~ retention._offset_pattern() ~ "'" -%}
    {%- set part = "regexp_extract(" ~ text ~ ", " ~ pattern ~ ", " -%}
    {%- set sign_and_hours = part ~ "2) || " ~ part ~ "3)" -%}
    {%- set sign_and_minutes = part ~ "2) || " ~ part ~ "4)" -%}
    {%- set utc_of_text -%}
        timestampadd(
            minute,
            - 60 * coalesce(try_cast({{ sign_and_hours }} as integer), 0)
            - coalesce(try_cast({{ sign_and_minutes }} as integer), 0),
            try_cast(regexp_extract({{ text }}, {{ pattern }}, 1) as timestamp_ntz)
        )
    {%- endset -%}
    {%- set utc_of_moment -%}
        convert_timezone(current_timezone(), 'UTC', try_cast({{ text }} as timestamp_ntz))
    {%- endset -%}
    case
        when typeof({{ column }}) = 'timestamp'
            then cast({{ retention._utc_to_zone(utc_of_moment, zone) }} as timestamp)
        when
            typeof({{ column }}) <> 'string'
            or not regexp_like({{ text }}, r'{{ retention._zone_pattern() }}')
            then try_cast({{ text }} as timestamp)
        when regexp_like({{ text }}, {{ pattern }})
            then cast({{ retention._utc_to_zone(utc_of_text, zone) }} as timestamp)
    end
{%- endmacro %}
