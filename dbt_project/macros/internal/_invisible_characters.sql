{# Character class of a regular expression for both engines: all Unicode spaces, control characters used as
   spaces, and characters without width (soft hyphen, zero-width space and joiners, direction marks, byte
   order mark). #}
{% macro _invisible_characters() -%}
    [\s\x{0b}\x{1c}-\x{1f}\x{85}\x{a0}\x{ad}\x{1680}\x{180e}
    {{- '\\x{2000}-\\x{200f}\\x{2028}-\\x{202f}\\x{205f}-\\x{206f}\\x{3000}\\x{feff}]' -}}
{%- endmacro %}
