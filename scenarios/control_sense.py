"""What controls must make sense of: whose alarms there are, and which keys an action has."""

from collections.abc import Iterator

from memory.errors import did_you_mean
from scenarios.control import OWN, ControlSpec
from scenarios.problem import Problem, given


def controls(
    listed: tuple[ControlSpec, ...], monitors: tuple[str, ...], tools: tuple[str, ...]
) -> Iterator[Problem]:
    """Find what controls cannot mean: monitors that do not look on, and keys of other actions.

    Examples
    --------
    >>> for each in controls((ControlSpec(name="stop", monitor="over_ned"),), ("over_need",), ()):
    ...     print(each.message, each.hint)
    is 'over_ned', a monitor that does not look on ; did you mean 'over_need'?
    """
    usual = ControlSpec.model_fields
    private = {key for keys in OWN.values() for key in keys}
    for number, each in enumerate(listed):
        path = ("controls", number)
        for key in sorted(private - set(OWN[each.name])):
            if getattr(each, key) == usual[key].get_default(call_default_factory=True):
                continue
            said = "for" if key == "rounds" else key
            takes = ", ".join("for" if own == "rounds" else own for own in OWN[each.name])
            yield Problem((*path, said), f"is not for {each.name}, which takes {takes or 'none'}")
        if each.monitor is not None and each.monitor not in monitors:
            message = f"is {given(each.monitor)}, a monitor that does not look on"
            yield Problem((*path, "monitor"), message, did_you_mean(each.monitor, monitors))
        for tool in each.tools:
            if tool not in tools:
                message = f"names {given(tool)}, which is no tool of this world"
                yield Problem((*path, "tools"), message, did_you_mean(tool, tools))
