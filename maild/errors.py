"""Errors that are answers: each says what, where and what to do, and knows its sysexits code.

Failures of the outside world travel as values; an exception that is not one of these is our own bug.
"""


class MaildError(Exception):
    """Base of all errors shown to a person as one line plus a hint, without a traceback.

    ``about`` is the argument that is wrong, where it is one: a form tells it beside that field.
    """

    exit_code = 70

    def __init__(self, what: str, hint: str = "", about: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.about = about

    @property
    def told(self) -> str:
        """What happened and, in brackets, what to do about it."""
        return f"{self.what} ({self.hint})" if self.hint else self.what


class UsageError(MaildError):
    """The command line asks for something that does not exist (EX_USAGE)."""

    exit_code = 64


class Unknown(UsageError):
    """Nothing has the name that was given."""


class DataError(MaildError):
    """The given input cannot be used (EX_DATAERR)."""

    exit_code = 65


class Unavailable(MaildError):
    """A service or resource we need is not there (EX_UNAVAILABLE)."""

    exit_code = 69


class CannotCreate(MaildError):
    """A file or directory cannot be made (EX_CANTCREAT)."""

    exit_code = 73


class Missing(DataError):
    """What was named is not there."""


class TryAgain(MaildError):
    """It may work later (EX_TEMPFAIL)."""

    exit_code = 75


class NotPermitted(MaildError):
    """The operating system or the access rules say no (EX_NOPERM)."""

    exit_code = 77


class Hidden(NotPermitted):
    """It is there, but whoever asks is not to see it; strangers are told ``instead``, as if it were not."""

    def __init__(self, what: str, hint: str, instead: Missing) -> None:
        super().__init__(what, hint)
        self.instead = instead


class ConfigError(MaildError):
    """The configuration is wrong; ``mistakes`` lists every one of them (EX_CONFIG)."""

    exit_code = 78

    def __init__(self, mistakes: "list[str]") -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes
