"""The scenarios that come with the project, by name; they lie in the folder of the same name."""

from pathlib import Path

from memory.errors import BadInput, did_you_mean
from scenarios.problem import given

FOLDER = Path(__file__).with_name("catalogue")


def catalogue() -> tuple[str, ...]:
    """Return the names of all scenarios of the catalogue, sorted.

    Examples
    --------
    >>> "just_in_case" in catalogue()
    True
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def find(name: str) -> Path:
    """Return the file of the scenario called ``name``.

    Raises
    ------
    BadInput
        If there is none; the message names those there are.

    Examples
    --------
    >>> find("just_in_case").name
    'just_in_case.yaml'
    """
    names = catalogue()
    if name not in names:
        nearest = did_you_mean(name[:100], names)
        known = f"known: {', '.join(names)}"
        raise BadInput(f"there is no scenario {given(name)} in the catalogue; {known}{nearest}")
    return FOLDER / f"{name}.yaml"
