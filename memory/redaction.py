"""Keeping secrets out of what is said of a fault: errors, logs, summaries, answers of a service.

What an agent itself wrote is not touched: its notes, arguments and rationale are what a run is
about, they are hashed as they stand, and a log that depended on the environment of the machine
would no longer be the same for the same seed. Nor is the scenario, which lies sealed.
"""

import re
from collections.abc import Iterable, Mapping

LONGEST = 8 * 1024
"""Of a text, so many characters are looked through, and kept."""

SHORTEST = 8
"""A value of the environment shorter than this is no secret, in characters."""

_GONE = "[redacted]"
_PREFIXED = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|key|hf|ghp|gho|ghs|github_pat|glpat|xox[abpr])[-_][\w-]{6,}"
    r"|\bAIza[\w-]{10,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]+)?"
)
_SCHEME = re.compile(r"(?i)\b(?:bearer|basic|digest|token)\s+[\w.~+/=:-]{6,}")
_NAMED = re.compile(
    r"(?i)(\b[\w-]{0,40}(?:api[_-]?key|access[_-]?key|secret|token|passw(?:or)?d|credential"
    r"|authorization)[\w-]{0,40}[\"']?\s{0,4}[:=]\s{0,4}[\"']?)(?!\[redacted)[^\s\"',;&)}\]]{4,}"
)
_DSN = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,30}://[^\s:/@]{0,64}:)[^\s/]{1,200}@")
_TELLING = re.compile(
    r"(?i)key|token|secret|passw(or)?d|passphrase|credential|dsn|(^|_)(auth|pat)(_|$)|_ur[il]$"
)
_WITH_PASSWORD = re.compile(r"://[^\s:/@]*:([^\s/]+)@")


def redacted(text: str, known: Iterable[str] = ()) -> str:
    """Return a text without what looks like a secret, nor any of the known ones, cut to size.

    Examples
    --------
    >>> redacted("no postgres://ada:hunter2@db/runs with Authorization: Bearer abc.def.ghi")
    'no postgres://ada:[redacted]@db/runs with Authorization: [redacted]'
    >>> redacted("AKIAIOSFODNN7EXAMPLE is refused; api_key=12345678"), redacted("a token ring")
    ('[redacted] is refused; api_key=[redacted]', 'a token ring')
    >>> redacted("cannot reach hunter22hunter22", known=["hunter22hunter22"])
    'cannot reach [redacted]'
    """
    for secret in sorted(known, key=len, reverse=True):
        text = text.replace(secret, _GONE)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}..."
    text = _DSN.sub(rf"\1{_GONE}@", text)
    text = _PREFIXED.sub(_GONE, _SCHEME.sub(_GONE, text))
    return _NAMED.sub(lambda found: f"{found[1]}{_GONE}", text)


def secrets_of(environment: Mapping[str, str]) -> list[str]:
    """Return what is secret in an environment: by the values' names, and passwords in URLs.

    Examples
    --------
    >>> given = {"OPENAI_API_KEY": "sk-12345678", "HOME": "/somewhere", "KEYBOARD": "de"}
    >>> secrets_of(given | {"DATABASE_URL": "postgresql://ada:hunter22@db/runs"})
    ['sk-12345678', 'hunter22']
    """
    found = []
    for name, value in environment.items():
        password = _WITH_PASSWORD.search(value)
        if password:
            found.append(password[1])
        elif _TELLING.search(name) and "://" not in value:
            found += [line for line in value.splitlines() if len(line) >= SHORTEST]
    return found
