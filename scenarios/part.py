"""What every part of a scenario is: frozen, finite, described by the docstrings of its fields."""

from pydantic import ConfigDict

from memory.envelope import Frozen


class Spec(Frozen):
    """A part of a scenario: frozen, finite, and described by the docstrings of its fields."""

    model_config = ConfigDict(allow_inf_nan=False, use_attribute_docstrings=True)


def is_unsaid(value: object) -> bool:
    """Whether a field says nothing.

    What a scenario does not use leaves its hash, and so its log, as they were before.
    """
    return value is None or value == ()


BRANCH = "|"
"""How the name of one of a value's forms begins: it is on the way to a problem, not in the file."""
