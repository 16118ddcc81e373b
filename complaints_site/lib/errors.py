"""Errors that a person can read and mend, shared by every edge."""

from collections.abc import Mapping, Sequence


class Invalid(Exception):
    """Given values don't do. `errors` holds sentences by field; the key "" is for the whole (422 over REST)."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        self.errors = {field: [str(sentence) for sentence in sentences] for field, sentences in errors.items()}
        super().__init__(" ".join(sentence for sentences in self.errors.values() for sentence in sentences))
