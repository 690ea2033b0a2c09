"""The border: whatever a stranger says can be stored, hashed and read back."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from memory.border import DEEPEST, LONGEST, MOST_VALUES, admit, clean
from memory.events import Call, Decided, parse_event

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(10**90, 10**99) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


def nested(depth: int) -> JsonValue:
    value: JsonValue = 1
    for _ in range(depth):
        value = [value]
    return value


def arguments_of(value: JsonValue) -> dict[str, JsonValue]:
    return admit([Call(tool="post_note", arguments={"text": value})], "").calls[0].arguments


# A tool's name that is no Unicode is no call at all: whoever makes one is told at once.
@given(st.text(max_size=20), st.dictionaries(ANY_TEXT, ANY_JSON, max_size=3), ANY_TEXT)
def test_whatever_is_said_comes_back_from_the_log(
    tool: str, arguments: dict[str, JsonValue], rationale: str
) -> None:
    said = admit([Call(tool=tool, arguments=arguments)], rationale)
    event = Decided(seq=1, round=1, key="k", turn=1, **said._asdict())
    assert parse_event(event.canonical()) == event
    again = admit(said.calls, said.rationale)
    assert again._replace(sanitised=said.sanitised) == said and again.sanitised == ""


def test_what_is_fit_passes_as_it_is_and_leaves_no_trace() -> None:
    calls = (Call(tool="post_note", arguments={"text": "Stück\tfür\nStück \U0001f600", "n": 1}),)
    said = admit(calls, "because")
    assert said == (calls, "because", "")
    event = Decided(seq=1, round=1, key="k", turn=1, **said._asdict())
    assert b"sanitised" not in event.canonical()


def test_what_was_changed_is_marked_by_the_hash_of_what_was_said() -> None:
    one, two = (admit([Call(tool="t", arguments={"a": text})], "") for text in ("\0", "\x01"))
    assert one.calls == two.calls
    assert len(one.sanitised) == 64 and one.sanitised != two.sanitised


def test_halves_of_a_character_are_joined_and_lone_ones_replaced() -> None:
    assert clean("\ud83d\ude00 \ud83d") == "\U0001f600 \ufffd"


def test_control_characters_go_and_lines_and_tabs_stay() -> None:
    assert clean("a\x1b[2J\x9b\x7f\r\nb\rc\td\n") == "a\ufffd[2J\ufffd\ufffd\nb\nc\td\n"


def test_what_is_too_large_is_cut_and_says_so() -> None:
    text = arguments_of("x" * (LONGEST + 5))["text"]
    assert isinstance(text, str) and text.endswith("x [cut: 5 characters more]")
    assert arguments_of(10**90) == {"text": "[cut: a number of 299 bits]"}
    assert arguments_of([0] * MOST_VALUES) == {"cut": f"more than {MOST_VALUES} values"}
    assert arguments_of(nested(DEEPEST)) == {"cut": f"nested deeper than {DEEPEST}"}
    assert arguments_of(nested(DEEPEST - 1)) == {"text": nested(DEEPEST - 1)}
    assert arguments_of(10**5000)["text"] == "[cut: a number of 16,610 bits]"
