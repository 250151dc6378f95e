"""Why the gate could not decide."""


class UndecidedError(Exception):
    """The gate cannot decide; the message is one line for the user. Exit code 2."""
