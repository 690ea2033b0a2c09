"""The one door to LiteLLM: asks a real model once, without streaming, and checks its answer.

Retries are the caller's, who knows what may be asked twice: nothing here asks again. On the wires
of OpenAI and Anthropic the size of an answer is bounded (:mod:`subagents.transport`); any other
provider must be one you trust not to flood you.

A provider's own key goes to that provider's own address only. Wherever else a request goes
(``api_base``), it carries the key of ``SUPERORGANISM_MODEL_KEY``, or none.
"""

import asyncio
import os
import re
from contextlib import suppress
from functools import lru_cache
from socket import socket
from threading import Lock, Thread
from typing import Any

from memory.border import clean
from memory.errors import BadInput, ModelError, ModelFault
from memory.redaction import redacted
from subagents.completion import Completion, Message, ModelRequest, ToolSchema, read_completion

MOST_BYTES = 2048
"""How much of a provider's error text is kept, in bytes of UTF-8."""

OTHER_KEY = "SUPERORGANISM_MODEL_KEY"
"""The variable with the key for addresses that a scenario names."""

_NO_KEY = "none"
_IMPORTING = Lock()

_FAULTS: dict[int, ModelFault] = {
    401: "refused",
    402: "refused",
    403: "refused",
    408: "timeout",
    429: "rate_limited",
    504: "timeout",
}


async def complete(request: ModelRequest) -> Completion:
    """Ask a model; return its answer with every tool call checked.

    Raises
    ------
    ModelError
        If there is no usable answer before the deadline: its ``fault`` says which kind,
        ``may_pass`` whether to try again, and its text is free of keys and tracebacks.
    """
    # It takes seconds for the first time, which the event loop is spared.
    litellm = await asyncio.to_thread(_litellm)
    try:
        async with asyncio.timeout(request.deadline_s):
            answer = await litellm.acompletion(**_wire(request), **_client(litellm, request))
    except TimeoutError:
        raise ModelError("timeout", f"no answer within {request.deadline_s:g} s") from None
    except Exception as error:  # LiteLLM lets through whatever its providers' clients raise
        raise _fault(error, request) from None
    return read_completion(answer.model_dump(warnings=False), request)


def check_ready(model: str, api_base: str | None = None) -> None:
    """Make sure that a model can be asked: it has a provider, and the provider its key.

    Raises
    ------
    BadInput
        If not; it names the variable of the environment that is missing.
    """
    litellm = _litellm()
    try:
        litellm.get_llm_provider(model)
    except Exception as error:  # LiteLLM has no error of its own for this
        raise BadInput(
            f"model is '{model}', and no provider is known for it; write provider/name, "
            "such as openai/gpt-4o-mini"
        ) from error
    missing = litellm.validate_environment(model)["missing_keys"] if api_base is None else []
    if missing:
        raise BadInput(
            f"{model} cannot be asked: {' and '.join(missing)} is missing from the environment; "
            "set it there, for a key is never read from a scenario"
        )


async def close_connections() -> None:
    """Close the connections that are kept open to providers; for the end of an event loop."""
    litellm = await asyncio.to_thread(_litellm)
    await litellm.close_litellm_async_clients()
    await litellm.aclient_session.aclose()


def _litellm() -> Any:
    # Imported on first use: it takes seconds of CPU, ten times as long as FastAPI, and runs
    # without a model must not pay for it. The variable keeps the import off the network.
    with _IMPORTING:
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        import httpx
        import litellm

        from subagents.transport import Bounded

        litellm.telemetry = False
        litellm.suppress_debug_info = True
        if litellm.aclient_session is None:
            warming = Thread(target=lambda: asyncio.run(_warm(litellm)))
            warming.start()
            warming.join()
        if litellm.aclient_session is None or litellm.aclient_session.is_closed:
            litellm.aclient_session = httpx.AsyncClient(transport=Bounded())
        return litellm


_EMPTY: dict[str, Any] = {
    "id": "none",
    "object": "chat.completion",
    "type": "message",
    "role": "assistant",
    "created": 0,
    "model": "none",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "."}}
    ],
    "content": [{"type": "text", "text": "."}],
    "stop_reason": "end_turn",
    "usage": {
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "total_tokens": 2,
        "input_tokens": 1,
        "output_tokens": 1,
    },
}
"""An answer on both wires at once."""


async def _warm(litellm: Any) -> None:
    """Let LiteLLM import what it imports at its first call, against a wire that leads nowhere.

    And the HTTP client what it imports at its first connection, to a port that nobody listens on.
    """
    import httpx

    from subagents.transport import Bounded

    with socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        async with httpx.AsyncClient(transport=Bounded()) as client:
            with suppress(httpx.HTTPError):
                await client.get(f"http://127.0.0.1:{port}")
    nowhere = httpx.MockTransport(lambda request: httpx.Response(200, json=_EMPTY))
    async with httpx.AsyncClient(transport=nowhere) as litellm.aclient_session:
        for model in ("openai/none", "anthropic/none"):
            request = ModelRequest(
                model=model,
                messages=(Message(role="user", content="none"),),
                tools=(ToolSchema(name="none", description="none", parameters={}),),
                api_base="http://127.0.0.1",
            )
            with suppress(Exception):
                await litellm.acompletion(**_wire(request), **_client(litellm, request))


def _client(litellm: Any, request: ModelRequest) -> dict[str, Any]:
    """Return the client that LiteLLM must be handed where it does not take the common one."""
    if litellm.get_llm_provider(request.model)[1] != "anthropic":
        return {}
    return {"client": _handler(litellm.aclient_session)}


@lru_cache(maxsize=1)
def _handler(session: Any) -> Any:
    """Return LiteLLM's own kind of client, around the common one; made once, never dropped."""
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    handler = AsyncHTTPHandler(transport=session._transport, follow_redirects=False)
    handler.client = session
    return handler


def _wire(request: ModelRequest) -> dict[str, Any]:
    """Return the arguments of LiteLLM's call; ``Any`` because they leave for JSON here."""
    given: dict[str, Any] = {
        "model": request.model,
        "messages": [message.model_dump() for message in request.messages],
        "max_tokens": request.max_tokens,
        "timeout": request.deadline_s,
        "stream": False,
        # Providers' clients retry by themselves and multiply one another unless told not to.
        "max_retries": 0,
        "num_retries": 0,
    }
    if request.tools:
        tools = [{"type": "function", "function": tool.model_dump()} for tool in request.tools]
        given["tools"] = tools
    if request.temperature is not None:
        given["temperature"] = request.temperature
    if request.api_base is not None:
        given["api_base"] = request.api_base
    if request.api_key is not None:
        given["api_key"] = request.api_key.get_secret_value()
    elif request.api_base is not None:
        given["api_key"] = os.environ.get(OTHER_KEY) or _NO_KEY
    return given


def _fault(error: Exception, request: ModelRequest) -> ModelError:
    """Return our error for LiteLLM's: by status, since its classes differ between providers."""
    status = getattr(error, "status_code", None)
    if not isinstance(status, int) or not 400 <= status <= 599:
        return ModelError("garbage", f"{type(error).__name__}: {_told(error, request)}")
    default: ModelFault = "bad_request" if status < 500 else "unavailable"
    fault = _FAULTS.get(status, default)
    return ModelError(fault, _told(error, request), status, _retry_after_s(error))


def _retry_after_s(error: BaseException | None) -> float | None:
    """Return for how long a provider asks to be left alone; a date is not understood.

    LiteLLM's own errors have lost its headers; those that they were made from still have them.
    """
    while error is not None:
        headers = getattr(getattr(error, "response", None), "headers", None) or {}
        told = headers.get("retry-after")
        if told is not None:
            return float(told) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})?", told) else None
        error = error.__cause__ or error.__context__
    return None


def _told(error: Exception, request: ModelRequest) -> str:
    """Return an error's text without its traceback, without secrets, and cut to size."""
    text = str(error)[: 4 * MOST_BYTES].partition("Traceback (most recent call last)")[0]
    key = request.api_key.get_secret_value() if request.api_key else ""
    text = clean(redacted(text, [key] if key else ())).strip()
    return text.encode()[:MOST_BYTES].decode("utf-8", "ignore")
