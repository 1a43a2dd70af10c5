"""The collections in a data folder.

A collection is made beside its place and moved there when it is complete, and moved away before it is deleted, so that
a kill leaves either all of it or none.
"""

import json
import os
import re
import secrets
import shutil
import threading
from pathlib import Path

import qdrant_edge as engine

from .collection import Collection
from .convert import vectors_config
from .errors import ApiError, bad_request, no_collection

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$")


class Store:
    def __init__(self, folder: Path):
        self._folder = folder / "collections"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._collections: dict[str, Collection] = {}
        self._damaged: set[str] = set()
        for path in sorted(self._folder.iterdir()):
            if path.name.startswith("."):
                shutil.rmtree(path)
            else:
                self._load(path)

    def _load(self, path: Path) -> None:
        """One collection that cannot be read is that tenant's trouble: the others are served."""
        try:
            settings = json.loads((path / "collection.json").read_text())
            self._collections[path.name] = Collection(path.name, path, settings)
        except Exception as error:  # the engine raises what it likes
            self._damaged.add(path.name)
            print(f"collection {path.name} cannot be loaded: {error}", flush=True)

    def names(self) -> list[str]:
        return sorted(self._collections)

    def get(self, name: str) -> Collection:
        found = self._collections.get(name)
        if found is None:
            if name in self._damaged:
                raise ApiError(500, f"Service internal error: collection `{name}` cannot be loaded")
            raise no_collection(name)
        return found

    def create(self, name: str, settings: dict) -> None:
        if not NAME.match(name):
            raise bad_request("a collection's name may have letters, digits, '_', '-' and '.', up to 255")
        config, vectors = vectors_config(settings.get("vectors"))
        settings = {**settings, "vectors": vectors}
        with self._lock:
            if name in self._collections:
                raise ApiError(409, f"Wrong input: Collection `{name}` already exists!")
            fresh = self._folder / f".new-{secrets.token_hex(8)}"
            (fresh / "shard").mkdir(parents=True)
            try:
                engine.EdgeShard.create(str(fresh / "shard"), config).close()
                with open(fresh / "collection.json", "w") as file:
                    json.dump(settings, file)
                    file.flush()
                    os.fsync(file.fileno())
                _sync(fresh)
                os.rename(fresh, self._folder / name)
                _sync(self._folder)
            except BaseException:
                shutil.rmtree(fresh, ignore_errors=True)
                raise
            self._collections[name] = Collection(name, self._folder / name, settings)

    def delete(self, name: str) -> bool:
        with self._lock:
            found = self._collections.pop(name, None)
            if found is None:
                return False
            found.close()
            away = self._folder / f".deleted-{secrets.token_hex(8)}"
            os.rename(self._folder / name, away)
            _sync(self._folder)
        shutil.rmtree(away)
        return True

    def maintain(self) -> None:
        for collection in list(self._collections.values()):
            collection.maintain()

    def close(self) -> None:
        with self._lock:
            for collection in self._collections.values():
                collection.close()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
