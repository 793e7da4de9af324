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
import urllib.error
import urllib.request
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import FrameType

import click

from bot.cli import valkey
from bot.cli.opened import settings_or_exit
from bot.settings import ROOT, Settings

_PROCESSES = ("web", "worker")
_SLOWEST_START = 60.0


@click.command()
@click.option("--port", type=int, envvar="PORT", default=8000, show_default=True, help="Where the web pages are.")
def run(port: int) -> None:
    """Start the line on this machine: database, queue, web and worker."""
    with settings_or_exit() as settings, ExitStack() as stack:
        _check_port(port)
        # Ctrl-C during the start must still take the embedded server down.
        signal.signal(signal.SIGTERM, _interrupt)
        environment = _environment(settings, port)
        if not settings.redis_url:
            url = stack.enter_context(valkey.running(settings.var_dir / "valkey"))
            if url is None:
                click.echo("No Valkey or Redis here: reminders are sent by the sweep alone.")
            else:
                environment["REDIS_URL"] = url
        try:
            subprocess.run([sys.executable, "-m", "bot", "db", "upgrade"], env=environment, cwd=ROOT, check=True)
            code = _manage(environment, port)
        except KeyboardInterrupt:
            code = 0
        except subprocess.CalledProcessError as error:
            code = error.returncode
    sys.exit(code)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise click.ClickException(f"PORT {port} is in use; choose another: PORT={port + 1} make run") from None


def _environment(settings: Settings, port: int) -> dict[str, str]:
    """What the children see: our own surroundings, with this Python's programs first."""
    surroundings = dict(os.environ)  # noqa: TID251 -- a runner hands its environment on; it reads nothing from it
    programs = str(Path(sys.executable).parent)
    return surroundings | {
        "PATH": programs + os.pathsep + surroundings.get("PATH", ""),
        "PORT": str(port),
        "DATABASE_URL": settings.database_url,
        "PYTHONUNBUFFERED": "1",
    }


def _manage(environment: dict[str, str], port: int) -> int:
    """Run web and worker until one ends or we are told to stop; gives the exit code."""
    manager = import_module("honcho.manager").Manager()
    commands = import_module("honcho.environ").parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8")).processes
    for name in _PROCESSES:
        manager.add_process(name, commands[name], env=environment, cwd=str(ROOT))
    threading.Thread(target=_announce, args=(port,), daemon=True).start()
    manager.loop()
    stopped_by_signal = {-signal.SIGINT, -signal.SIGTERM, 130, 143}
    return 0 if manager.returncode in stopped_by_signal else int(manager.returncode or 0)


def _announce(port: int) -> None:
    base = f"http://localhost:{port}"
    end = time.monotonic() + _SLOWEST_START
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"{base}/healthz", timeout=1).close()  # noqa: S310
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)  # noqa: TID251
            continue
        click.echo(
            f"\n  ChemoLine is running. Ctrl-C ends it.\n\n"
            f"  Phone     {base}/phone      try it: a phone in your browser\n"
            f"  Webhook   {base}/webhooks/twilio/inbound\n"
            f"  Health    {base}/healthz and {base}/readyz\n"
        )
        return


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
