"""What was found out a moment ago, kept for the next who asks."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Keeps the newest so many answers; the one that was longest not asked for goes first.

    Examples
    --------
    >>> recent = Recent[str, int](2)
    >>> for word in ("one", "three", "fifteen"):
    ...     recent.put(word, len(word))
    >>> recent.get("fifteen"), recent.get("one")
    (7, None)
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        """Return what was put under a key, if it is still kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: K, value: V) -> None:
        """Keep an answer."""
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
