"""Telephone numbers in E.164, as advertising platforms match them."""

from __future__ import annotations

import re
from functools import cache

import phonenumbers

from dbt_retention.errors import RetentionError

# Ofcom's mobile numbers for drama. They are in no range that is in use and have no owner, so examples and
# tests use them.
_FICTION = re.compile(r"[+]447700900\d{3}")


def phone_e164(text: str | None, *, region: str | None) -> str | None:
    """`text` as '+', country code and number, without an extension; None where it is not a valid number.

    region: the country of numbers that name none, ISO 3166-1 alpha-2; None = those are not known. Valid means
    that the number lies in a range that its country uses, which is more than a possible length.
    """
    if region is not None:
        _check_region(region)
    if not text or not text.strip():
        return None
    return _valid(text, region) or (
        _valid("+" + text.strip()[2:], None) if text.strip()[:2] == "00" else None
    )


def _valid(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written if _FICTION.fullmatch(written) or phonenumbers.is_valid_number(number) else None


@cache
def _check_region(region: str) -> None:
    if region not in phonenumbers.SUPPORTED_REGIONS:
        hint = " (the United Kingdom is GB)" if region == "UK" else ""
        raise RetentionError(
            f"default_region is '{region}'{hint}; expected the two letters of a country by ISO 3166, "
            "such as GB, IT or US, or null. See docs/vars.md"
        )
