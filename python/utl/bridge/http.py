"""GET /healthz (200 or 503, JSON) and GET /metrics (Prometheus), on a thread of their own."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

from utl.bridge.metrics import Metrics

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: standard output belongs to the sink jsonl."""
        del format, args


@contextmanager
def serve(metrics: Metrics, host: str, port: int) -> Iterator[int]:
    """Answer while the block runs; gives the port, which is chosen freely if 0 is asked for."""
    expose = make_wsgi_app(metrics.registry)

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                exposed: Iterable[bytes] = expose(environ, start)
                return exposed
            case "/healthz":
                well, state = metrics.health()
                start("200 OK" if well else "503 Service Unavailable", [_JSON])
                return [json.dumps(state).encode() + b"\n"]
        start("404 Not Found", [_JSON])
        return [b'{"paths": ["/healthz", "/metrics"]}\n']

    with make_server(host, port, answer, _Server, _Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, name="http", daemon=True)
        thread.start()
        try:
            yield listening.server_port
        finally:
            listening.shutdown()
            thread.join()


_JSON = ("Content-Type", "application/json")
