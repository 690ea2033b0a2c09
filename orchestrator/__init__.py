"""The roof: worker lines, runs, experiments, evaluation, and the doors to the outside.

``from orchestrator import run, load_run`` is the door for Python. The names are looked up on
first use, so that a door which needs neither (``superorganism --help``) loads neither.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orchestrator.python import RunView, load_run, run

__all__ = ["RunView", "load_run", "run"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("orchestrator.python"), name)
    raise AttributeError(f"module 'orchestrator' has no attribute '{name}'")
