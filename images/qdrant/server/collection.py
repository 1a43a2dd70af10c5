"""One collection: a shard of the engine and what was said when it was made."""

import threading
import time
from pathlib import Path

import qdrant_edge as engine

from .errors import ApiError, bad_request, no_collection

# The engine builds its indexes when it is told to; often enough that search stays fast, seldom enough to cost little.
OPTIMIZE_AFTER = 5000


class Collection:
    """All access goes through one lock: the engine's shard is one writer's, and readers are short."""

    def __init__(self, name: str, folder: Path, settings: dict):
        self.name = name
        self.settings = settings
        self._lock = threading.Lock()
        self._shard = engine.EdgeShard.load(str(folder / "shard"))
        self._operations = 0
        self._dirty = False
        self._since_optimized = 0

    def read(self, ask):
        """`ask(shard)`, with the engine's complaints as a client's mistake."""
        with self._lock:
            return self._guard(ask)

    def update(self, operation, wait: bool) -> dict:
        """Applies one operation. It is in the engine's log afterwards; with `wait` also on the disk."""
        with self._lock:
            self._guard(lambda shard: shard.update(operation))
            self._operations += 1
            self._since_optimized += 1
            self._dirty = True
            if wait:
                self._flush()
            return {"operation_id": self._operations, "status": "completed" if wait else "acknowledged"}

    def maintain(self) -> None:
        """Brings writes to the disk, and indexes to the writes; called now and then."""
        with self._lock:
            if self._shard is None:
                return
            if self._dirty:
                self._flush()
            if self._since_optimized >= OPTIMIZE_AFTER:
                self._since_optimized = 0
                self._shard.optimize()

    def close(self) -> None:
        with self._lock:
            if self._shard is not None:
                self._shard.flush()
                self._shard.close()
                self._shard = None

    def info(self) -> dict:
        shown = self.read(lambda shard: shard.info())
        params = {key: value for key, value in self.settings.items() if not key.endswith("_config")}
        params = {"shard_number": 1, "replication_factor": 1, "write_consistency_factor": 1, **params}
        return {
            "status": "green",
            "optimizer_status": "ok",
            "indexed_vectors_count": shown.indexed_vectors_count,
            "points_count": shown.points_count,
            "segments_count": shown.segments_count,
            "config": {
                "params": params,
                "hnsw_config": self.settings.get("hnsw_config") or {},
                "optimizer_config": self.settings.get("optimizers_config") or {},
                "wal_config": self.settings.get("wal_config"),
                "quantization_config": self.settings.get("quantization_config"),
            },
            "payload_schema": {
                field: {"data_type": str(index.data_type).rsplit(".", 1)[-1].lower(), "points": index.points}
                for field, index in shown.payload_schema.items()
            },
        }

    def _flush(self) -> None:
        self._shard.flush()
        self._dirty = False

    def _guard(self, ask):
        if self._shard is None:
            raise no_collection(self.name)
        started = time.monotonic()
        try:
            return ask(self._shard)
        except ApiError:
            raise
        except (TypeError, ValueError, OverflowError) as error:
            raise bad_request(str(error)) from None
        except Exception as error:  # The engine has one class for all of its errors.
            message = str(error)
            if "Service" in message or "IO" in message or "Os" in message:
                took = time.monotonic() - started
                raise ApiError(500, f"Service internal error: {message} (after {took:.3f} s)") from None
            raise bad_request(message) from None
