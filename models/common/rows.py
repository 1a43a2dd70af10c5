"""Reads what models/data/generate.ts wrote: rows of float32, and their names in meta.json."""

import json
from pathlib import Path

import numpy as np


class Rows:
    """The sets of one folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.meta = json.loads((folder / "meta.json").read_text())

    def features(self, name: str) -> np.ndarray:
        return self._read(name, "x", len(self.meta["features"]))

    def labels(self, name: str) -> dict[str, np.ndarray]:
        columns = self.meta["columns"]
        values = self._read(name, "y", len(columns))
        return {column: values[:, at] for at, column in enumerate(columns)}

    def targets(self, name: str) -> np.ndarray:
        """All columns of the labels, as they lie."""
        return self._read(name, "y", len(self.meta["columns"]))

    def _read(self, name: str, part: str, width: int) -> np.ndarray:
        values = np.fromfile(self.folder / f"{name}.{part}.f32", dtype="<f4")
        return values.reshape(-1, width)
