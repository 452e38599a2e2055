"""Numbers of things in words."""


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 ticket", "2 tickets", "0 tickets"; ``many`` where it is not ``one`` with an s: "2 people"."""
    return f"{number} {one if number == 1 else many or one + 's'}"
