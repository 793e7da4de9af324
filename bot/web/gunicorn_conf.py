"""How gunicorn serves the line. Loaded once, forked after: two workers share the words in memory."""

import os

_environ = os.environ  # noqa: TID251 -- gunicorn reads this file before the application and its settings exist
# The same platforms that bot/settings.py takes for production.
_platform = any(_environ.get(name) for name in ("DYNO", "RENDER", "FLY_APP_NAME"))
_public = _environ.get("ENVIRONMENT", "production" if _platform else "") == "production"

bind = f"{'0.0.0.0' if _public else '127.0.0.1'}:{_environ.get('PORT', '8000')}"  # noqa: S104
workers = int(_environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = 4
preload_app = True
# Below the 30 seconds that Heroku's router and its SIGKILL allow.
timeout = 25
graceful_timeout = 25
# Otherwise every gunicorn of this user would share one control socket in the home folder.
control_socket_disable = True
# On one's own machine the phone page asks every second; nobody wants to read that.
accesslog = "-" if _public else None
# The path and nothing else of the address: a query string could hold a number. Holds for GUNICORN_CMD_ARGS too.
access_log_format = "%(m)s %(U)s %(s)s %(B)s %(M)sms"
loglevel = "warning"
