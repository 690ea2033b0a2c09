"""The policy ``model``: an agent's turn is put to a real model, through LiteLLM."""

from asyncio import Semaphore
from collections.abc import Iterable
from typing import ClassVar, get_args
from urllib.parse import urlsplit

from memory.errors import did_you_mean
from subagents.asking import Patience, Wire, questions
from subagents.completion import Message, ModelRequest
from subagents.exchange import Exchange, Price
from subagents.llm import OTHER_KEY, check_ready
from subagents.parameter import number, whole
from subagents.policy import Decision, Observation, Quiz
from subagents.prompt import prompt

MOST_PRICE = 1_000_000


class Model:
    """Lets a real model decide; any that LiteLLM can reach.

    A turn is one question with all the facts in it. A provider's faults are met with patience,
    a model's slips with a word on what was wrong; whatever passed is one record, from which the
    decision is read. Its truth says nothing: what a real model is for, nobody knows.

    Parameters
    ----------
    model
        LiteLLM's name for it, such as ``openai/gpt-4o-mini``.
    api_base
        Where it is served, if not at its provider's own address.
    temperature
        From 0 to 2; the provider's own if nothing is said.
    max_tokens
        The most tokens in one answer.
    deadline_s
        How long one request may take, in seconds.
    attempts
        The most requests for one question, retries included.
    reasks
        How often it is asked again after an unusable answer, at most.
    at_once
        How many turns may be in flight at a time: these workers', and those of all other groups
        of the same model.
    price
        What a million tokens cost, as ``{input: 0.15, output: 0.60}``.
    quiz
        What it is asked beside its turns, once the run is over: ``awareness`` (after each life,
        what it believes about its situation), ``recall`` (after each brief, what reached it of
        what its predecessor knew), or a list of both. It changes no decision.
    api_key
        Always refused: it belongs in the environment.

    Attributes
    ----------
    wire
        What carries its questions: LiteLLM, unless it is given another.
    gate
        What lets its turns through; groups of one model share it (:func:`share`).

    Raises
    ------
    ValueError
        If a parameter is outside its range.

    Examples
    --------
    >>> model = Model("openai/gpt-4o-mini", price={"input": 0.15, "output": 0.60})
    >>> Model("openai/gpt-4o-mini", api_key="sk-0")
    Traceback (most recent call last):
    ValueError: api_key is given; a scenario is stored and shared as it stands, so a key belongs \
in the environment: in the provider's own variable, or in SUPERORGANISM_MODEL_KEY with api_base
    """

    name: ClassVar[str] = "model"

    def __init__(  # noqa: PLR0913 - a policy's parameters are its signature
        self,
        model: str = "",
        api_base: str | None = None,
        temperature: float | None = None,
        max_tokens: int = 1024,
        deadline_s: float = 60,
        attempts: int = 4,
        reasks: int = 2,
        at_once: int = 8,
        price: dict[str, float] | None = None,
        quiz: str | list[str] | None = None,
        api_key: None = None,
    ) -> None:
        if api_key is not None:
            raise ValueError(
                "api_key is given; a scenario is stored and shared as it stands, so a key belongs "
                f"in the environment: in the provider's own variable, or in {OTHER_KEY} with "
                "api_base"
            )
        self.model = _model(model)
        self.api_base = _address(api_base)
        meaning = "how freely it chooses its words"
        self.temperature = (
            None if temperature is None else number("temperature", temperature, 0, 2, meaning)
        )
        meaning = "the most tokens in one answer"
        self.max_tokens = whole("max_tokens", max_tokens, 1, 1_000_000, meaning)
        meaning = "how long one request may take, in seconds"
        self.deadline_s = number("deadline_s", deadline_s, 0.01, 3600, meaning)
        self.patience = Patience(
            whole("attempts", attempts, 1, 10, "the most requests for one question"),
            whole("reasks", reasks, 0, 5, "how often it is asked again after an unusable answer"),
        )
        meaning = "how many turns may be in flight at a time"
        self.at_once = whole("at_once", at_once, 1, 1_000, meaning)
        self.gate = Semaphore(self.at_once)
        self.price = _price(price)
        self.quizzes = _quizzes(quiz)
        self.wire = Wire()

    def ready(self) -> None:
        """Make sure that there is such a model, and a key for it in the environment."""
        check_ready(self.model, self.api_base)

    async def ask(self, observation: Observation) -> bytes:
        """Ask the model; return the record of all that passed."""
        request = self._request(prompt(observation))
        request = request.model_copy(update={"tools": observation.schemas})
        return await self._passed(request, observation.seed)

    async def answer(self, messages: tuple[Message, ...], seed: int) -> bytes:
        """Put a conversation to the model as it stands, without tools; return what passed."""
        return await self._passed(self._request(messages), seed)

    def _request(self, messages: tuple[Message, ...]) -> ModelRequest:
        return ModelRequest(
            model=self.model,
            messages=messages,
            api_base=self.api_base,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            deadline_s=self.deadline_s,
        )

    async def _passed(self, request: ModelRequest, seed: int) -> bytes:
        async with self.gate:
            passed = await questions(request, self.patience, seed, self.wire)
        return Exchange(model=self.model, questions=passed, price=self.price).canonical()

    def read(self, observation: Observation, answer: bytes) -> Decision:
        """Return what the model decided."""
        return Exchange.read(answer).decision

    async def act(self, observation: Observation) -> Decision:
        """Ask and read in one; what it cost is forgotten."""
        return self.read(observation, await self.ask(observation))


def share(policies: Iterable[object]) -> None:
    """Let all groups of workers that are put to one model count their turns in flight together.

    The smallest of their ``at_once`` holds for all of them.

    Examples
    --------
    >>> one, other = Model("openai/any", at_once=8), Model("openai/any", at_once=2)
    >>> share([one, other, Model("openai/another")])
    >>> one.at_once, one.gate is other.gate
    (2, True)
    """
    lanes: dict[tuple[str, str | None], list[Model]] = {}
    for policy in policies:
        if isinstance(policy, Model):
            lanes.setdefault((policy.model, policy.api_base), []).append(policy)
    for models in lanes.values():
        least = min(models, key=lambda model: model.at_once)
        for model in models:
            model.at_once, model.gate = least.at_once, least.gate


def _model(given: object) -> str:
    if isinstance(given, str) and 0 < len(given) <= 256 and given.isprintable():
        return given
    raise ValueError(f"model is {given!r}; it is LiteLLM's name, such as openai/gpt-4o-mini")


def _address(given: object) -> str | None:
    if given is None:
        return None
    parts = urlsplit(given) if isinstance(given, str) else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"api_base is {given!r}; it is an address: http://127.0.0.1:8322/v1")
    if parts.username or parts.password or parts.query:
        raise ValueError(
            f"api_base holds a user, a password or a query; a key belongs in {OTHER_KEY}"
        )
    return str(given)


def _quizzes(given: object) -> tuple[Quiz, ...]:
    listed = [given] if isinstance(given, str) else given or []
    known = get_args(Quiz)
    if not isinstance(listed, list | tuple) or len(set(map(str, listed))) < len(listed):
        raise ValueError(f"quiz is {given!r}; it is one of {', '.join(known)}, or a list of them")
    for each in listed:
        if each not in known:
            nearest = did_you_mean(str(each), known)
            raise ValueError(f"quiz is {each!r}; known: {', '.join(known)}{nearest}")
    return tuple(listed)


def _price(given: object) -> Price | None:
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) != {"input", "output"}:
        raise ValueError(
            f"price is {given!r}; it is {{input: 0.15, output: 0.60}}, a million tokens"
        )
    meaning = "what a million tokens cost"
    return Price(*(number("price", given[part], 0, MOST_PRICE, meaning) for part in Price._fields))
