"""How gunicorn serves the line. Loaded once, forked after: two workers share the words in memory."""

import os

_environ = os.environ  # noqa: TID251 -- gunicorn reads this file before the application and its settings exist
_public = "DYNO" in _environ or _environ.get("ENVIRONMENT") == "production"

bind = f"{'0.0.0.0' if _public else '127.0.0.1'}:{_environ.get('PORT', '8000')}"  # noqa: S104
workers = int(_environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
preload_app = True
# Below the 30 seconds that Heroku's router and its SIGKILL allow.
timeout = 25
graceful_timeout = 25
# Otherwise every gunicorn of this user would share one control socket in the home folder.
control_socket_disable = True
accesslog = None
loglevel = "warning"
