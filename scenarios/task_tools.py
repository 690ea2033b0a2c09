"""The tools of a world of tasks: take one, do a step, have it checked, go back, say it is done.

Nobody but the check decides what stands, and nobody but the world that a task is done.
"""

from functools import partial
from typing import Annotated

from pydantic import Field

from memory.errors import did_you_mean
from memory.events import RolledBack, StepChecked, StepDone, TaskClosed, TaskTaken
from scenarios.checking import verdict_on
from scenarios.harness import RETRIES
from scenarios.proposal import Done, Refused, View
from scenarios.signature import Name
from scenarios.workshop import DIGITS, Thread, Workshop

Figure = Annotated[int, Field(ge=0, lt=DIGITS)]
"""A figure of four digits."""

Step = Annotated[int, Field(ge=1)]
"""Which step of a task, counted from 1."""

Stood = Annotated[int, Field(ge=0)]
"""The last step of a task that stands; 0 is its beginning."""

Token = Annotated[int | None, Field(ge=1)]
"""Under which an agent took a task."""


def take_task(view: View, task: Name | None = None) -> Done | Refused:
    """Take a task for yourself, so that nobody else works on it; what you had before is free.

    You keep it as long as you live and work on it. You are told a token; whoever takes the task
    after you gets a higher one, and yours is worth nothing then.

    Parameters
    ----------
    task
        Its name; without it you get the first that you are shown.
    """
    shop = _shop(view)
    if task is None:
        free = shop.board(view.actor, view.share.number).free
        if not free:
            return Refused("there is no task to take")
        task = free[0].task
    thread = _thread(shop, task)
    if isinstance(thread, Refused):
        return thread
    if not shop.is_free(thread, view.actor) and thread.holder != view.actor.agent:
        whose = f"held by {thread.holder}" if thread.holder else f"kept for {thread.post}"
        return Refused(f"{task} is {whose} until round {thread.until}, and longer if work goes on")
    if missing := shop.missing(thread):
        return Refused(f"{task} comes after {', '.join(missing)}, which must be done first")
    token, until = thread.token + 1, shop.round + shop.lease - 1
    return Done(
        f"{task} is yours under token {token}; step {thread.step} of {thread.task.steps} is next",
        deeds=(partial(TaskTaken, task=task, token=token, until=until),),
    )


def do_step(
    view: View, task: Name, step: Step, start: Figure, figure: Figure, token: Token = None
) -> Done | Refused:
    """Hand in the next step of the task that you hold.

    Parameters
    ----------
    task
        The task's name.
    step
        Which step it is, counted from 1: the next one that you are shown.
    start
        The figure that you set out from: what the step before came to, or the task's first.
    figure
        What the step's rule makes of it, the last four digits.
    token
        The token you were told when you took the task; another one is refused. You may leave
        it out.
    """
    shop = _shop(view)
    thread = _held(view, shop, task, token)
    if isinstance(thread, Refused):
        return thread
    if thread.step > thread.task.steps:
        return Refused(f"all {thread.task.steps} steps of {task} are done: claim_done")
    if step != thread.step:
        return Refused(f"step {thread.step} of {task} is next, not {step}")
    if thread.is_unchecked:
        return Refused(f"step {step} of {task} is handed in and not checked yet: check_step")
    minutes = thread.task.length(step)
    did = partial(StepDone, task=task, step=step, start=start, figure=figure, minutes=minutes)
    told = f"step {step} of {task}, from {start:04d} to {figure:04d}, is handed in"
    return Done(told, deeds=(did,))


def check_step(view: View, task: Name) -> Done | Refused:
    """Have the step that was handed in checked; what is not accepted must be done again.

    Parameters
    ----------
    task
        The task's name.
    """
    shop = _shop(view)
    thread = _held(view, shop, task, None)
    if isinstance(thread, Refused):
        return thread
    tests, step = shop.tests, thread.step
    if tests is None:
        return Refused("steps are not checked here: each stands as it is handed in")
    if not thread.is_unchecked:
        return Refused(f"step {step} of {task} is not handed in yet: do_step")
    is_accepted = verdict_on(shop, tests, view.seed, thread)
    checked = partial(StepChecked, task=task, step=step, accepted=is_accepted)
    if is_accepted:
        return Done(f"step {step} of {task} is accepted", deeds=(checked,))
    more = view.harness.gained(view.worker, RETRIES) if view.harness else 0
    left = tests.retries + more - thread.refused
    if not left:
        told = f"step {step} of {task} is not accepted, for the last time: the task is lost"
        return Done(told, deeds=(checked, partial(TaskClosed, task=task, outcome="lost")))
    again = "step 1 of the task is" if tests.redo == "task" else "it is"
    times = "once" if left == 1 else f"{left} times"
    told = f"step {step} of {task} is not accepted; {again} to be done again, at most {times} more"
    return Done(told, deeds=(checked,))


def roll_back(view: View, task: Name, step: Stood) -> Done | Refused:
    """Take the thread of the task that you hold back to an earlier step on record.

    All that was done behind that step stands no longer, and is to be done again from the figure
    that the step came to.

    Parameters
    ----------
    task
        The task's name.
    step
        The last step that shall still stand; 0 is the task's beginning.
    """
    shop = _shop(view)
    if shop.line.memory != "permanent":
        return Refused(
            "there is no record to go back to here: of a task's earlier steps only notes are kept"
        )
    thread = _held(view, shop, task, None)
    if isinstance(thread, Refused):
        return thread
    stand = len(thread.accepted)
    if step > stand:
        return Refused(f"step {step} of {task} is not on record; the newest is {stand}")
    if step == stand and not thread.is_unchecked:
        return Refused(f"nothing stands behind step {step} of {task}: there is nothing to undo")
    figure = thread.accepted[step - 1].figure if step else thread.task.figures[0]
    told = f"{task} is back behind step {step}, at {figure:04d}; step {step + 1} is next"
    return Done(told, deeds=(partial(RolledBack, task=task, step=step),))


def claim_done(view: View, task: Name) -> Done | Refused:
    """Say that a task is done. It counts as done only if each of its steps stands.

    Parameters
    ----------
    task
        The task's name.
    """
    shop = _shop(view)
    thread = _held(view, shop, task, None)
    if isinstance(thread, Refused):
        return thread
    if thread.step <= thread.task.steps:
        accepted = " and accepted" if shop.tests else ""
        return Refused(
            f"{task} is not done: step {thread.step} of {thread.task.steps} is not handed "
            f"in{accepted} yet"
        )
    return Done(f"{task} is done", deeds=(partial(TaskClosed, task=task, outcome="done"),))


def _shop(view: View) -> Workshop:
    assert view.shop is not None, "a world that offers these tools has tasks"
    return view.shop


def _thread(shop: Workshop, task: str) -> Thread | Refused:
    thread = shop.threads.get(task)
    if thread is None:
        return Refused(f"there is no task '{task}'{did_you_mean(task, shop.threads)}")
    if thread.outcome is not None:
        return Refused(f"{task} is {thread.outcome} already")
    return thread


def _held(view: View, shop: Workshop, task: str, token: int | None) -> Thread | Refused:
    """Return a task that the agent holds now, or why it may not work on it."""
    thread = _thread(shop, task)
    if isinstance(thread, Refused):
        return thread
    if token is not None and token != thread.token:
        return Refused(f"token {token} of {task} is worth nothing: {thread.token} came after it")
    if shop.held(view.actor.agent) is not thread:
        if thread.holder == view.actor.agent:
            return Refused(f"{task} was yours until round {thread.until}: take_task again")
        return Refused(f"{task} is not yours but {thread.holder or 'nobody'}'s: take_task first")
    return thread
