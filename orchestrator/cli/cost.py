"""What a run's models have cost, in words; and the options that bound it."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from orchestrator.answers import Budget
    from orchestrator.evaluate import Cost

MaxTokens = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", help="Stop, to be resumed, when its models have used so many tokens."
    ),
]
MaxCost = Annotated[
    float | None,
    typer.Option(
        min=0.0, metavar="X", help="Stop, to be resumed, when they have cost so much (see `price`)."
    ),
]


def budget_of(max_tokens: int | None, max_cost: float | None) -> "Budget":
    """Return what a run's models may cost."""
    from orchestrator.answers import Budget

    return Budget(max_tokens, max_cost)


def told(cost: "Cost") -> str:
    """Say what models have cost.

    Examples
    --------
    >>> from orchestrator.evaluate import Cost
    >>> told(Cost(answers=96, input_tokens=41_300, output_tokens=2_100, money=0.0075, retries=1))
    '96 turns by models: 41,300 tokens in, 2,100 out, 0.0075 by the stated price; 1 retry'
    """
    turns = "1 turn" if cost.answers == 1 else f"{cost.answers:,} turns"
    said = f"{turns} by models: {cost.input_tokens:,} tokens in, {cost.output_tokens:,} out"
    if cost.money is not None:
        said += f", {cost.money:.4f} by the stated price"
    if cost.money is not None and cost.unpriced:
        said += f" ({cost.unpriced:,} of them without one)"
    again = [
        f"{number:,} {one if number == 1 else many}"
        for number, one, many in (
            (cost.retries, "retry", "retries"),
            (cost.reasks, "asked again", "asked again"),
            (cost.repeats, "repeat", "repeats"),
            (cost.estimated, "estimated", "estimated"),
            (cost.quizzes, "sheet of questions", "sheets of questions"),
        )
        if number
    ]
    return "; ".join((said, *again))
