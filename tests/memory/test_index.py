"""The index: BM25's order while words are rare, a flat cost when they are not."""

from math import log

from hypothesis import given
from hypothesis import strategies as st

from memory.index import INDEXED, KEPT, MOST_WORDS, WEIGHED, Index, words_of

WORDS = st.sampled_from(["hold", "buy", "compute", "price", "need", "Ünter", "w07", "119"])
TEXTS = st.lists(WORDS, max_size=8).map(" ".join)


def bm25(texts: dict[int, str], query: str, limit: int) -> list[int]:
    """Return what a search should find, by the book and by looking at everything."""
    words = {number: words_of(text) for number, text in texts.items()}
    mean = sum(map(len, words.values())) / max(1, len(words))

    def weight(number: int) -> float:
        total = 0.0
        for word in dict.fromkeys(words_of(query)):
            having = sum(word in each for each in words.values())
            often = words[number].count(word)
            worth = log(1 + (len(texts) - having + 0.5) / (having + 0.5))
            length = len(words[number]) / mean
            total += worth * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length))
        return total

    found = [number for number in texts if set(words[number]) & set(words_of(query))]
    return sorted(found, key=lambda number: (-round(weight(number), 9), -number))[:limit]


@given(st.lists(st.tuples(TEXTS, st.booleans()), max_size=WEIGHED), TEXTS, st.integers(1, 9))
def test_a_search_ranks_as_bm25_does(
    changes: list[tuple[str, bool]], query: str, limit: int
) -> None:
    texts: dict[int, str] = {}
    index = Index(lambda number: texts[number])
    for number, (text, replaces) in enumerate(changes, 1):
        if replaces and texts:
            oldest = next(iter(texts))
            index.drop(oldest)
            del texts[oldest]
        texts[number] = text
        index.add(number)
    assert index.search(query, limit) == bm25(texts, query, limit)


def filled(size: int) -> tuple[dict[int, str], Index]:
    texts: dict[int, str] = {}
    index = Index(lambda number: texts[number])
    for number in range(1, size + 1):
        texts[number] = f"common word{number}"
        index.add(number)
    return texts, index


def test_of_a_common_word_the_newest_are_known_and_a_rare_one_finds_any() -> None:
    _, index = filled(KEPT + 50)
    assert index.search("common", 3) == [KEPT + 50, KEPT + 49, KEPT + 48]
    assert index.search("common word7", 2) == [7, KEPT + 50]


def test_a_text_that_was_forgotten_under_a_word_can_still_be_dropped() -> None:
    texts, index = filled(KEPT + 50)
    for number in list(texts):
        index.drop(number)
        del texts[number]
    assert vars(index)["_newest"] == vars(index)["_forgotten"] == {}
    assert index.search("common", 3) == []


def test_a_search_reads_no_more_texts_than_it_weighs_however_many_there_are() -> None:
    texts, read = {number: f"common word{number}" for number in range(1, 1000)}, list[int]()

    def text_of(number: int) -> str:
        read.append(number)
        return texts[number]

    index = Index(text_of)
    for number in texts:
        index.add(number)
    read.clear()
    index.search("common", 9)
    assert len(read) == WEIGHED


def test_only_so_much_of_a_text_and_of_a_query_counts() -> None:
    assert words_of("x" * 10 + " " + "y " * INDEXED)[-1] == "y"
    assert len(words_of("y " * 2 * INDEXED)) == INDEXED // 2
    _, index = filled(20)
    many = " ".join(f"word{number}" for number in range(1, 20))
    assert len(index.search(many, 20)) == MOST_WORDS


def test_words_are_found_however_they_are_cased() -> None:
    assert words_of("STRASSE Straße") == ["strasse", "strasse"]
