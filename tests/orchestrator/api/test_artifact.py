"""What a run leaves: files, figures for Prometheus, and that somebody has seen its alarms."""

import csv
import io
import json
import re
from typing import Any

import httpx
import pyarrow.parquet
import pytest

from memory.journal import Journal
from orchestrator.api.artifact import COLUMNS


@pytest.fixture(scope="module")
def run(client: httpx.Client, text: str) -> str:
    body = {"yaml": text, "references": False, "set": ["monitors=[{over_need: {pool: worker}}]"]}
    name = str(client.post("/v1/runs", json=body).json()["run"])
    client.get(f"/v1/runs/{name}/events").read()
    return name


def artifact(client: httpx.Client, run: str, name: str) -> bytes:
    answer = client.get(f"/v1/runs/{run}/artifacts/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{run}.{name}"'
    return answer.content


def test_json_lines_are_the_log_to_the_byte(
    client: httpx.Client, journal: Journal, run: str
) -> None:
    lines = artifact(client, run, "events.jsonl").splitlines()
    assert lines == [line.body for line in journal.lines(run)]
    said = artifact(client, run, "verdicts.jsonl").splitlines()
    assert [json.loads(each) for each in said] == [
        each.verdict.model_dump(mode="json") for each in journal.verdicts(run)
    ]


def test_tables_hold_every_event_whole(client: httpx.Client, journal: Journal, run: str) -> None:
    written = artifact(client, run, "events.csv").decode()
    by_csv = list(csv.DictReader(io.StringIO(written, newline="")))
    file = io.BytesIO(artifact(client, run, "events.parquet"))
    by_parquet = pyarrow.parquet.read_table(file).to_pylist()
    assert len(by_csv) == len(by_parquet) == journal.run(run).seq
    for row, other, line in zip(by_csv, by_parquet, journal.lines(run), strict=True):
        fields = json.loads(line.body)
        assert {**{name: other[name] for name in COLUMNS}, **json.loads(other["more"])} == fields
        assert json.loads(row["more"]) == json.loads(other["more"])
        assert int(row["seq"]) == fields["seq"] and row["kind"] == fields["kind"]


def test_a_cell_that_a_spreadsheet_would_run_is_quoted(client: httpx.Client) -> None:
    lines = [{"id": "1", "round": 1, "agent": "=cmd|' /C calc'!A0", "does": "begin"}]
    client.put("/v1/fleets/formula", json={})
    client.post("/v1/fleets/formula/events", json={"events": lines})
    written = artifact(client, "formula", "events.csv").decode()
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    assert rows[0]["agent"] == "'=cmd|' /C calc'!A0"


def test_what_there_is_is_listed_and_nothing_else_is_there(client: httpx.Client, run: str) -> None:
    listed = [item["name"] for item in client.get(f"/v1/runs/{run}/artifacts").json()["items"]]
    assert listed == ["events.jsonl", "verdicts.jsonl", "events.csv", "events.parquet"]
    for name in ("journal.db", "..%2f..%2fetc%2fpasswd", "events"):
        assert client.get(f"/v1/runs/{run}/artifacts/{name}").status_code == 404


def test_an_alarm_is_acknowledged_beside_the_log(client: httpx.Client, run: str) -> None:
    before = client.get(f"/v1/runs/{run}").json()
    first: dict[str, Any] = client.get(f"/v1/runs/{run}/alarms").json()["items"][0]
    assert first["acknowledged"] is None
    path = f"/v1/runs/{run}/alarms/{first['number']}/acknowledgement"
    said = client.put(path, json={"note": "looked at it"}).json()
    assert (said["acknowledged"]["by"], said["acknowledged"]["note"]) == ("owner", "looked at it")
    shown = client.get(f"/v1/runs/{run}/alarms").json()["items"][0]
    assert shown["acknowledged"] == said["acknowledged"]
    assert client.get(f"/v1/runs/{run}").json() == before
    assert client.put(path, json={"note": "a\0"}).status_code == 422
    assert client.put(f"/v1/runs/{run}/alarms/999/acknowledgement", json={}).status_code == 404


def test_metrics_are_in_the_text_format_and_count(client: httpx.Client, run: str) -> None:
    def read() -> dict[str, int]:
        text = client.get("/metrics").text
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        assert all(re.fullmatch(r'superorganism_\w+({\w+="[\w.]+"})? \d+', each) for each in lines)
        return {name: int(value) for name, value in (each.rsplit(" ", 1) for each in lines)}

    before = read()
    assert before["superorganism_events"] > 0
    assert before['superorganism_runs{status="done"}'] >= 1
    client.get("/v1/nowhere")
    missed = 'superorganism_requests_total{status="404"}'
    assert read()[missed] == before.get(missed, 0) + 1
