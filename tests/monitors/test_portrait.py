"""What monitors say of themselves."""

from monitors import CATALOGUE
from monitors.portrait import UNSTATED, portrait, reads_need
from monitors.rehearsal import Rehearsal


def test_every_monitor_is_told_in_words() -> None:
    for name, kind in CATALOGUE.items():
        found = portrait(name, kind)
        assert found.catches.endswith((".", "?"))
        kind_of_bound = found.guarantee.split()[0].removesuffix(":")
        assert kind_of_bound in ("proven", "exact", "assumed", "none"), f"{name}: {found.guarantee}"


def test_one_that_states_nothing_is_said_to_state_nothing_and_to_need_the_need() -> None:
    class Plain:
        """Looks."""

    found = portrait("plain", Plain)  # type: ignore[arg-type]
    assert (found.guarantee, found.reads_need, found.parameters) == (UNSTATED, True, {})


def test_monitors_that_do_without_the_need_speak_without_it() -> None:
    """Such a monitor alarms on a log without any need that it alarms on with it."""
    events = list(Rehearsal(workers=6, rounds=60, life=10, bias=0.8, since=40))
    broken = [each for each in events if each.kind != "need" and each.key != "w02.2/2/0"]
    free = [make() for make in CATALOGUE.values() if not reads_need(make)]
    assert free
    assert any(v and v.alarm for monitor in free for v in map(monitor.observe, broken))
