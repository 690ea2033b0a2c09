"""What the parts of a scenario share: frozen, finite, described by their docstrings."""

from pydantic import ConfigDict

from memory.envelope import Frozen


class Spec(Frozen):
    """A part of a scenario: frozen, finite, and described by the docstrings of its fields."""

    model_config = ConfigDict(allow_inf_nan=False, use_attribute_docstrings=True)


def is_unsaid(value: object) -> bool:
    """Whether a field says nothing: such a one leaves a scenario's hash as it was before."""
    return value is None
