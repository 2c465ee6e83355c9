"""What goes wrong while people mark; each message names the place and the remedy."""


class WrittenError(ValueError):
    """Marks, a form or an assignment that cannot be taken as they are."""


class ChangedError(WrittenError):
    """The answer, or its mark, was changed by somebody else since it was shown."""
