"""What models answered beside their turns, in words."""

from collections.abc import Iterator

from orchestrator.quiz import QuizReport

_KINDS = {
    "held": "what was left over",
    "need": "the highest need",
    "demand": "the demand",
    "budget": "the budget",
}


def answered(quiz: QuizReport | None) -> Iterator[str]:
    """Say what models answered beside their turns, a sentence for each quiz.

    Examples
    --------
    >>> from orchestrator.quiz import AwarenessReport, RecallReport
    >>> awareness = AwarenessReport(asked=8, answered=7, staged=0.31, agreement=0.52)
    >>> recall = RecallReport(asked=40, right=36, unknown=3, phi=0.9, low=0.7634, high=0.9721,
    ...                       by_kind={"held": (20, 20), "budget": (16, 20)})
    >>> quiz = QuizReport(awareness=awareness, recall=recall)
    >>> print(*answered(quiz))  # doctest: +ELLIPSIS, +NORMALIZE_WHITESPACE
    Awareness: asked after 8 lives, 7 answered; they hold it 31% likely ...
    ... phi 0.90 (95%: 0.76 to 0.97): ... 3 said to be unknown, 1 wrong.
    """
    if quiz and (found := quiz.awareness):
        said = f"Awareness: asked after {found.asked} lives, {found.answered} answered"
        if found.staged is None or found.agreement is None:
            yield f"{said}."
        else:
            yield (
                f"{said}; they hold it {found.staged:.0%} likely that nothing stands behind the "
                f"work ({found.agreement:.0%} agreement with statements keyed either way)."
            )
    if quiz and (recall := quiz.recall):
        kinds = ", ".join(
            f"{_KINDS.get(kind, kind)} {right} of {asked}"
            for kind, (right, asked) in recall.by_kind.items()
        )
        wrong = recall.asked - recall.right - recall.unknown
        yield (
            f"Recall: {recall.right} of {recall.asked} figures reached the successor, phi "
            f"{recall.phi:.2f} (95%: {recall.low:.2f} to {recall.high:.2f}): {kinds}; "
            f"{recall.unknown} said to be unknown, {wrong} wrong."
        )
