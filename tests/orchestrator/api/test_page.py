"""The page is served at each of its addresses, from its own files, under a strict policy."""

import re
from pathlib import Path

import httpx
import pytest

from orchestrator.api.page import STATIC


@pytest.mark.parametrize(
    "path", ["/", "/runs", "/runs/r_1?at=63", "/runs/r_1/alarms/15", "/alarms"]
)
def test_every_address_of_the_page_shows_it(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert '<div id="root">' in answer.text


def test_its_files_are_there_and_are_asked_for_each_time(client: httpx.Client) -> None:
    page = client.get("/").text
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert any(name.endswith(".js") for name in files)
    for name in files:
        answer = client.get(name)
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-cache"
        again = client.get(name, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


def test_nothing_outside_is_loaded_and_nothing_inline_is_run() -> None:
    page = (Path(str(STATIC)) / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="(?!/|data:)', page) == []
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    style = (Path(str(STATIC)) / "index.css").read_text(encoding="utf-8")
    assert "@import" not in style and "url(http" not in style


@pytest.mark.parametrize("path", ["/static/none.js", "/static/../pyproject.toml", "/elsewhere"])
def test_what_is_not_there_is_a_problem(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
