"""What may go wrong at the edge, each with the exit code that the command promises."""

from __future__ import annotations


class MinqingError(Exception):
    """One line says what was seen and how to mend it."""

    exit_code = 1


class UsageError(MinqingError):
    """The call itself is wrong: a flag, a path, a file that cannot be read."""

    exit_code = 2


class BrokerError(MinqingError):
    """The broker takes nothing any more; what it was to be told is kept."""


class StoreError(MinqingError):
    """The database is gone, full, or held by another for too long; what was committed before is kept."""
