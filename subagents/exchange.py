"""What passed between us and a model in one turn: the record that is kept beside the log.

Everything is in it: each question, each request to the provider and what became of it, each
answer that came. Which of them counts, what it cost and what the agent decided follow from the
record alone, so a turn can be read again without the model.
"""

from typing import NamedTuple

from pydantic import Field, ValidationError

from memory.envelope import Frozen
from memory.errors import CorruptJournal, ModelFault
from memory.events import Call
from subagents.completion import Completion, Malformed, Message
from subagents.policy import Decision

MILLION = 1_000_000


class Attempt(Frozen):
    """One request to the provider. ``fault`` is None where it was answered."""

    fault: ModelFault | None = None
    status: int | None = None
    detail: str = ""
    waited_s: float = 0.0


class Question(Frozen):
    """One question: the messages it added to the conversation, its attempts, and the answer."""

    messages: tuple[Message, ...]
    attempts: tuple[Attempt, ...] = Field(min_length=1)
    completion: Completion | None = None


class Price(NamedTuple):
    """What a million tokens cost, going in and coming out."""

    input: float
    output: float


class Spent(NamedTuple):
    """What turns have cost: tokens, money where the price is known, and what was asked again.

    ``answers`` counts turns that were answered, ``quizzes`` what was answered beside them,
    ``retries`` requests after a fault, ``reasks`` questions after an unusable answer, ``repeats``
    what was asked for once more because an earlier asking had brought nothing: the process had
    died, or the provider had not answered.
    """

    answers: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    money: float = 0.0
    unpriced: int = 0
    estimated: int = 0
    retries: int = 0
    reasks: int = 0
    repeats: int = 0
    quizzes: int = 0

    @property
    def tokens(self) -> int:
        """All tokens, going in and coming out."""
        return self.input_tokens + self.output_tokens

    def plus(self, other: "Spent") -> "Spent":
        """Return the sum.

        Examples
        --------
        >>> Spent(answers=1, input_tokens=60).plus(Spent(answers=1, output_tokens=9)).tokens
        69
        """
        sums = (mine + theirs for mine, theirs in zip(self, other, strict=True))
        return Spent(*sums)  # type: ignore[arg-type]  # whole numbers but for the money


class Exchange(Frozen):
    """All that passed in one turn: the first question, and those asked again.

    Examples
    --------
    >>> from subagents.completion import Usage
    >>> asked = Message(role="user", content="What do you reserve?")
    >>> completion = Completion("119, I think.", (), Usage(60, 9, is_estimated=False))
    >>> question = Question(messages=(asked,), attempts=(Attempt(),), completion=completion)
    >>> exchange = Exchange(model="openai/any", questions=(question,), price=Price(1.0, 4.0))
    >>> exchange.decision.rationale, exchange.spent.tokens, exchange.spent.money
    ('119, I think.', 69, 9.6e-05)
    >>> Exchange.read(exchange.canonical()) == exchange
    True
    """

    model: str
    questions: tuple[Question, ...] = Field(min_length=1)
    price: Price | None = None

    def canonical(self) -> bytes:
        """Return the record as it is kept: JSON in field order."""
        return self.__pydantic_serializer__.to_json(self)

    @classmethod
    def read(cls, body: bytes) -> "Exchange":
        """Return the record that was kept.

        Raises
        ------
        CorruptJournal
            If it is none.
        """
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise CorruptJournal("a model's answer is not what was written") from error

    @property
    def counted(self) -> Completion | None:
        """The answer that counts: the last that came."""
        came = [each.completion for each in self.questions if each.completion]
        return came[-1] if came else None

    @property
    def decision(self) -> Decision:
        """What the agent decided. A call that cannot be made stands in it, to be refused."""
        completion = self.counted
        if completion is None:
            return Decision(())
        return Decision(tuple(map(_call, completion.answers)), completion.text)

    @property
    def spent_beside(self) -> Spent:
        """What it cost where it was a quiz, and no turn."""
        return self.spent._replace(answers=0, quizzes=1)

    @property
    def spent(self) -> Spent:
        """What it cost, answers that do not count included."""
        usages = [each.completion.usage for each in self.questions if each.completion]
        going_in = sum(usage.prompt_tokens for usage in usages)
        coming_out = sum(usage.completion_tokens for usage in usages)
        price = self.price or Price(0.0, 0.0)
        return Spent(
            answers=1,
            input_tokens=going_in,
            output_tokens=coming_out,
            money=(going_in * price.input + coming_out * price.output) / MILLION,
            unpriced=self.price is None,
            estimated=any(usage.is_estimated for usage in usages),
            retries=sum(len(each.attempts) - 1 for each in self.questions),
            reasks=len(self.questions) - 1,
        )


def _call(answer: Call | Malformed) -> Call:
    if isinstance(answer, Call):
        return answer
    # No tool takes such an argument, so the world refuses it and says why.
    return Call(tool=answer.tool or "nameless", arguments={"unusable": answer.reason})
