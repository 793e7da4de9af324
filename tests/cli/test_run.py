"""`chemoline run` as a stranger meets it: a real terminal's signals, a real port, and nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.servers import free_port

ROOT = Path(__file__).parents[2]
SECONDS = 60


class Runner:
    """One `python -m bot run` with its own data and log; it leads its process group as in a terminal."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.port, self.log = free_port(), folder / "run.log"
        self.var = folder / "var"
        self.temp = folder / "temp"
        self.temp.mkdir(exist_ok=True)
        environ = {"PATH": os.environ["PATH"], "PORT": str(self.port), "VAR_DIR": str(self.var)}
        # Its own folder for temporary files: whose environment names it is a process of ours.
        with self.log.open("wb") as log:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                cwd=ROOT,
                env=environ | {"TMPDIR": str(self.temp)} | more,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def told(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def waits_for(self, words: str) -> None:
        end = time.monotonic() + SECONDS
        while words not in self.told():
            assert self.popen.poll() is None, self.told()
            assert time.monotonic() < end, self.told()
            time.sleep(0.05)

    def get(self, path: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status

    def ends_with(self, code: int) -> None:
        """It ends with that code, says so without a traceback, and leaves no process, socket or folder."""
        assert self.popen.wait(SECONDS) == code, self.told()
        assert "Traceback" not in self.told(), self.told()
        assert self.processes() == {}, self.told()
        assert list(self.temp.glob("chemoline-*")) == []

    def processes(self) -> dict[int, str]:
        """The living processes with our folder in their environment; Valkey overwrites its own with its title."""
        mark = str(self.temp).encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes()
                if command and mark in (folder / "environ").read_bytes() + command:
                    found[int(folder.name)] = command.replace(b"\0", b" ").decode()
            except OSError:
                continue  # it ended while we looked, or is another user's
        return found

    def children(self, words: str) -> list[int]:
        """The processes of ours whose command line holds these words."""
        return [number for number, command in self.processes().items() if words in command]


@contextmanager
def running(folder, **more):
    runner = Runner(folder, **more)
    try:
        yield runner
    finally:
        for number in runner.processes():
            os.kill(number, signal.SIGKILL)
        runner.popen.wait()


def ctrl_c(runner):
    os.killpg(runner.popen.pid, signal.SIGINT)


def term(runner):
    os.kill(runner.popen.pid, signal.SIGTERM)


def closed_terminal(runner):
    os.killpg(runner.popen.pid, signal.SIGHUP)


def test_two_runs_start_answer_and_leave_nothing(tmp_path):
    for end in (ctrl_c, term):
        with running(tmp_path) as runner:
            runner.waits_for("ChemoLine is running")
            assert [runner.get(path) for path in ("/healthz", "/readyz", "/phone")] == [200, 200, 200]
            assert len(runner.children("valkey-server")) == 1
            end(runner)
            runner.ends_with(0)


def test_a_closed_terminal_leaves_nothing(tmp_path):
    with running(tmp_path) as runner:
        runner.waits_for("ChemoLine is running")
        closed_terminal(runner)
        runner.ends_with(0)


@pytest.mark.parametrize("seconds_after_its_first_file", [0, 0.5, 1.5, 3])
def test_ctrl_c_during_the_start_leaves_nothing(tmp_path, seconds_after_its_first_file):
    with running(tmp_path) as runner:
        while not runner.var.exists():
            time.sleep(0.01)
        time.sleep(seconds_after_its_first_file)
        ctrl_c(runner)
        runner.ends_with(0)


@pytest.mark.parametrize("name", ["worker.py", "gunicorn"])
def test_a_child_that_dies_ends_all_and_says_so(tmp_path, name):
    with running(tmp_path) as runner:
        runner.waits_for("ChemoLine is running")
        os.kill(min(runner.children(name)), signal.SIGKILL)
        assert runner.popen.wait(SECONDS) != 0
        assert runner.processes() == {}
        assert "One process ended by itself" in runner.told()


def test_a_port_in_use_is_one_line_before_any_start(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(tmp_path, PORT=str(port)) as runner:
            runner.ends_with(1)
            assert runner.told() == f"Error: PORT {port} is in use; choose another: PORT={port + 1} make run\n"


def test_a_redis_of_ones_own_is_used_and_kept(tmp_path, valkey_url):
    with running(tmp_path, REDIS_URL=valkey_url) as runner:
        runner.waits_for("ChemoLine is running")
        assert not any("valkey-server" in command for command in runner.processes().values())
        ctrl_c(runner)
        runner.ends_with(0)
