"""Starts the server; SIGTERM flushes and ends it, SIGHUP takes new certificates and keys."""

import os
import signal
import sys
import threading
from pathlib import Path

from .figures import Figures, FiguresServer
from .https import Server
from .secrets_files import SecretFiles
from .store import Store

FLUSH_SECONDS = 1
REFRESH_EVERY = 5


def main() -> int:
    try:
        port = int(os.environ.get("HTTP_PORT", "6333"))
        metrics_port = int(os.environ.get("METRICS_PORT", "0"))
        max_body = int(os.environ.get("MAX_BODY_MIB", "32")) * 1024 * 1024
        secrets = SecretFiles(Path("/etc/dsmil/certs"), Path("/etc/qdrant/api_key"))
    except (OSError, ValueError) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 78
    store = Store(Path(os.environ.get("QDRANT_DATA", "/qdrant")))
    figures = Figures(store)
    server = Server(port, store, secrets, max_body, figures)
    # 0: nobody asked for figures.
    told = FiguresServer(metrics_port, figures) if metrics_port else None

    ended, changed = threading.Event(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    signal.signal(signal.SIGHUP, lambda *_: changed.set())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
    if told is not None:
        threading.Thread(target=told.serve_forever, kwargs={"poll_interval": 0.5}, daemon=True).start()
    print(f"listening on {port}, {len(store.names())} collections")

    turn = 0
    while not ended.wait(FLUSH_SECONDS):
        turn += 1
        if changed.is_set() or turn % REFRESH_EVERY == 0:
            changed.clear()
            secrets.refresh()
        store.maintain()
    server.shutdown()
    store.close()
    print("stopped")
    return 0


sys.exit(main())
