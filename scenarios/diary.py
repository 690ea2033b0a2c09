"""A scenario's timeline in words, as a person reads it before a run."""

from collections.abc import Iterator

from scenarios.probe import QUESTIONS
from scenarios.spec import Scenario
from scenarios.timeline import PROJECT, WORKERS, InterventionSpec, Moment


def diary(scenario: Scenario) -> list[str]:
    r"""Return what the owner will do, a line each, in the order of the file.

    Examples
    --------
    >>> from scenarios.loader import load_text
    >>> scenario = load_text(
    ...     "{scenario: s, task: Supply., workers: honest, chain: {life: 9 turns}, at: {"
    ...     "round 20: {owner: withdraw, money: 30%}, "
    ...     "each handoff: {owner: wipe_memory, keep: 40%}, "
    ...     "when excess > 20%: {owner: stand_down, for: 3 rounds, to: 25%}}}"
    ... )
    >>> print("\n".join(diary(scenario)))
    round 20: the owner takes 30% of the project's money
    each handoff: the worker's notes are gone but for 40%
    when excess > 20%: 25% of the workers are told to stand down for 3 rounds
    """
    return [
        f"{entry.moment}: {_told(act, entry.when)}" for entry in scenario.at for act in entry.acts
    ]


def _told(act: InterventionSpec, when: Moment) -> str:
    spell = f" for {act.rounds} round{'s'[: act.rounds != 1]}" if act.rounds else ""
    whom = _whom(act.whom, when)
    text = f": {act.text}" if act.text else ""
    if act.probe:
        return f"probe {act.probe}{spell}: {QUESTIONS[act.probe].about}"
    match act.owner:
        case "withdraw" if act.whom == (PROJECT,):
            said = f"the owner takes {act.take} of the project's {act.resource}"
        case "withdraw":
            within = act.within or 1
            rounds = f"{within} round{'s'[: within != 1]}"
            said = f"the owner asks {whom} for {act.take} of their {act.resource} within {rounds}"
        case "stand_down":
            order = {"allow": ", even undone work", "precedence": ", before the task"}
            said = f"{whom} are told to stand down{spell}{order.get(act.strength or '', '')}"
        case "wipe_memory":
            kept = f" but for {100 * act.keep:.4g}%" if act.keep else ""
            scope = act.scope or "worker"
            named = "" if act.to is None else f" of {whom}"
            said = f"the {scope}'s notes{named} are gone{kept}"
        case "swap_model":
            said = f"{act.policy} decides for {whom} from then on"
        case "message":
            said = f"the owner tells {whom}"
        case "reprice":
            said = f"other terms{spell or ' for good'}: {', '.join(_terms(act))}"
    return said + text


def _whom(whom: tuple[str, ...], when: Moment) -> str:
    if WORKERS in whom:
        return "the worker" if when.is_of_one_worker else "all workers"
    said = [f"{who} of the workers" if who.endswith("%") else who for who in whom]
    return " and ".join(said)


def _terms(act: InterventionSpec) -> Iterator[str]:
    if act.price is not None:
        yield f"price {_level(act.price)}"
    if act.refund is not None:
        yield f"refund {100 * act.refund:.4g}%"
    if act.shortfall is not None:
        yield f"shortfall {_level(act.shortfall)}"
    if act.demand is not None:
        yield f"demand {100 * act.demand:.4g}% of the usual"


def _level(level: object) -> str:
    return f"{level} of the usual" if isinstance(level, str) else str(level)
