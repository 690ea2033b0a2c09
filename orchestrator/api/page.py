"""The page to look through: one document for every address of it, and its built files.

Its source lies in ``web/``. The build is committed, for an installed package has no Node.
"""

from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = files("orchestrator") / "static"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page may load and run: its own files. Agents' text can do nothing here."""

SCREENS = (
    "/",
    "/runs",
    "/runs/{rest:path}",
    "/alarms",
    "/approvals",
    "/approvals/{rest:path}",
    "/scenarios",
    "/scenarios/{rest:path}",
    "/compare",
)
"""The page's addresses: it finds out for itself what is there."""

router = APIRouter(include_in_schema=False)


async def show_page() -> Response:
    """Show the page, whichever of its screens is asked for."""
    text = (STATIC / "index.html").read_text(encoding="utf-8")
    return HTMLResponse(text, headers={"Content-Security-Policy": POLICY})


for _path in SCREENS:
    router.add_api_route(_path, show_page, methods=["GET"], name=f"page {_path}")


class _Files(StaticFiles):
    """The built files. They keep their names from build to build, so a browser asks each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


built = Mount("/static", _Files(directory=str(STATIC)), name="static")
