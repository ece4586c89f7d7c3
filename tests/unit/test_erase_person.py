"""Which ids and telephone numbers tell one person, and how texts lose them."""

from __future__ import annotations

import pytest
from dbt_retention.commands.erasure.person import Person, is_telling, phrases, without_words
from dbt_retention.commands.erasure.phones import Phone, phone_of, without_phone


@pytest.mark.parametrize(
    ("value", "tells"),
    [("abc", False), ("abcd", True), ("a123", True), ("12345678", False), ("123456789", True)],
)
def test_short_values_are_not_searched_in_texts(value: str, tells: bool) -> None:
    assert is_telling(value) is tells


def test_the_values_of_a_person_are_searched_as_files_write_them() -> None:
    person = Person(
        'O\'Brien "x"',
        owned={"phone": frozenset({"+44 20 7946-0123", "12"}), "order_id": frozenset({"100234", "o-77"})},
    )
    assert person.telling == {
        'o\'brien "x"',
        "o''brien \"x\"",
        'o\'brien \\"x\\"',
        'o\'brien ""x""',
        "+442079460123",
        "+44 20 7946-0123",
        "o-77",
    }
    assert person.phones == (Phone("2079460123", "44"),)


def test_the_column_of_the_customer_is_found_in_any_case() -> None:
    person = Person("C1", frozenset({"customer_id", "buyer"}))
    assert person.id_column(["order_id", "Buyer", "CUSTOMER_ID"]) == "Buyer"
    assert person.id_column(["order_id"]) is None
    assert Person("C'1").is_theirs("Customer_ID") == (
        """coalesce(trim(cast("Customer_ID" as varchar)) = 'C''1', false)"""
    )


def test_phrases_are_replaced_as_a_whole_and_words_inside_addresses() -> None:
    words = frozenset({"(358) 555 0138", "c0001", "ann@shop.example"})
    assert phrases(words) == ["(358) 555 0138"]
    text = (
        "Call (358) 555 0138, not x(358) 555 0138x. ANN@shop.example, c0001@shop.example, C0001.pdf, c00012"
    )
    assert without_words(text, words) == (
        "Call erased, not x(358) 555 0138x. erased, erased@shop.example, erased.pdf, c00012"
    )


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+44 20 7946 0123", Phone("2079460123", "44")),
        (" 0044-20-7946-0123", Phone("2079460123", "44")),
        ("(020) 7946 0123", Phone("2079460123")),
        ("7946012", Phone("7946012")),
        ("794601", None),
        ("0794601", None),
        ("+47 22 33 44 55", Phone("22334455", "47")),
        ("+44 794601", None),
        ("+44 7946012", Phone("7946012", "44")),
        ("+999 1234567", Phone("9991234567")),
        ("", None),
    ],
)
def test_a_phone_number_is_its_digits(text: str, phone: Phone | None) -> None:
    assert phone_of(text) == phone


KNOWN = Phone("2079460123", "44")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("+44 20 7946 0123!", "erased!"),
        ("0044 (0)20-7946.0123", "erased"),
        ("+44\u00a020\u20137946/0123", "erased"),
        ("44 20 7946 0123", "erased"),
        ("(020) 7946 0123", "erased"),
        ("2079460123 and 2079460123", "erased and erased"),
        ("20794601234", "20794601234"),
        ("12079460123", "12079460123"),
        ("+45 20 7946 0123", "+45 erased"),
        ("20x79460123", "20x79460123"),
    ],
)
def test_every_spelling_of_a_number_is_replaced(text: str, cleaned: str) -> None:
    assert without_phone(text, KNOWN, replacement="erased") == cleaned


def test_a_number_without_country_is_found_with_any() -> None:
    national = Phone("2079460123")
    assert without_phone("+358 20 7946 0123", national, replacement="-") == "-"
    assert without_phone("00 1 2079460123", national, replacement="-") == "-"
    assert national.core == "79460123"


def test_a_text_with_the_last_digits_is_in_doubt() -> None:
    person = Person("C1", owned={"phone": frozenset({"+44 20 7946 0123"})})
    assert person.is_in_doubt("ref 99 7946-0123")
    assert not person.is_in_doubt("ref 99 7946-01234")
    assert not person.is_in_doubt(person.cleaned("call 020 7946 0123"))
    assert person.cleaned("C1 is too short, 020 7946 0123 is not") == "C1 is too short, erased is not"
