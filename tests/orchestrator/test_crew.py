"""Jobs over several processes, none of which outlives whoever called them together."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.crew import crew

WORK = """
from time import sleep
from orchestrator.crew import crew

if __name__ == "__main__":
    with crew(2) as pool:
        asked = [pool.submit(sleep, 0.2) for _ in range(2)]
        for each in asked:
            each.result()
        print("at work", flush=True)
        pool.submit(sleep, 600).result()
"""


def test_a_crew_does_what_is_asked() -> None:
    with crew(1) as pool:
        assert list(pool.map(len, ["a", "bcd"])) == [1, 3]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="there is no /proc here")
def test_a_crew_whose_caller_is_killed_leaves_with_it(tmp_path: Path) -> None:
    script = tmp_path / "work.py"
    script.write_text(WORK, encoding="utf-8")
    words = [sys.executable, str(script)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None and process.stdout.readline() == "at work\n"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        left = [os.pidfd_open(int(child)) for child in children]
        process.send_signal(signal.SIGKILL)
    assert len(left) >= 2
    for child in left:
        assert select.select([child], [], [], 30)[0]
        os.close(child)
