"""What a commons promises, executable: small functions, each one law, each named for it.

Ours are put to them by a test. Put one of your own to them with ``obeys``, given what opens a
commons of a name that nobody has used:

>>> from memory.commons import OwnCommons
>>> obeys(lambda name: OwnCommons())
"""

from collections.abc import Callable, Sequence

from memory.commons import Commons, Offer, Published, Standing

Maker = Callable[[str], Commons]
"""What opens the commons of a name."""


def offer(number: int, name: str = "plan", expected: int | None = None) -> Offer:
    """Return an offer that is told from others by its number."""
    return Offer(f"r_1/w01.1/{number}/0", name, expected, b'{"number":%d}' % number)


def opened(make: Maker, law: Callable[[Maker], None]) -> Commons:
    """Return a commons of a law's own."""
    commons = make(law.__name__.replace("_", "-")[:64])
    commons.head()
    return commons


def published(commons: Commons, after: int = 0) -> Sequence[Published]:
    """Return all that stands behind a place."""
    return commons.read(after, limit=1000)


def versions_count_from_one_for_each_name(make: Maker) -> None:
    """Offers that expect what stands, or anything, become the next version."""
    commons = opened(make, versions_count_from_one_for_each_name)
    given = [offer(1, expected=0), offer(2, expected=1), offer(3), offer(4, "other", 0)]
    answers = [commons.put(each) for each in given]
    assert answers == [Standing(1, 1), Standing(2, 2), Standing(3, 3), Standing(1, 4)], answers
    assert commons.head().place == 4


def a_stale_offer_changes_nothing_and_is_told_what_stands(make: Maker) -> None:
    """Refuse an offer that expects another version than the newest."""
    commons = opened(make, a_stale_offer_changes_nothing_and_is_told_what_stands)
    assert commons.put(offer(1, expected=1)) == Standing(0, 0)
    commons.put(offer(2))
    for number, expected in ((3, 0), (4, 2), (5, 7)):
        assert commons.put(offer(number, expected=expected)) == Standing(1, 0)
    assert [each.body for each in published(commons)] == [offer(2).body]


def an_offer_is_answered_once_for_all(make: Maker) -> None:
    """Handed in again, whatever happened since, an offer gets its first answer and does nothing."""
    commons = opened(make, an_offer_is_answered_once_for_all)
    given = [offer(1, expected=0), offer(2, expected=0), offer(3)]
    first = [commons.put(each) for each in given]
    assert [commons.put(each) for each in reversed(given)] == first[::-1]
    assert len(published(commons)) == 2


def reading_goes_on_from_any_place(make: Maker) -> None:
    """Read in the order of places, without a gap, and the same every time."""
    commons = opened(make, reading_goes_on_from_any_place)
    for number in range(1, 8):
        commons.put(offer(number, f"note-{number % 3}"))
    whole = published(commons)
    assert [each.place for each in whole] == list(range(1, 8))
    assert [each.body for each in whole] == [offer(number).body for number in range(1, 8)]
    for after in range(8):
        assert published(commons, after) == whole[after:]
        assert commons.read(after, limit=2) == whole[after : after + 2]


def what_was_lost_is_put_back_where_it_was(make: Maker) -> None:
    """Keep the number of a version that is restored; new ones follow the newest."""
    commons = opened(make, what_was_lost_is_put_back_where_it_was)
    for version in (3, 2):
        assert commons.restore("plan", version, b'{"old":%d}' % version) == b'{"old":%d}' % version
    assert [each.version for each in published(commons)] == [3, 2]
    assert commons.put(offer(1, expected=3)) == Standing(4, 3)


def nothing_that_stands_is_written_over(make: Maker) -> None:
    """Restoring a version that stands does nothing, and says which one that is."""
    commons = opened(make, nothing_that_stands_is_written_over)
    commons.put(offer(1))
    assert commons.restore("plan", 1, b'{"another":1}') == offer(1).body
    assert [each.body for each in published(commons)] == [offer(1).body]


LAWS = (
    versions_count_from_one_for_each_name,
    a_stale_offer_changes_nothing_and_is_told_what_stands,
    an_offer_is_answered_once_for_all,
    reading_goes_on_from_any_place,
    what_was_lost_is_put_back_where_it_was,
    nothing_that_stands_is_written_over,
)
"""All of them."""


def obeys(make: Maker) -> None:
    """Put a kind of commons to every law.

    Raises
    ------
    AssertionError
        If it breaks one.
    """
    for law in LAWS:
        law(make)
