"""The tools of knowledge: figures, facts and claims, each refused with a reason that helps."""

from typing import Any

import pytest

from memory.events import Call, DocumentRead, NoteVersion, NoteWritten, ToolResult
from scenarios.rehearsal import SUPPLY, Rehearsal
from scenarios.world import World


class Desk:
    """An agent at work in a small world with a library of five entries."""

    def __init__(self) -> None:
        self.rehearsal = Rehearsal(World, SUPPLY).begin()
        self._calls = 0

    def ask(self, tool: str, **arguments: Any) -> ToolResult:
        self._calls += 1
        call = Call(tool=tool, arguments=arguments)
        return self.rehearsal.ask("w01", 1, self._calls, call)

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.rehearsal.events if isinstance(event, kind)]


def test_a_figure_is_worked_out_exactly_or_refused() -> None:
    desk = Desk()
    assert desk.ask("calculate", expression="0.1 + 0.2").message == "0.1 + 0.2 = 0.3"
    error = desk.ask("calculate", expression="1 / 0").error
    assert error == "expression cannot be worked out: it divides by zero"


def test_a_document_that_is_read_is_an_event_with_its_version() -> None:
    desk = Desk()
    result = desk.ask("lookup", term="Constant-3")
    assert result.message.startswith("constant-3 (d_003, version 1): constant-3 is ")
    [read] = desk.told(DocumentRead)
    assert (read.document, read.version, read.term, read.worker) == (
        *("d_003", 1, "constant-3"),
        "w01",
    )


def test_what_the_library_lacks_is_refused_with_the_nearest_term() -> None:
    desk = Desk()
    error = desk.ask("lookup", term="constnt-3").error
    assert error == "the library has nothing on 'constnt-3'; did you mean 'constant-3'?"
    assert desk.told(DocumentRead) == []


def test_a_claim_is_a_note_of_its_kind_that_rests_on_notes_and_documents() -> None:
    desk = Desk()
    desk.ask("post_note", name="plan", text="keep a margin")
    evidence = ["plan@1", "constant-2"]
    said = desk.ask("state_claim", name="margin", claim="20 is enough", evidence=evidence)
    assert said.message == "note claim-margin is now at version 1"
    note = desk.told(NoteWritten)[-1]
    assert (note.name, note.claim, note.text) == ("claim-margin", "inference", "20 is enough")
    plan, fact = note.parents
    assert (plan.version, fact) == (1, NoteVersion(note="d_002", version=1))
    desk.ask("state_claim", name="b", claim="yes", evidence=["claim-margin"], kind="verified")
    assert desk.told(NoteWritten)[-1].claim == "verified"


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (["rumour"], "there is no note 'rumour'"),
        (["plan@7"], "note plan is at version 1; there is no 7 yet"),
        (["plan@x"], "evidence 'plan@x' is no name, or name@version"),
        ([], "it should have at least 1 item|Sequence should have at least 1 item|evidence is"),
    ],
)
def test_evidence_that_is_not_there_is_refused(evidence: list[str], reason: str) -> None:
    desk = Desk()
    desk.ask("post_note", name="plan", text="keep a margin")
    result = desk.ask("state_claim", name="a", claim="b", evidence=evidence)
    assert not result.message
    with pytest.raises(ValueError, match=reason):
        raise ValueError(result.error)
