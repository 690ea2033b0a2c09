"""Whether two tellings are one operation: what differs is named, so that an error can say it."""

from memory.events import Leg, Pending, Settled, ToolResult, Transfer

_SIDES = ("resource", "debit", "credit")


def difference(
    known: Transfer | Pending | ToolResult, legs: tuple[Leg, ...], timeout: int
) -> str | None:
    """Return what tells an operation from the one that is known by its key, if anything."""
    if isinstance(known, ToolResult):
        return f"{known.key} was refused ({known.error}); it cannot be tried again"
    was = known.timeout if type(known) is Pending else 0
    if was != timeout:
        return f"{known.key} exists with another timeout: {was}, now {timeout}"
    return _other_legs(known.key, known.legs, legs)


def other_settlement(done: Settled, again: Settled) -> str | None:
    """Return what tells a settlement from the one that has happened, if anything."""
    for field in ("purpose", "outcome"):
        was, now = getattr(done, field), getattr(again, field)
        if was != now:
            return f"{done.key} was settled with another {field}: {was}, now {now}"
    return _other_legs(done.key, done.legs, again.legs)


def _other_legs(key: str, known: tuple[Leg, ...], legs: tuple[Leg, ...]) -> str | None:
    if known == legs:
        return None
    if len(known) != len(legs):
        return f"{key} exists with {len(known)} legs, now {len(legs)}"
    number, field, was, now = next(
        (number, field, getattr(old, field), getattr(new, field))
        for number, (old, new) in enumerate(zip(known, legs, strict=True), start=1)
        for field in Leg.model_fields
        if getattr(old, field) != getattr(new, field)
    )
    return f"{key} exists with another {field} in leg {number}: {was}, now {now}"


def unfit(waiting: Pending, event: Settled) -> str | None:
    """Return why this is no settlement of what is pending, or None."""
    key, ends = waiting.key, waiting.round + waiting.timeout
    if waiting.purpose != event.purpose:
        return f"{key} is pending with another purpose: {waiting.purpose}, now {event.purpose}"
    if event.outcome == "expired" and event.round < ends:
        return f"{key} is pending until round {ends}; it cannot expire in round {event.round}"
    if event.outcome != "expired" and event.round > ends:
        return f"{key} expired with round {ends}; it cannot be {event.outcome} any more"
    if event.outcome != "posted":
        return f"{key} is {event.outcome}, and yet has legs" if event.legs else None
    if len(event.legs) != len(waiting.legs):
        return f"{key} is pending with {len(waiting.legs)} legs, now {len(event.legs)}"
    for number, (old, new) in enumerate(zip(waiting.legs, event.legs, strict=True), start=1):
        for side in _SIDES:
            was, now = getattr(old, side), getattr(new, side)
            if was != now:
                return f"{key} is pending with another {side} in leg {number}: {was}, now {now}"
        if not 0 < new.amount <= old.amount:
            return f"{key} posts an amount of {new.amount} in leg {number}; 1 to {old.amount} wait"
    return None
