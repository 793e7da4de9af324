"""The terminal's doors. Each command reads its arguments, calls one service and prints."""

import click

from bot.cli.answers import answers
from bot.cli.chat import chat
from bot.cli.content import content
from bot.cli.db import db
from bot.cli.doctor import doctor
from bot.cli.followups import followups
from bot.cli.patients import patients
from bot.cli.programmes import programmes
from bot.cli.route import route
from bot.cli.run import run
from bot.cli.sweep import sweep


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chemoline")
def main() -> None:
    """ChemoLine: a text line about chemotherapy."""


for command in (answers, chat, content, db, doctor, followups, patients, programmes, route, run, sweep):
    main.add_command(command)
