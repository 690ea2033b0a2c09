"""A difference names the first thing that parts, and says where, in words."""

import pytest

from memory.log import GENESIS, chain
from orchestrator.difference import FIELDS_SHOWN, Difference, Differs, Piece, Track, parted

ONE, OTHER = Piece(3, b'{"due":113}'), Piece(3, b'{"due":99}')


def laid(stands: list[Piece], came_out: list[Piece]) -> Difference:
    """Return the first difference between what stands and what came out."""
    track = Track("event", iter(stands))
    with pytest.raises(Differs) as found:
        for piece in came_out:
            track.lay(piece)
        track.end("the world broke off")
    return found.value.difference


def test_what_agrees_is_counted_and_chained() -> None:
    track = Track("verdict", iter([ONE, OTHER]))
    track.lay(ONE)
    track.lay(OTHER)
    track.end()
    assert track.count == 2
    assert track.hash == chain(chain(GENESIS, ONE.body), OTHER.body)


def test_what_came_out_otherwise_is_told_field_by_field() -> None:
    told = str(laid([ONE], [OTHER])).splitlines()
    assert told == [
        "event 3 came out otherwise than it stands",
        "due stands as 113 and came out as 99",
    ]


def test_what_is_on_one_side_only_says_on_which_and_why() -> None:
    assert str(laid([], [ONE])) == "event 3 came out, and does not stand in the journal"
    only_stored = str(laid([ONE], []))
    assert only_stored == "event 3 stands in the journal, and did not come out: the world broke off"


def test_of_two_things_with_nothing_in_common_a_few_fields_are_told() -> None:
    stands, came_out = (
        Piece(1, b"{%s}" % b",".join(b'"%c%d":1' % (letter, n) for n in range(9)))
        for letter in b"ab"
    )
    assert len(laid([stands], [came_out]).fields) == FIELDS_SHOWN


def test_what_is_missing_on_one_side_is_told_as_nothing() -> None:
    assert list(parted({"a": [1], "b": 2}, {"a": [1, 5], "c": None})) == [
        "a[1] stands as nothing and came out as 5",
        "b stands as 2 and came out as nothing",
        "c stands as nothing and came out as null",
    ]
