"""The verb ``watch``: follow a run while it goes on, also one of another process."""

from orchestrator.cli.door import Json, Redis, Run, Store


def watch(run: Run, store: Store = None, json: Json = False, redis: Redis = None) -> None:
    """Follow a run to its end, whichever process plays it.

    With --json each event is printed once, in order, as it was stored and hashed.
    """
    from orchestrator.cli.follow import follow

    follow(run, store, redis, as_json=json)
