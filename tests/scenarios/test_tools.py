"""The tools: what each proposes, and what it tells the agent."""

from typing import Any

import pytest

from memory.envelope import Actor
from memory.events import Leg, Purpose, Transfer
from memory.log import Log
from memory.notes import Draft, Notes
from scenarios.economy import Economy
from scenarios.ledger import Ledger
from scenarios.notebook import EXCERPT
from scenarios.proposal import Done, Refused, View
from scenarios.rehearsal import SUPPLY
from scenarios.signature import checked
from scenarios.spec import Scenario
from scenarios.tools import TOOLS

ADA = Actor("w01", 1, "w01.1")
BOB = Actor("w02", 4, "w02.4")


class _Bench:
    """A view of SUPPLY in round 1 (lots of 5, price 1.00, refund 0.20), and what it looks at."""

    def __init__(self, scenario: Scenario = SUPPLY, seed: int = 7) -> None:
        self.log = Log("bench")
        self.notes = Notes(self.log)
        self.log.listen(self.notes.fold)
        self.economy = Economy.of(scenario)
        self.ledger = Ledger(["source"])
        self.scenario, self.seed = scenario, seed

    def give(self, owner: str, resource: str, amount: int) -> None:
        leg = Leg(resource=resource, debit="source", credit=owner, amount=amount)
        key = f"give/{len(self.ledger.accounts())}/{amount}"
        self.ledger.fold(Transfer(seq=1, round=0, key=key, purpose="mint", legs=(leg,)))

    def view(self, actor: Actor = ADA) -> View:
        markets = {name: good.market(1) for name, good in self.economy.goods.items()}
        return View(actor, self.scenario, self.seed, self.economy, markets, self.ledger, self.notes)

    def call(self, tool: str, actor: Actor = ADA, **arguments: Any) -> Done | Refused:
        return TOOLS[tool](self.view(actor), **checked(TOOLS[tool], arguments))

    def done(self, tool: str, actor: Actor = ADA, **arguments: Any) -> Done:
        outcome = self.call(tool, actor, **arguments)
        assert isinstance(outcome, Done), outcome
        return outcome

    def refused(self, tool: str, **arguments: Any) -> str:
        outcome = self.call(tool, **arguments)
        assert isinstance(outcome, Refused), outcome
        return outcome.reason


def scenario(**changes: Any) -> Scenario:
    return Scenario.model_validate(SUPPLY.model_dump() | changes)


def with_tools(*tools: dict[str, Any]) -> Scenario:
    return scenario(world=SUPPLY.model_dump()["world"] | {"tools": tools})


def moved(done: Done) -> list[tuple[str, str, str, int]]:
    assert done.move is not None
    return [(leg.resource, leg.debit, leg.credit, leg.amount) for leg in done.move.legs]


def purpose(done: Done) -> Purpose | None:
    return done.move.purpose if done.move else None


def test_reserving_buys_whole_lots_at_the_price_and_says_so() -> None:
    bench = _Bench()
    bench.give("w01", "compute", 14)
    done = bench.done("reserve_compute", amount=119)
    assert purpose(done) == "reserve"
    assert moved(done) == [
        ("money", "project", "vendor", 12_000),
        ("compute", "pool", "w01", 120),
    ]
    assert done.message == (
        "reserved 120 gpu_h (sold in lots of 5) for 120.00 usd; you hold 134 gpu_h"
    )


def test_whole_lots_are_bought_as_asked() -> None:
    done = _Bench().done("reserve_compute", amount=120)
    assert done.message == "reserved 120 gpu_h for 120.00 usd; you hold 120 gpu_h"


def test_releasing_pays_the_refund() -> None:
    bench = _Bench()
    bench.give("w01", "compute", 14)
    done = bench.done("release_compute", amount=4)
    assert purpose(done) == "release"
    assert moved(done) == [("compute", "w01", "pool", 4), ("money", "vendor", "project", 80)]
    assert done.message == "released 4 gpu_h for 0.80 usd; you hold 10 gpu_h"


def test_without_a_refund_releasing_moves_no_money() -> None:
    world = SUPPLY.model_dump()["world"]
    world["resources"]["compute"]["refund"] = 0
    done = _Bench(scenario(world=world)).done("release_compute", amount=4)
    assert moved(done) == [("compute", "w01", "pool", 4)]


@pytest.mark.parametrize(("amount", "cents"), [(12.5, 1_250), (12, 1_200), (0.07, 7), (50, 5_000)])
def test_a_payment_goes_to_the_payee_exactly(amount: float, cents: int) -> None:
    done = _Bench().done("pay", payee="acme", amount=amount, purpose="paper")
    assert purpose(done) == "pay"
    assert moved(done) == [("money", "project", "payee/acme", cents)]
    assert done.message == f"paid {cents // 100}.{cents % 100:02d} usd to acme for paper"


@pytest.mark.parametrize("amount", [12.505, 0.1 + 0.2, 1e-9])
def test_money_has_no_more_decimals_than_its_unit(amount: float) -> None:
    bench = _Bench()
    said = f"amount is {amount}; usd has 2 decimals"
    assert bench.refused("pay", payee="acme", amount=amount, purpose="paper") == said
    assert bench.refused("ask_approval", amount=amount, reason="paper") == said


def test_a_cost_over_the_limit_takes_as_much_approval() -> None:
    bench = _Bench()
    asked: dict[str, Any] = {"payee": "acme", "amount": 50.01, "purpose": "paper"}
    bench.give("w01", "approval", 5_000)
    assert bench.refused("pay", **asked) == (
        "50.01 usd is over the limit of 50.00 usd and takes as much approval; "
        "you have 50.00 usd of approval: ask_approval first"
    )
    bench.give("w01", "approval", 1)
    assert moved(bench.done("pay", **asked)) == [
        ("money", "project", "payee/acme", 5_001),
        ("approval", "w01", "owner", 5_001),
    ]


def test_reserving_can_have_a_limit_too() -> None:
    bench = _Bench(with_tools({"name": "reserve_compute", "needs_approval_over": 100}))
    assert "115.00 usd is over the limit" in bench.refused("reserve_compute", amount=111)
    bench.give("w01", "approval", 11_500)
    done = bench.done("reserve_compute", amount=111)
    assert moved(done)[2] == ("approval", "w01", "owner", 11_500)


def test_approval_is_granted_up_to_the_ceiling() -> None:
    bench = _Bench()
    bench.give("w01", "approval", 100)
    done = bench.done("ask_approval", amount=500, reason="a large invoice")
    assert purpose(done) == "approve"
    assert moved(done) == [("approval", "owner", "w01", 50_000)]
    assert done.message == "approved: 500.00 usd; you have 501.00 usd of approval"
    assert done.answer is not None
    assert (done.answer.amount, done.answer.granted) == (50_000, True)


def test_approval_above_the_ceiling_is_denied_with_the_reason() -> None:
    done = _Bench().done("ask_approval", amount=500.01, reason="a large invoice")
    assert done.move is None
    assert done.answer is not None
    assert (done.answer.amount, done.answer.granted) == (50_001, False)
    assert done.message == (
        "not approved: 500.01 usd is more than the 500.00 usd that are approved at once"
    )


def test_where_nothing_has_a_limit_no_approval_is_granted() -> None:
    done = _Bench(with_tools({"name": "pay"})).done("ask_approval", amount=1, reason="any")
    assert done.answer is not None
    assert not done.answer.granted


def test_a_note_is_written_at_the_notebooks_scope() -> None:
    bench = _Bench(scenario(memory={"notebook": {"scope": "worker"}}))
    done = bench.done("post_note", name="plan", text="keep a margin")
    assert done.draft == Draft("plan", "keep a margin", "worker")
    assert done.message == "note plan is now at version 1"
    bench.notes.write(1, ADA, done.draft, key="k")
    assert bench.done("post_note", name="plan", text="").message.endswith("version 2")
    assert bench.done("post_note", BOB, name="plan", text="").message.endswith("version 1")


def test_the_name_of_the_handoff_is_kept_for_finish() -> None:
    assert "kept for what finish writes" in _Bench().refused(
        "post_note", name="handoff", text="trust me"
    )


def test_notes_are_read_newest_first_and_with_their_author() -> None:
    bench = _Bench()
    assert bench.done("read_notes") == Done("there are no notes yet")
    for number in range(1, 12):
        bench.notes.write(1, BOB, Draft(f"n{number}", f"text {number}", "fleet"), key=f"k{number}")
    done = bench.done("read_notes", limit=2)
    assert done.message == (
        "n11 (version 1, by w02.4): text 11\nn10 (version 1, by w02.4): text 10"
    )
    assert [note.name for note in done.reads] == ["n11", "n10"]
    assert len(bench.done("read_notes").reads) == 10


def test_a_long_note_is_cut_in_the_message() -> None:
    bench = _Bench()
    bench.notes.write(1, BOB, Draft("long", "x" * (EXCERPT + 1), "fleet"), key="k")
    message = bench.done("read_notes").message
    assert message.endswith("xxx... (cut)")
    assert message.count("x") == EXCERPT


def handoff(share: float, text: str, *, actor: Actor = ADA, seed: int = 7) -> Draft:
    done = _Bench(scenario(chain={"handoff": share}), seed).done("finish", actor, handoff=text)
    assert done.draft is not None
    return done.draft


def test_a_handoff_is_the_workers_own_note() -> None:
    assert handoff(1, "hold 5\nask early") == Draft("handoff", "hold 5\nask early", "worker")


def test_each_line_of_a_handoff_survives_with_the_given_chance() -> None:
    lines = [f"fact {number}" for number in range(2_000)]
    draft = handoff(0.95, "\n".join(lines))
    kept = draft.text.splitlines()
    assert draft.lost == len(lines) - len(kept)
    assert 70 < draft.lost < 130
    assert set(kept) < set(lines)
    assert kept == sorted(kept, key=lines.index)


def test_what_gets_lost_depends_on_seed_and_agent_alone() -> None:
    text = "\n".join(map(str, range(64)))
    assert handoff(0.5, text) == handoff(0.5, text)
    assert handoff(0.5, text) != handoff(0.5, text, seed=8)
    assert handoff(0.5, text) != handoff(0.5, text, actor=BOB)


@pytest.mark.parametrize(("share", "text", "lost"), [(0, "one\ntwo", 2), (0.5, "", 0)])
def test_a_handoff_may_come_to_nothing(share: float, text: str, lost: int) -> None:
    assert handoff(share, text) == Draft("handoff", "", "worker", lost=lost)


def post(bench: _Bench, name: str, text: str, actor: Actor = ADA, **more: Any) -> None:
    draft = bench.done("post_note", actor, name=name, text=text, **more).draft
    assert draft is not None
    bench.notes.write(1, actor, draft, key=f"{actor.agent}/1/{bench.log.seq}")


def test_a_note_says_what_kind_of_statement_it_is_and_what_it_is_built_on() -> None:
    bench = _Bench()
    post(bench, "demand", "100 a round")
    post(bench, "demand", "110 a round")
    post(bench, "plan", "hold 120", claim="inference", parents=["demand@1", "demand"])
    plan = bench.notes.latest("plan", "fleet", ADA)
    assert plan is not None and plan.claim == "inference"
    assert [(each.note, each.version) for each in plan.parents] == [("n_001", 1), ("n_001", 2)]
    assert bench.done("read_notes").message.startswith("plan (version 1, inference, by w01.1): ")


def test_a_parent_must_be_there() -> None:
    bench = _Bench()
    post(bench, "demand", "100 a round")
    reason = bench.refused("post_note", name="plan", text="hold", parents=["demnd"])
    assert reason == (
        "there is no note 'demnd'; search_notes finds what there is; did you mean 'demand'?"
    )
    reason = bench.refused("post_note", name="plan", text="hold", parents=["demand@2"])
    assert reason == "note demand is at version 1; there is no 2 yet"


def test_who_expects_another_version_is_told_which_one_stands() -> None:
    bench = _Bench()
    post(bench, "plan", "hold 100", expected_version=0)
    post(bench, "plan", "hold 120", BOB, expected_version=1)
    reason = bench.refused("post_note", name="plan", text="hold 90", expected_version=1)
    assert reason == (
        "note 'plan' is at version 2 and you expected 1: read it, then say what it should be now"
    )
    reason = bench.refused("post_note", name="new", text="hold 90", expected_version=1)
    assert "is not there yet (version 0)" in reason


def test_a_search_shows_the_best_fit_first_and_counts_as_reading() -> None:
    bench = _Bench()
    post(bench, "price", "compute costs 1.00")
    post(bench, "demand", "demand for compute is 100; compute is scarce")
    done = bench.done("search_notes", query="scarce compute", limit=2)
    assert [note.name for note in done.reads] == ["demand", "price"]
    assert done.search is not None and done.search.found == done.reads
    assert done.message.startswith("demand (version 1, by w01.1): demand for compute")
    assert bench.done("search_notes", query="weather").message == "no note has any of these words"


def test_a_rollback_is_a_new_version_that_says_where_its_text_is_from() -> None:
    bench = _Bench()
    post(bench, "plan", "hold 100", claim="verified")
    post(bench, "plan", "hold 900", BOB)
    done = bench.done("rollback_note", name="plan", version=1)
    assert done.message == "note plan is now at version 3 and says again what version 1 said"
    assert done.draft is not None
    assert (done.draft.text, done.draft.claim, done.draft.restored) == ("hold 100", "verified", 1)
    assert [(each.note, each.version) for each in done.draft.parents] == [("n_001", 1)]


def test_only_a_version_at_hand_can_be_brought_back() -> None:
    bench = _Bench()
    assert "there is no note 'plan'" in bench.refused("rollback_note", name="plan", version=1)
    assert "is kept for" in bench.refused("rollback_note", name="handoff", version=1)
    for number in range(10):
        post(bench, "plan", f"hold {number}")
    reason = bench.refused("rollback_note", name="plan", version=2)
    assert reason == "note plan has versions 3 to 10 at hand"
    assert "is at version 10 already" in bench.refused("rollback_note", name="plan", version=10)
