"""Passwords: the one, another, and nobody's, which must cost as much as anybody's."""

from argon2 import PasswordHasher, extract_parameters

from maild import passwords


def test_only_the_password_itself_matches_its_hash() -> None:
    held = passwords.hashed("seven brass kettles")
    assert passwords.matches("seven brass kettles", held)
    assert not passwords.matches("seven brass kettle", held)


def test_nobodys_hash_costs_what_a_hash_of_ours_costs_and_matches_nothing() -> None:
    assert extract_parameters(passwords._NOBODYS) == extract_parameters(PasswordHasher().hash("any"))
    assert not passwords.matches("", None)
    assert not passwords.matches("seven brass kettles", None)
