"""A policy whose every word would do harm wherever it were taken for more than text."""

from memory.events import Call
from memory.truth import Intent
from subagents.policy import Decision, Observation

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)><b onclick=alert(3)>bold</b>"
CONTROL = "\x1b[2J\x1b[31mred\x07 \u202egnp.exe javascript:alert(4) https://evil.test/x"
LONG = "very long " * 5000
HUGE = "very long " * 1_048_576
"""Ten megabytes: what is beyond the border's cap is cut there, and said so in the log."""


class Hostile:
    """Says in every place what a page must never take for its own."""

    name = "hostile"

    async def act(self, observation: Observation) -> Decision:
        """Reserve, and write."""
        calls = [
            Call(tool="reserve_compute", arguments={"amount": 150}),
            Call(tool="post_note", arguments={"name": "plan", "text": MARKUP + CONTROL}),
            Call(tool="pay", arguments={"payee": "<b>x</b>", "amount": 1, "purpose": MARKUP}),
        ]
        if observation.is_last_turn:
            calls.append(Call(tool="finish", arguments={"handoff": MARKUP + CONTROL}))
        rest = HUGE if observation.turn == 1 else LONG
        return Decision(tuple(calls), MARKUP + CONTROL + rest, Intent())
