"""The one error that the command line turns into a line and exit code 2."""


class CannotRunError(Exception):
    """The run could not start or finish; the message is one line for the user."""
