"""`chemoline run` (what `make run` calls): everything on one machine, with nothing installed beside Python.

Valkey first, then the migrations, then the Procfile's web and worker; Ctrl-C ends all of them.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from pathlib import Path
from types import FrameType

import click

from bot.cli import valkey
from bot.cli.opened import settings_or_exit
from bot.settings import ROOT, Settings

_PROCESSES = ("web", "worker")
_SLOWEST_START = 60.0
_PAUSE = 0.2
# How honcho says that it was told to stop (SIGINT, SIGTERM), and not that a process ended by itself.
_TOLD_TO_STOP = {130, 143}


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    envvar="PORT",
    default=8000,
    show_default=True,
    help="Where the web pages are.",
)
def run(port: int) -> None:
    """Start the line on this machine: database, queue, web and worker."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    signal.signal(signal.SIGHUP, _hang_up)
    try:
        code = _run(port)
    except KeyboardInterrupt:
        code = 0
    except valkey.NotStarted as fault:
        raise click.ClickException(str(fault)) from None
    sys.exit(code)


def _run(port: int) -> int:
    with settings_or_exit() as settings, ExitStack() as stack:
        _check_port(port)
        environment = _environment(settings, port)
        if not settings.redis_url:
            url = stack.enter_context(valkey.running(settings.var_dir / "valkey"))
            if url is None:
                click.echo("No Valkey or Redis here: reminders are sent by the sweep alone.")
            else:
                environment["REDIS_URL"] = url
        return _migrate(environment) or _manage(environment, port)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise click.ClickException(f"PORT {port} is not for ordinary users; choose one above 1023") from None
        except OSError:
            raise click.ClickException(f"PORT {port} is in use; choose another: PORT={port + 1} make run") from None


def _environment(settings: Settings, port: int) -> dict[str, str]:
    """What the children see: our own surroundings, with this Python's programs first."""
    surroundings = dict(os.environ)  # noqa: TID251 -- a runner hands its environment on; it reads nothing from it
    programs = str(Path(sys.executable).parent)
    return surroundings | {
        "PATH": programs + os.pathsep + surroundings.get("PATH", ""),
        "PORT": str(port),
        # The children start in the checkout, wherever we are.
        "VAR_DIR": str(settings.var_dir.resolve()),
        "PYTHONUNBUFFERED": "1",
    }


def _migrate(environment: dict[str, str]) -> int:
    # Its own session: Ctrl-C is ours to hear, and a half-started Python would answer it with a traceback.
    command = [sys.executable, "-m", "bot", "db", "upgrade"]
    done = subprocess.run(command, env=environment, cwd=ROOT, start_new_session=True, check=False)  # noqa: S603 -- ours
    return done.returncode


def _manage(environment: dict[str, str], port: int) -> int:
    """Run web and worker until one ends or we are told to stop; gives the exit code."""
    # By name: an extra that production does not have.
    manager = import_module("honcho.manager").Manager()
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
    commands = import_module("honcho.environ").parse_procfile(procfile).processes
    for name in _PROCESSES:
        # `exec`, or a shell stands between: killed alone, it would leave its child running unseen.
        manager.add_process(name, f"exec {commands[name]}", env=environment, cwd=str(ROOT))
    threading.Thread(target=_announce, args=(port,), daemon=True).start()
    manager.loop()
    if manager.returncode in _TOLD_TO_STOP:
        return 0
    click.echo("One process ended by itself, so all were ended; the lines above say which and why.", err=True)
    return int(manager.returncode) or 1


def _announce(port: int) -> None:
    end = time.monotonic() + _SLOWEST_START
    while not _answers(port):
        if time.monotonic() > end:
            click.echo(f"Nothing answers at port {port} after {_SLOWEST_START:.0f} seconds.", err=True)
            return
        time.sleep(_PAUSE)  # noqa: TID251
    base = f"http://localhost:{port}"
    click.echo(
        f"\n  ChemoLine is running. Ctrl-C ends it.\n\n"
        f"  Phone     {base}/phone      try it: a phone in your browser\n"
        f"  Webhook   {base}/webhooks/twilio/inbound\n"
        f"  Health    {base}/healthz and {base}/readyz\n"
    )


def _answers(port: int) -> bool:
    # Not urllib: it would ask a proxy of this machine for our own port.
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # Once: an impatient second Ctrl-C must not cut off the taking down.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _hang_up(_number: int, _frame: FrameType | None) -> None:
    # The terminal was closed: writing to it would fail, and the children would stay behind.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    signal.raise_signal(signal.SIGTERM)
