"""Logs from elsewhere: what lines become, what is refused and where, and that it is a stream."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from memory.errors import BadInput
from memory.events import Demand, Transfer
from memory.neutral import Importer, NeedLine, Needs, events_of, read_needs

HEADER = {
    "neutral_log": 1,
    "rounds": 9,
    "workers": 2,
    "resources": {"compute": {"unit": "gpu_h", "decimals": 2}},
}
NEEDS = Needs([NeedLine(resource="compute", amount=100)])


def line(id: str, round: int, does: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "round": round, "agent": "a.1", "worker": "a", "does": does, **more}


def take(id: str, round: int, amount: float, **more: Any) -> dict[str, Any]:
    return line(id, round, "take", resource="compute", amount=amount, **more)


def written(lines: Iterable[dict[str, Any]]) -> list[str]:
    return [json.dumps(each) for each in lines]


def kinds(*lines: dict[str, Any]) -> list[str]:
    return [event.kind for event in events_of("log", written(lines), NEEDS)]


def test_a_workers_round_is_settled_when_the_next_begins() -> None:
    importer = Importer("log", NEEDS)
    begun = [importer.feed(text) for text in written([line("1", 1, "begin"), take("2", 1, 90)])]
    assert [event.kind for events in begun for event in events] == ["episode_started", "transfer"]
    later = importer.feed(json.dumps(take("3", 2, 80)))
    assert [event.kind for event in later] == ["need", "demand", "transfer"]
    assert [event.round for event in later] == [1, 1, 2]


def test_rounds_in_which_nothing_happens_are_settled_too() -> None:
    told = kinds(line("1", 1, "begin"), take("2", 1, 90), take("3", 4, 80))
    assert told.count("demand") == 4


def test_the_end_of_the_log_settles_its_last_round() -> None:
    assert kinds(take("1", 1, 90))[-4:] == ["need", "demand", "episode_ended", "run_finished"]
    assert kinds() == []


def test_whoever_is_first_heard_of_by_what_it_takes_is_announced_afterwards() -> None:
    assert kinds(take("1", 1, 90))[:2] == ["transfer", "episode_started"]
    assert kinds(line("1", 1, "begin"), take("2", 1, 90))[:2] == ["episode_started", "transfer"]


def test_use_is_metered_and_holdings_are_what_is_left() -> None:
    use = line("3", 1, "use", resource="compute", amount=70)
    back = line("4", 1, "give_back", resource="compute", amount=5)
    events = list(events_of("log", written([line("1", 1, "begin"), take("2", 1, 90), use, back])))
    [demand] = [event for event in events if isinstance(event, Demand)]
    assert (demand.used, demand.held) == (70, 15)
    purposes = [event.purpose for event in events if isinstance(event, Transfer)]
    assert purposes == ["reserve", "release", "use"]


def test_a_header_plans_and_allows_decimals() -> None:
    events = list(
        events_of("log", written([HEADER, line("1", 1, "begin"), take("2", 1, 1.25)]), NEEDS)
    )
    assert events[0].kind == "run_started"
    [transfer] = [event for event in events if isinstance(event, Transfer)]
    assert transfer.legs[0].amount == 125


def test_the_same_line_again_changes_nothing() -> None:
    once = [line("1", 1, "begin"), take("2", 1, 90), take("3", 2, 80)]
    again = [once[0], once[1], once[1], once[2], once[1], once[2]]
    assert kinds(*again) == kinds(*once)


def test_fed_line_by_line_or_whole_it_is_the_same_log() -> None:
    lines = written([HEADER, line("1", 1, "begin"), take("2", 1, 90), take("3", 3, 80)])
    importer = Importer("log", NEEDS)
    fed = [event for each in lines for event in importer.feed(each)] + importer.finish()
    assert [e.canonical() for e in fed] == [e.canonical() for e in events_of("other", lines, NEEDS)]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{"], "log:1 is not JSON"),
        (["[1]"], "log:1 is no JSON object"),
        ([{"id": "1"}], "log:1: agent: Field required"),
        ([line("1", 1, "grab")], "log:1: does: Input should be 'begin', 'take'"),
        ([line("1", 0, "begin")], "log:1: round: Input should be greater than or equal to 1"),
        ([take("1", 1, -1)], "log:1: amount: Input should be greater than or equal to 0"),
        ([line("1", 1, "take")], "log:1: to take takes a resource and an amount"),
        ([line("1", 1, "read")], "log:1: to read takes a note"),
        ([take("1", 1, 1.5)], "log:1: amount is 1.5; compute has 0 decimals here"),
        ([take("1", 1, 1), take("1", 1, 2)], "log:2 says something else under the id '1'"),
        (
            [take("1", 1, 1), take("2", 3, 1), take("3", 2, 1)],
            "log:3 is of round 2, and round 3 has begun",
        ),
        ([line("1", 1, "begin"), line("2", 1, "begin")], "log:2: a.1 begins, and has begun"),
        ([take("1", 1, 1), HEADER], "log:2 is a header, which is only the first line"),
        ([HEADER, take("1", 1, 1)], "log:2: a.1 acts and has not begun"),
        ([{**HEADER, "neutral_log": 2}], "log:1: neutral_log: Input should be 1"),
        (
            [HEADER, line("1", 1, "begin"), {**take("2", 1, 1), "resource": "gold"}],
            "log:3: resource is 'gold'; the header names compute",
        ),
        ([{**take("1", 1, 1), "colour": "red"}], "log:1: colour: Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(lines: list[Any], message: str) -> None:
    texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    with pytest.raises(BadInput) as raised:
        list(events_of("log", texts, NEEDS))
    assert str(raised.value).startswith(message)


def test_a_need_that_nobody_says_is_told() -> None:
    needs = Needs([NeedLine(resource="compute", amount=5, worker="b")])
    with pytest.raises(BadInput, match="nobody says what a needs of compute in round 1"):
        list(events_of("log", written([take("1", 1, 1)]), needs))


@pytest.mark.parametrize(
    "text",
    [
        "resource,amount,worker,round\ncompute,100,,\ncompute,130,,12\ncompute,50,bob,\n",
        '{"resource": "compute", "amount": 100}\n\n'
        '{"resource": "compute", "amount": 130, "round": 12}\n'
        '{"resource": "compute", "amount": 50, "worker": "bob"}\n',
    ],
)
def test_needs_are_read_from_csv_or_json_lines(text: str) -> None:
    needs = read_needs("need", text)
    assert needs.of("compute", "ada", 1) == 100
    assert needs.of("compute", "ada", 12) == needs.of("compute", "bob", 12) == 130
    assert needs.of("compute", "bob", 1) == 50


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "need tells no need"),
        ("resource,amount\ncompute,much\n", "need:2: amount: Input should be a valid number"),
        ('{"resource": "compute"}', "need:1: amount: Field required"),
    ],
)
def test_a_need_that_cannot_be_read_is_told(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_needs("need", text)


def test_without_a_need_none_is_made_up() -> None:
    events = list(events_of("log", written([line("1", 1, "begin"), take("2", 1, 90)])))
    assert [event.kind for event in events][2:] == ["demand", "episode_ended", "run_finished"]


def timed(id: str, at: object, does: str = "take", **more: Any) -> str:
    taken = {"resource": "compute", "amount": 100} if does == "take" else {}
    return json.dumps({"id": id, "at": at, "agent": "a.1", "does": does, **taken, **more})


def test_moments_become_rounds_of_a_stated_length() -> None:
    by_round = written([line("1", 1, "begin"), take("2", 1, 90), take("3", 4, 80)])
    clock = HEADER | {"round_s": 3600, "begins": "2026-01-05T09:00:00Z"}
    moments = ("2026-01-05T09:10:00Z", "2026-01-05T10:59:59+01:00", "2026-01-05T12:00:00Z")
    by_moment = []
    for text, moment in zip(by_round, moments, strict=True):
        told = json.loads(text)
        del told["round"]
        by_moment.append(json.dumps(told | {"at": moment}))
    same = [
        list(events_of("log", lines, NEEDS))
        for lines in ([json.dumps(HEADER), *by_round], [json.dumps(clock), *by_moment])
    ]
    assert same[0] == same[1]


def test_without_a_header_whoever_reads_it_says_how_long_a_round_is() -> None:
    importer = Importer("log", NEEDS, Decimal(60))
    lines = (timed("1", 1000), timed("2", 1059.5), timed("3", 1060))
    rounds = [event.round for text in lines for event in importer.feed(text)]
    assert max(rounds) == 2
    assert rounds.count(2) == 1


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([timed("1", 5)], "log:1 says a moment, and nobody how long a round is"),
        ([json.dumps(HEADER | {"round_s": 60}), timed("1", "noon")], "log:2 is of 'noon'"),
        ([json.dumps(HEADER | {"round_s": 60}), timed("1", "2026-01-05T09:00")], "with its zone"),
        ([json.dumps(HEADER | {"round_s": 60, "begins": 9}), timed("1", 5)], "before the first"),
        ([timed("1", 5, round=1)], "one of them"),
        ([json.dumps({"id": "1", "agent": "a", "does": "begin"})], "one of them"),
    ],
)
def test_moments_that_say_no_round_are_refused(lines: list[str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        list(events_of("log", lines, NEEDS))


def test_a_header_and_its_reader_must_not_differ_about_a_round() -> None:
    importer = Importer("log", NEEDS, Decimal(60))
    with pytest.raises(BadInput, match="round_s is 3600, and 60 was asked for"):
        importer.feed(json.dumps(HEADER | {"round_s": 3600}))
