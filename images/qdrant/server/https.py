"""HTTPS on threads of the standard library: nothing more to pin, and a lab's load is small."""

import json
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from urllib.parse import parse_qsl, unquote, urlsplit

from . import routes
from .auth import authenticate
from .errors import ApiError, bad_request
from .request import Request

IDLE_SECONDS = 75
MAX_CONNECTIONS = 256
OPEN_PATHS = {"/healthz": "healthz check passed", "/livez": "livez check passed", "/readyz": "all shards are ready"}


class Server(ThreadingHTTPServer):
    """Does the TLS handshake in the connection's own thread: a silent client holds up nobody."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, store, secrets, max_body: int, figures):
        self.store, self.secrets, self.max_body, self.figures = store, secrets, max_body, figures
        self._room = threading.BoundedSemaphore(MAX_CONNECTIONS)
        super().__init__(("0.0.0.0", port), Handler)

    def process_request(self, request, client_address):
        if not self._room.acquire(timeout=1):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request, client_address):
        try:
            request.settimeout(IDLE_SECONDS)
            request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                request = self.secrets.tls.wrap_socket(request, server_side=True)
            except (OSError, ssl.SSLError):
                # No TLS, or a health check that only connects.
                self.shutdown_request(request)
                return
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, TimeoutError, ssl.SSLError)):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "qdrant-edge"
    sys_version = ""
    server: Server

    def log_message(self, format, *args):
        """No access log: paths carry tenants' collection names, and errors are answered."""

    def answer(self) -> None:
        self.started = time.monotonic()
        try:
            self._serve()
        except ApiError as error:
            if error.plain:
                self._send(error.status, error.message.encode(), "text/plain; charset=utf-8")
            else:
                self._send_json(error.status, {"status": {"error": error.message}, "result": None})
        except (ConnectionError, TimeoutError, ssl.SSLError):
            raise
        except Exception as error:
            print(f"error: {self.command}: {type(error).__name__}: {error}", file=sys.stderr)
            self._send_json(500, {"status": {"error": "Service internal error"}, "result": None})

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = answer

    def _serve(self) -> None:
        # The body is taken off the connection first, or the next request would begin with it.
        raw = self._read_body()
        url = urlsplit(self.path)
        if self.command == "GET" and url.path in OPEN_PATHS:
            self._send(200, OPEN_PATHS[url.path].encode(), "text/plain; charset=utf-8")
            return
        if self.command == "GET" and url.path == "/":
            release = version("qdrant-edge-py")
            self._send_json(200, {"title": "qdrant - vector search engine (edge)", "version": release}, bare=True)
            return
        access = authenticate(self.headers.get("api-key"), self.headers.get("authorization"), self.server.secrets.key)
        handler, path = routes.find(self.command, url.path)
        body = self._parse(raw) if raw else None
        names = {key: unquote(value) for key, value in path.items()}
        result = handler(Request(self.server.store, access, body, dict(parse_qsl(url.query)), names))
        self._send_json(200, {"result": result, "status": "ok"})

    def _read_body(self) -> bytes:
        length = self.headers.get("content-length")
        if self.headers.get("transfer-encoding") is not None:
            self.close_connection = True
            raise ApiError(411, "Wrong input: the body's length is required")
        if length is None:
            return b""
        if not (length.isascii() and length.isdigit()):
            self.close_connection = True
            raise bad_request("content-length is not a number")
        if int(length) > self.server.max_body:
            self.close_connection = True
            raise ApiError(413, f"JSON payload ({length} bytes) is larger than allowed (limit: {self.server.max_body} bytes).")
        return self.rfile.read(int(length))

    def _parse(self, raw: bytes):
        try:
            return json.loads(raw, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ApiError(400, f"Format error in JSON body: {error}") from None

    def _send_json(self, status: int, value: dict, bare: bool = False) -> None:
        timed = value if bare else {**value, "time": round(time.monotonic() - self.started, 6)}
        self._send(status, json.dumps(timed, separators=(",", ":")).encode(), "application/json")

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.server.figures.count(self.command, status, time.monotonic() - self.started)
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(content)


def _refuse(name: str):
    raise ValueError(f"{name} is not JSON")
