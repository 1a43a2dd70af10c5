"""Figures for Prometheus, on a port of their own without TLS and without a key.

Qdrant's own /metrics wants a token that reads every collection; nobody but the node reaches this port, and it names none.
"""

import resource
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE")
MAX_CONNECTIONS = 8
IDLE_SECONDS = 15


class Figures:
    """What was answered, counted from any thread."""

    def __init__(self, store):
        self._store = store
        self._lock = threading.Lock()
        self._responses: Counter = Counter()
        self._seconds: Counter = Counter()

    def count(self, method: str, status: int, seconds: float) -> None:
        key = (method if method in METHODS else "other", status)
        with self._lock:
            self._responses[key] += 1
            self._seconds[key] += seconds

    def text(self) -> str:
        with self._lock:
            responses, seconds = dict(self._responses), dict(self._seconds)
        release = version("qdrant-edge-py")
        lines = [
            "# TYPE app_info gauge",
            f'app_info{{name="qdrant-edge",version="{release}"}} 1',
            "# HELP collections_total Collections that are served",
            "# TYPE collections_total gauge",
            f"collections_total {len(self._store.names())}",
            "# HELP process_max_resident_memory_bytes Most memory the process had so far",
            "# TYPE process_max_resident_memory_bytes gauge",
            f"process_max_resident_memory_bytes {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}",
            "# HELP rest_responses_total Requests that were answered",
            "# TYPE rest_responses_total counter",
        ]
        label = lambda key: f'{{method="{key[0]}",status="{key[1]}"}}'  # noqa: E731
        lines += [f"rest_responses_total{label(key)} {responses[key]}" for key in sorted(responses)]
        lines += ["# HELP rest_responses_seconds_total Time they took in sum", "# TYPE rest_responses_seconds_total counter"]
        lines += [f"rest_responses_seconds_total{label(key)} {seconds[key]:.6f}" for key in sorted(seconds)]
        return "\n".join(lines) + "\n"


class FiguresServer(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, figures: Figures):
        self.figures = figures
        self._room = threading.BoundedSemaphore(MAX_CONNECTIONS)
        super().__init__(("0.0.0.0", port), _Handler)

    def process_request(self, request, client_address):
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request, client_address):
        """Who breaks off is not worth a line."""


class _Handler(BaseHTTPRequestHandler):
    timeout = IDLE_SECONDS
    server_version = "qdrant-edge"
    sys_version = ""
    server: FiguresServer

    def log_message(self, format, *args):
        """No access log."""

    def do_GET(self) -> None:
        found = self.path == "/metrics"
        content = self.server.figures.text().encode() if found else b"not found\n"
        self.send_response(200 if found else 404)
        self.send_header("content-type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
