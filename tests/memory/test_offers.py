"""What is open, and how far the commons was read: whatever order the news came in."""

from hypothesis import given
from hypothesis import strategies as st

from memory.checks import specimen
from memory.events import NoteOffered, NoteOrigin, NoteRefused, NoteWritten, Place
from memory.offers import Offers

THEIRS = NoteOrigin(run="r_2", seq=1)


def stands(number: int, epoch: str = "1", *, ours: bool = False) -> NoteWritten:
    place, origin = Place(epoch=epoch, number=number), None if ours else THEIRS
    return specimen(NoteWritten, key=f"key/{number}", place=place, origin=origin)


def test_an_offer_is_open_until_it_stands_or_is_refused() -> None:
    offers = Offers()
    for number in (1, 2, 3):
        offers.fold(specimen(NoteOffered, key=f"key/{number}"))
    offers.fold(stands(1, ours=True))
    offers.fold(specimen(NoteRefused, key="key/3"))
    assert list(offers.open) == ["key/2"]


def test_a_note_of_another_scope_is_no_news_of_the_commons() -> None:
    offers = Offers()
    offers.fold(specimen(NoteOffered, key="key/1"))
    offers.fold(specimen(NoteWritten, key="key/1", place=None, origin=None))
    assert list(offers.open) == ["key/1"]
    assert (offers.epoch, offers.place) == ("", 0)


def test_another_epoch_is_read_from_its_beginning() -> None:
    offers = Offers()
    offers.fold(stands(7))
    assert (offers.after("1"), offers.after("2")) == (7, 0)
    offers.fold(stands(2, epoch="2"))
    assert (offers.after("1"), offers.after("2")) == (0, 2)
    assert not offers.is_known("1", 7)


@given(ours=st.sets(st.integers(1, 40)), read=st.integers(0, 40))
def test_what_is_read_next_is_neither_known_nor_left_out(ours: set[int], read: int) -> None:
    """Ours were answered at once; of the others everything up to ``read`` has arrived."""
    offers = Offers()
    for number in sorted(ours):
        offers.fold(stands(number, ours=True))
    theirs = [number for number in range(1, read + 1) if number not in ours]
    for number in theirs:
        offers.fold(stands(number))
    known = {number for number in range(1, 50) if offers.is_known("1", number)}
    assert known == ours | set(theirs)
    assert all(number in known for number in range(1, offers.after("1") + 1))
    assert offers.place == max(known, default=0)
