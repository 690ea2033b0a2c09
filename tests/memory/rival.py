"""A process of its own that writes one note of a commons again and again, against a rival.

It is given its name, how often to write, and where: ``store PLACE`` or ``redis URL``.
"""

import json
import sys

from memory.commons import Commons, Offer
from memory.redis_bus import RedisBus
from memory.shelf import Shelf
from memory.store import Store, database_at


def commons_at(kind: str, place: str) -> Commons:
    """Return the commons that both rivals write in."""
    if kind == "redis":
        return RedisBus(place).commons("race")
    return Shelf(Store(database_at(place)), "race")


def main(name: str, times: int, commons: Commons) -> None:
    """Write so many versions, each upon the newest there was."""
    commons.head()
    upon = tries = 0
    for number in range(times):
        while True:
            tries += 1
            body = json.dumps({"by": name, "number": number, "upon": upon}).encode()
            standing = commons.put(Offer(f"{name}/{tries}", "plan", upon, body))
            upon = standing.version
            if not standing.is_stale:
                break


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), commons_at(*sys.argv[3:]))
