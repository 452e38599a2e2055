"""The operator's commands: thin doors, one file per noun. Each file imports what it needs when its command runs."""

import io
import os
import sys

IO_ERROR = 74


def main() -> None:
    """Entry point of ``maild``: parse, run, and leave with an exit code of sysexits(3)."""
    from maild.cli.parser import build
    from maild.errors import ConfigError, MaildError

    os.umask(0o077)  # what a command makes holds customers' mail: the database, copies of it, pages and pictures
    arguments = build(*sys.argv[1:2]).parse_args()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter shows its code
    try:
        code = arguments.run(arguments)
    except ConfigError as error:
        from maild.domain.plurals import counted

        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        mistakes = counted(len(error.mistakes), "mistake")
        print(f"{mistakes} in the configuration; nothing was started", file=sys.stderr)
        code = error.exit_code
    except MaildError as error:
        print(f"maild: {error.what}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        code = error.exit_code
    except BrokenPipeError:
        code = 0
    except OSError as error:
        print(f"maild: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        code = IO_ERROR
    except KeyboardInterrupt:
        code = 130
    sys.exit(code or 0)
