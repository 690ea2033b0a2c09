"""One line of the proof."""

from typing import NamedTuple


class Claim(NamedTuple):
    """One line of the proof: what is claimed, what was measured, whether it held.

    ``expected`` is what was expected before anything was measured, where that says more.
    ``held`` is None where it could not be measured here; ``measured`` then says why.
    """

    claim: str
    measured: str
    held: bool | None
    expected: str = ""
