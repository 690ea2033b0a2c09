"""The verb ``serve``: a door of this machine only."""

import signal
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import pytest

Call = Callable[..., Any]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_another_host_is_refused(cli: Call, host: str) -> None:
    answer = cli("serve", "--host", host)
    assert answer.code == 2
    assert "key" in answer.err
    assert answer.out == ""


def test_it_prints_its_address_and_answers_there(spawn: Call) -> None:
    server = spawn("serve", "--port", "0")
    address = server.stdout.readline().split()[1].rstrip(";")
    with urlopen(f"{address}/scenarios", timeout=10) as answer:
        assert b"just_in_case" in answer.read()
    server.send_signal(signal.SIGINT)
    _, err = server.communicate(timeout=30)
    assert server.returncode == 0
    assert "Traceback" not in err
