"""Between two rounds: offers are answered once, others' notes arrive in order, nothing forks."""

from collections.abc import Callable, Iterator

import pytest

from benchmarks.server import Redis
from memory.commons import LONGEST_NOTE, Commons, Offer, OwnCommons
from memory.envelope import Actor, Event
from memory.errors import BusDown
from memory.events import NoteRefused, NoteWritten
from memory.exchange import READ_PER_ROUND, CommonsExchange, Stale, Stood, news_of
from memory.log import Log
from memory.notes import VERSIONS_KEPT, Draft, Note, Notes
from memory.offers import Offers
from memory.redis_bus import RedisBus

ADA = Actor("w01", 1, "w01.1")


class Desk:
    """One run at a commons: it offers, trades between rounds, and takes up the news."""

    def __init__(self, commons: Commons, run: str) -> None:
        self.log, self.offers = Log(run), Offers()
        self.notes = Notes(self.log)
        self.events: list[Event] = []
        for fold in (self.events.append, self.notes.fold, self.offers.fold):
            self.log.listen(fold)
        self.is_there = True
        self.exchange = CommonsExchange(commons, run, "5eed", lambda: self.is_there)
        self.round = 1

    def offer(self, name: str, text: str, **more: object) -> None:
        draft = Draft(name, text, "commons")._replace(**more)
        key = f"{ADA.agent}/{self.round}/{self.log.seq}"
        self.notes.offer(self.round, ADA, draft, key=key)

    def trade(self) -> list[Event]:
        """Begin a round, and return what the log says of the commons then."""
        self.round += 1
        before = len(self.events)
        for news in self.exchange.trade(self.round, self.offers, self.notes):
            match news:
                case Stood(key, version, place):
                    self.notes.stand(self.round, self.offers.open[key], version, place)
                case Stale(key, version):
                    offered = self.offers.open[key]
                    self.log.append(
                        NoteRefused(
                            **self.log.envelope(self.round, ADA, key=key, cause=offered.seq),
                            name=offered.name,
                            version=version,
                        )
                    )
                case _:
                    self.notes.arrive(self.round, news)
        return self.events[before:]

    def note(self, name: str) -> Note:
        found = self.notes.latest(name, "commons", ADA)
        assert found is not None
        return found


def told(events: list[Event]) -> list[tuple[str, int]]:
    """Return what arrived or stands: whose it is, and its version."""
    written = [event for event in events if isinstance(event, NoteWritten)]
    return [(each.origin.run if each.origin else "ours", each.version) for each in written]


@pytest.fixture
def commons() -> OwnCommons:
    return OwnCommons()


@pytest.fixture
def desks(commons: OwnCommons) -> tuple[Desk, Desk]:
    return Desk(commons, "r_1"), Desk(commons, "r_2")


def test_a_note_is_with_others_only_after_it_was_handed_in(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    one.offer("plan", "hold 100")
    assert one.notes.latest("plan", "commons", ADA) is None
    assert two.trade() == []
    assert told(one.trade()) == [("ours", 1)]
    assert told(two.trade()) == [("r_1", 1)]
    note = two.note("plan")
    assert (note.text, note.author.agent) == ("hold 100", "r_1/w01.1")
    assert note.origin is not None and note.origin.seq == 1
    assert one.trade() == two.trade() == []


def test_of_two_runs_that_expect_the_same_one_is_refused_and_told_what_stands(
    desks: tuple[Desk, Desk],
) -> None:
    one, two = desks
    one.offer("plan", "hold 100", expected=0)
    two.offer("plan", "hold 120", expected=0)
    one.trade()
    refused, arrived = two.trade()
    assert isinstance(refused, NoteRefused)
    assert (refused.version, refused.cause, refused.worker) == (1, 1, "w01")
    assert told([arrived]) == [("r_1", 1)]
    two.offer("plan", "hold 110", expected=1)
    two.trade()
    assert told(one.trade()) == [("r_2", 2)]
    assert one.note("plan").text == two.note("plan").text == "hold 110"


def test_a_version_that_is_heard_of_late_does_not_hide_a_newer_one(
    desks: tuple[Desk, Desk],
) -> None:
    one, two = desks
    two.offer("plan", "first")
    two.trade()
    one.offer("plan", "second")
    assert told(one.trade()) == [("ours", 2), ("r_2", 1)]
    note = one.note("plan")
    assert (note.text, note.version) == ("second", 2)
    first = one.notes.version(note.note, 1)
    assert first is not None and first.text == "first"


def test_a_late_version_takes_the_place_of_no_newer_one(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    two.offer("plan", "first")
    two.trade()
    for number in range(VERSIONS_KEPT + 4):
        one.offer("plan", f"ours {number}")
    one.trade()
    held = [note.version for note in one.notes.all("commons", ADA)]
    newest = one.note("plan").version
    assert sorted(held) == list(range(newest - VERSIONS_KEPT + 1, newest + 1))


def test_parents_travel_by_name_for_ids_differ_between_runs(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    two.offer("other", "shifts the ids of the second run")
    two.trade()
    one.offer("fact", "demand is 100")
    one.trade()
    one.offer("plan", "hold 119", parents=(one.note("fact").itself,))
    one.trade()
    two.trade()
    assert two.note("plan").parents == (two.note("fact").itself,)
    assert two.note("fact").itself != one.note("fact").itself


def test_what_nobody_can_read_is_passed_over_once(commons: OwnCommons) -> None:
    desk = Desk(commons, "r_1")
    for number, body in enumerate((b"no json", b"{}", b'{"name":"../x"}', b"\xff")):
        commons.put(Offer(f"junk/{number}", "junk", None, body))
    other = Desk(commons, "r_2")
    other.offer("plan", "hold 100")
    other.trade()
    assert told(desk.trade()) == [("r_2", 1)]
    assert desk.trade() == []


def test_a_strangers_text_is_cleaned_and_cut(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    one.offer("plan", "a\x1b[2Jb" + "x" * (2 * LONGEST_NOTE))
    one.trade()
    two.trade()
    text = two.note("plan").text
    assert text.startswith("a\ufffd[2Jb") and text.endswith("characters more]")
    assert len(text) < LONGEST_NOTE + 100


def test_so_much_is_read_in_a_round_and_the_rest_in_later_ones(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    for number in range(READ_PER_ROUND + 10):
        one.offer(f"note-{number}", "fact")
    one.trade()
    assert len(two.trade()) == READ_PER_ROUND
    assert len(two.trade()) == 10


def test_while_the_commons_is_away_offers_stay_open(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    one.is_there = False
    one.offer("plan", "hold 100")
    assert one.trade() == two.trade() == []
    assert len(one.offers.open) == 1
    one.is_there = True
    assert told(one.trade()) == [("ours", 1)]


class Breaking(OwnCommons):
    """One that goes down right after it did as asked, before the answer arrives."""

    is_breaking = True

    def put(self, offer: Offer):  # type: ignore[no-untyped-def]
        answer = super().put(offer)
        if self.is_breaking:
            raise BusDown("the cable was cut")
        return answer


def test_an_answer_that_was_lost_is_had_by_asking_again_and_nothing_is_published_twice() -> None:
    commons = Breaking()
    desk = Desk(commons, "r_1")
    for name in ("plan", "fact"):
        desk.offer(name, "hold 100", expected=0)
    assert desk.trade() == []
    commons.is_breaking = False
    assert told(desk.trade()) == [("ours", 1), ("ours", 1)]
    assert len(commons.read(0, 10)) == 2


def test_a_log_that_is_read_again_stands_where_it_stood(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    one.offer("plan", "hold 100")
    one.trade()
    two.offer("plan", "hold 120")
    two.offer("open", "not handed in yet")
    two.trade()
    two.offer("late", "not handed in yet")
    again, offers = Notes(Log("r_2")), Offers()
    for event in two.events:
        again.fold(event)
        offers.fold(event)
    assert list(offers.open) == list(two.offers.open) == [two.events[-1].key]
    assert (offers.epoch, offers.place) == (two.offers.epoch, two.offers.place)
    assert again.all("commons", ADA) == two.notes.all("commons", ADA)
    told_again = [news for event in two.events if (news := news_of(event))]
    assert len(told_again) == 3


@pytest.fixture
def on_redis(redis_server: Redis) -> Iterator[Callable[[str], Desk]]:
    buses: list[RedisBus] = []

    def at_desk(run: str) -> Desk:
        buses.append(RedisBus(redis_server.url))
        return Desk(buses[-1].commons("plans"), run)

    yield at_desk
    for bus in buses:
        bus.close()


def test_a_redis_that_lost_everything_is_given_back_what_the_log_knows(
    redis_server: Redis, on_redis: Callable[[str], Desk]
) -> None:
    one, two = on_redis("r_1"), on_redis("r_2")
    for text in ("hold 100", "hold 110", "hold 120"):
        one.offer("plan", text)
    one.trade()
    two.trade()
    redis_server.kill()
    assert one.trade() == []
    redis_server.start()
    two.offer("plan", "hold 130", expected=3)
    assert told(two.trade()) == [("ours", 4)]
    assert told(one.trade()) == [("r_2", 4)]
    third = on_redis("r_3")
    assert told(third.trade()) == [("r_1", 1), ("r_1", 2), ("r_1", 3), ("r_2", 4)]
    assert third.note("plan").text == "hold 130"


def test_a_redis_that_lost_its_newest_notes_is_noticed_though_its_epoch_is_the_same(
    on_redis: Callable[[str], Desk], redis_server: Redis
) -> None:
    one = on_redis("r_1")
    one.offer("plan", "hold 100")
    one.trade()
    bus = RedisBus(redis_server.url)
    kept = bus._client.get("superorganism:commons:{plans}:epoch")
    bus._client.flushall()
    bus._client.set("superorganism:commons:{plans}:epoch", kept)
    one.offer("plan", "hold 110", expected=1)
    assert told(one.trade()) == [("ours", 2)]
    assert told(on_redis("r_2").trade()) == [("r_1", 1), ("r_1", 2)]
    bus.close()


def test_where_others_went_on_without_what_was_lost_a_run_shares_nothing_any_more_and_says_so(
    redis_server: Redis, on_redis: Callable[[str], Desk], caplog: pytest.LogCaptureFixture
) -> None:
    one = on_redis("r_1")
    one.offer("plan", "hold 100")
    one.trade()
    redis_server.kill()
    redis_server.start()
    stranger = on_redis("r_9")
    stranger.offer("plan", "hold nothing")
    stranger.trade()
    one.offer("plan", "hold 110", expected=1)
    assert one.trade() == one.trade() == []
    [record] = caplog.records
    assert "note plan has another version 1 there" in record.getMessage()
    assert len(one.offers.open) == 1
