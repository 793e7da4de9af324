"""The web application: the blueprints, the limits and the headers. `main` is what gunicorn starts."""

import gc
import sys

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from bot import logs, runtime
from bot.runtime import Runtime
from bot.settings import Settings, WrongSettings
from bot.store.keys import KeyFault
from bot.texts.content import ContentError
from bot.web import health, home, phone, webhooks

# A webhook is a few kilobytes; a bigger body is not Twilio's.
_LARGEST_BODY = 64 * 1024
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class _PageSessions(SecureCookieSessionInterface):
    """The phone page alone has a cookie: no webhook pays for reading one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """None leaves a session that cannot be written to."""
        return super().open_session(app, request) if request.path.startswith("/phone") else None


def create_app(built: Runtime) -> Flask:
    """The application around a runtime; the phone page only outside production."""
    app = Flask("bot.web", static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.config["SECRET_KEY"] = built.settings.secret_key.get_secret_value()
    app.session_interface = _PageSessions()
    app.register_blueprint(webhooks.blueprint(built))
    app.register_blueprint(health.blueprint(built))
    if not built.settings.is_production:
        app.register_blueprint(home.blueprint())
        app.register_blueprint(phone.blueprint(built))
    app.after_request(_with_headers)
    return app


def _with_headers(response: Response) -> Response:
    # No page sets one of them itself, and to ask would cost as much as the whole form.
    response.headers.extend(_HEADERS)
    return response


def main() -> Flask:
    """Build from the environment; exits with one clear line when it cannot be trusted."""
    logs.configure()
    # What is read here is never let go: to search it for garbage takes a tenth of the start, and in the processes that
    # part from here would copy the pages that they share.
    gc.disable()
    try:
        built = runtime.build(Settings.from_env())
        runtime.check_keys(built)
        # Before the processes part, so that they share one copy.
        built.line.words()
    except (WrongSettings, ContentError, KeyFault) as fault:
        sys.exit(str(fault))
    app = create_app(built)
    gc.collect()
    gc.freeze()
    gc.enable()
    return app
