"""What a channel raises when it fails. Anything else that it raises is tried again too."""


class Undeliverable(Exception):
    """The receiver can't be reached this way, now or ever: no further try."""


class Refused(Exception):
    """The far end answered, and said no; it may take the message later."""
