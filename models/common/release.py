"""Writes what a training program leaves behind: model.onnx, model.json, metrics.json."""

import hashlib
import json
import os
from argparse import ArgumentParser
from pathlib import Path

import numpy as np

from .measures import rounded
from .embedding import EmbeddingNetwork
from .network import Network

# One thread: sums of floats depend on their order.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

SELF_TEST_ROWS = 4


def arguments(folder: Path) -> tuple[Path, Path]:
    """Folder of the data, and folder to write to (the model's own by default)."""
    parser = ArgumentParser(description="Trains a model; see models/README.md.")
    parser.add_argument("data", type=Path, help="what models/data/generate.ts wrote")
    parser.add_argument("--out", type=Path, default=folder, help="folder for the model and its metrics")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    return given.data, given.out


def release(out: Path, network: Network | EmbeddingNetwork, facts: dict, probe: np.ndarray, metrics: dict) -> None:
    """
    Writes the files. `facts` holds name, version, features, output and columns; `probe` are inputs whose answers go into
    model.json, for the loader to see that its runtime computes the same.
    """
    content = network.onnx(facts["name"], facts["output"])
    (out / "model.onnx").write_bytes(content)
    rows = probe[:SELF_TEST_ROWS].astype(np.float32)
    model = {
        **facts,
        "bytes": len(content),
        "sha384": hashlib.sha384(content).hexdigest(),
        "selfTest": {
            "inputs": [[float(value) for value in row] for row in rows],
            "outputs": [[round(float(value), 6) for value in row] for row in network.run(rows)],
        },
    }
    (out / "model.json").write_text(json.dumps(model) + "\n")
    report = {"name": facts["name"], "version": facts["version"], "sha384": model["sha384"], **rounded(metrics)}
    (out / "metrics.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))
