"""How gunicorn runs the site, embedded and in production: `gunicorn --config python:complaints_site.web_server`.

SIGTERM and SIGHUP end a worker after the requests that it has; meanwhile others take the new ones, so that a restart
loses none. What the workers measure lies in a folder of this server, so that one answer tells of all of them.
"""

import os
import shutil
import tempfile
from typing import Any

worker_class = "gthread"
threads = 4
graceful_timeout = 30  # seconds for what is under way
keepalive = 5
max_requests, max_requests_jitter = 20_000, 2_000
control_socket_disable = True
accesslog = None  # it would write down addresses with what was searched for; we have lines of our own
MEASURES = "PROMETHEUS_MULTIPROC_DIR"


def on_starting(server: Any) -> None:
    os.environ[MEASURES] = tempfile.mkdtemp(prefix="complaints-measures-")


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ[MEASURES], ignore_errors=True)


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)
