"""What the doors say of a fault, without the secrets that its text may quote."""

import logging

from memory.redaction import redacted
from orchestrator.settings import read_secrets


def discreet(text: str) -> str:
    """Return a text without secrets: those of the environment, and what looks like one."""
    secrets = read_secrets()
    return "\n".join(redacted(line, secrets) for line in text.split("\n"))


class DiscreetFormatter(logging.Formatter):
    """Formats a log's lines, tracebacks and all, without secrets.

    Examples
    --------
    >>> line = logging.makeLogRecord({"msg": "refused: Bearer %s", "args": ("abc.def.ghi",)})
    >>> DiscreetFormatter().format(line)
    'refused: [redacted]'
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return one record as it may be read by anyone."""
        return discreet(super().format(record))


def log_discreetly() -> None:
    """Send what libraries log to standard error, without secrets; for a door to call, once."""
    handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
