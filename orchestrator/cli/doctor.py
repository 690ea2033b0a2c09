"""The verb ``doctor``: what is installed, reachable and writable, and what is missing for what."""

import typer

from orchestrator.cli.door import Json, Redis, Store, put_json, terminal


def doctor(store: Store = None, redis: Redis = None, json: Json = False) -> None:
    """Say what is installed, reachable and writable here, and what is missing for what.

    Writes nothing and asks no model. Exits with 1 if something that is asked for does not work.
    """
    from orchestrator.cli.ink import BROKEN, DONE, safe
    from orchestrator.doctor import examine, is_fit
    from orchestrator.settings import read_settings

    findings = examine(read_settings(store, redis))
    if json:
        put_json({"ok": is_fit(findings), "findings": [each._asdict() for each in findings]})
    else:
        marks = {"ok": (DONE, "ok"), "absent": ("-", "quiet"), "broken": (BROKEN, "alarm")}
        console = terminal()
        for what, state, found, needed_to in findings:
            mark, style = marks[state]
            console.print(f"{mark} {what:<14}", style=style, end="")
            wanted = f"  (to {needed_to})" if needed_to and state != "ok" else ""
            console.print(f" {safe(found)}{wanted}", soft_wrap=True)
    if not is_fit(findings):
        raise typer.Exit(1)
