"""What lies between LiteLLM and the network: answers of a bounded size, and no detours.

LiteLLM looks through a provider's whole error text for secrets: one megabyte of it blocks the
event loop for seconds, and no deadline can interrupt that. So what it is handed is small. What
is too large, cut off, packed or sent elsewhere becomes an error of one line, as a gateway
would say it. Imported by :mod:`subagents.llm` on first use, as it needs an HTTP client.
"""

import json
from asyncio import AbstractEventLoop, get_running_loop
from weakref import WeakKeyDictionary

import httpx

MOST_BYTES = 512 * 1024
"""An answer with more bytes than this is not taken."""

MOST_ERROR_BYTES = 4096
"""Of an error's text, so many bytes are handed on."""

BAD_GATEWAY = 502


class Bounded(httpx.AsyncBaseTransport):
    """Sends requests over a client of the running event loop, and bounds what comes back.

    Examples
    --------
    >>> client = httpx.AsyncClient(transport=Bounded())
    """

    def __init__(self) -> None:
        self._tls = httpx.create_ssl_context()
        self._clients: WeakKeyDictionary[AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; return the whole answer, or what is wrong with it."""
        loop = get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = httpx.AsyncClient(verify=self._tls)
        request.headers["accept-encoding"] = "identity"
        response = await self._clients[loop].send(request, stream=True, follow_redirects=False)
        try:
            return await _taken(response, request)
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        client = self._clients.pop(get_running_loop(), None)
        if client is not None:
            await client.aclose()


async def _taken(response: httpx.Response, request: httpx.Request) -> httpx.Response:
    status = response.status_code
    if 300 <= status < 400:
        return _error(BAD_GATEWAY, "it points elsewhere, and that is not followed", request)
    if response.headers.get("content-encoding", "identity") != "identity":
        return _error(BAD_GATEWAY, "its answer is packed, which was not asked for", request)
    most = MOST_BYTES if status < 400 else MOST_ERROR_BYTES
    body = b""
    try:
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > most:
                break
    except httpx.HTTPError as error:
        return _error(BAD_GATEWAY, f"its answer broke off ({type(error).__name__})", request)
    if status >= 400:
        return _error(status, _told(body), request, response.headers.get("retry-after"))
    if len(body) > most:
        return _error(BAD_GATEWAY, f"its answer has more than {most:,} bytes", request)
    if _is_error(body):
        said = f"it calls this a success: {_told(body)}"
        return _error(BAD_GATEWAY, said[:MOST_ERROR_BYTES], request)
    kind = {"content-type": response.headers.get("content-type", "application/json")}
    return httpx.Response(status, headers=kind, content=body, request=request)


def _is_error(body: bytes) -> bool:
    """Whether an answer is an error as providers write it, whatever its status says."""
    if b'"error"' not in body:
        return False
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return False
    is_answer = isinstance(answer, dict) and ("choices" in answer or "content" in answer)
    return isinstance(answer, dict) and bool(answer.get("error")) and not is_answer


def _told(body: bytes) -> str:
    """Return an error's text: its message where it is JSON as providers write it."""
    text = body[:MOST_ERROR_BYTES].decode("utf-8", "replace")
    try:
        return str(json.loads(text)["error"]["message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return text


def _error(
    status: int, message: str, request: httpx.Request, retry_after: str | None = None
) -> httpx.Response:
    headers = {"retry-after": retry_after} if retry_after else {}
    error = {"message": message, "type": "error", "code": str(status)}
    return httpx.Response(
        status, headers=headers, json={"type": "error", "error": error}, request=request
    )
