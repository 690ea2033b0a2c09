"""What a fault is: one thing broken in the process that enters it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

Broken = AbstractContextManager[object]
"""As long as it is entered, something is broken."""

Fault = Callable[[], Broken]
"""Makes it; the name says what is wrong, the docstring how."""


@contextmanager
def replaced(*changes: tuple[Any, str, Any]) -> Iterator[None]:
    """Put other values in the place of attributes, as long as the block lasts."""
    with ExitStack() as undone:
        for owner, name, value in changes:
            undone.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        yield
