"""A campaign of seeded faults: mistakes that somebody could make, and a reviewer overlook.

:mod:`benchmarks.trial` puts each of them to the checks that users have.
"""

from benchmarks.faults import ownership, reading, running, storage
from benchmarks.faults.fault import Fault

STORAGE: tuple[Fault, ...] = (
    *(storage.syncs_never, storage.syncs_at_checkpoints_only, storage.undoes_in_memory),
    *(storage.begins_no_transaction, storage.skips_a_commit, storage.skips_the_last_commit),
    *(storage.commits_twice, storage.commits_half_a_round, storage.skips_an_event),
    *(storage.swaps_two_events, storage.writes_an_event_again_as_another),
    *(storage.drops_a_verdict, storage.puts_verdicts_off, storage.loses_the_truth),
    *(storage.puts_the_truth_off, storage.moves_the_run_on_first, storage.keeps_the_old_digest),
    *(storage.counts_an_event_too_many, storage.takes_what_does_not_go_on),
    *(storage.keeps_half_of_what_failed, storage.swallows_store_errors),
    *(storage.goes_on_after_a_failed_commit, storage.acknowledges_first),
    *(storage.acknowledges_one_too_many, storage.chains_nothing, storage.believes_every_hash),
)
OWNERSHIP: tuple[Fault, ...] = (
    *(ownership.lets_a_stale_owner_write, ownership.hands_out_the_same_token),
    *(ownership.takes_every_owner_for_dead, ownership.takes_every_owner_for_alive),
    *(ownership.keeps_what_it_let_go, ownership.overwrites_an_answer, ownership.keeps_no_answer),
    *(ownership.mixes_answers_up, ownership.ends_no_run, ownership.seals_nothing),
)
LEASES: tuple[Fault, ...] = (
    *(ownership.lets_no_lease_run_out, ownership.lets_every_lease_run_out),
    ownership.renews_no_lease,
)
"""Faults that only a journal with leases can have, which is one on PostgreSQL."""

READING: tuple[Fault, ...] = (
    *(reading.reads_one_again, reading.skips_one_between_chunks, reading.reads_past_the_limit),
    *(reading.loses_verdicts_on_the_way, reading.follows_on_from_the_head),
    *(reading.tells_verdicts_too_late, reading.feeds_a_batch_without_its_end),
    *(reading.pages_past_an_event, reading.hands_on_one_event_too_few),
    *(reading.hands_on_no_truth, reading.forks_a_round_late, reading.finds_every_log_sound),
    *(reading.asks_not_how_a_log_ends, reading.compares_nothing, reading.adds_nothing_up),
)
RUNNING: tuple[Fault, ...] = (
    *(running.forgets_the_last_event_on_resume, running.resumes_without_results),
    *(running.resumes_without_memory, running.resumes_unwatched),
    *(running.resumes_with_old_verdicts, running.resumes_a_round_late),
    *(running.resumes_a_round_early, running.resumes_without_what_waits),
    *(running.ends_a_life_at_resume, running.draws_by_the_process),
    *(running.draws_demand_in_turn, running.loses_an_error_on_its_way),
    *(running.finds_no_unfinished_run, running.says_that_all_went_on),
    *(running.moves_everything_twice, running.knows_no_operation, running.never_settles),
    running.keeps_the_first_version,
)
FAULTS: tuple[Fault, ...] = (*STORAGE, *OWNERSHIP, *LEASES, *READING, *RUNNING)
"""All of them."""

REDUNDANT: dict[Fault, str] = {
    reading.adds_nothing_up: "the ledger adds itself up after each event that is played back",
}
"""Faults that nobody need notice, since something else does the same work."""
