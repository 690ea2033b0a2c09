"""The one door to LiteLLM: asks a real model once, without streaming, and checks its answer.

Retries are the caller's, who knows what may be asked twice: nothing here asks again. The size
of an answer is not bounded on the wire, so a provider must be one you trust not to flood you.
"""

import asyncio
import os
from typing import Any

from memory.border import clean
from memory.errors import ModelError, ModelFault
from memory.redaction import redacted
from subagents.completion import Completion, ModelRequest, read_completion

MOST_BYTES = 2048
"""How much of a provider's error text is kept, in bytes of UTF-8."""

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
    litellm = _litellm()
    try:
        async with asyncio.timeout(request.deadline_s):
            answer = await litellm.acompletion(**_wire(request))
    except TimeoutError:
        raise ModelError("timeout", f"no answer within {request.deadline_s:g} s") from None
    except Exception as error:  # LiteLLM lets through whatever its providers' clients raise
        raise _fault(error, request) from None
    return read_completion(answer.model_dump(warnings=False), request)


async def close_connections() -> None:
    """Close the connections that are kept open to providers; for the end of an event loop."""
    await _litellm().close_litellm_async_clients()


def _litellm() -> Any:
    # Imported on first use: it takes seconds of CPU, ten times as long as FastAPI, and runs
    # without a model must not pay for it. The variable keeps the import off the network.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    return litellm


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
    return given


def _fault(error: Exception, request: ModelRequest) -> ModelError:
    """Return our error for LiteLLM's: by status, since its classes differ between providers."""
    status = getattr(error, "status_code", None)
    if not isinstance(status, int) or not 400 <= status <= 599:
        return ModelError("garbage", f"{type(error).__name__}: {_told(error, request)}")
    default: ModelFault = "bad_request" if status < 500 else "unavailable"
    return ModelError(_FAULTS.get(status, default), _told(error, request), status)


def _told(error: Exception, request: ModelRequest) -> str:
    """Return an error's text without its traceback, without secrets, and cut to size."""
    text = str(error)[: 4 * MOST_BYTES].partition("Traceback (most recent call last)")[0]
    key = request.api_key.get_secret_value() if request.api_key else ""
    text = clean(redacted(text, [key] if key else ())).strip()
    return text.encode()[:MOST_BYTES].decode("utf-8", "ignore")
