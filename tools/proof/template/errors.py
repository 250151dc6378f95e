"""Exit codes, and the one error that becomes a line and an exit code."""

OK, BAD, COULD_NOT_RUN = 0, 1, 2


class CannotRunError(Exception):
    """The run could not start or finish; the message is one line for the user."""
