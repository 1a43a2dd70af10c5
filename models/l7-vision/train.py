"""Layer 7, vision: what kind of picture it is, and an embedding of it."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from common.release import arguments, release  # noqa: E402, first: it bounds numpy's threads
from common.embedding import EmbeddingNetwork
from common.measures import classes
from common.network import Network
from common.rows import Rows

import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

SEED = 7045
EMBEDDING = 32
# Below it a picture is `unknown`: images/l7-perception/src/vision/look.ts has the same.
THRESHOLD = 0.6
FACTS = {"v": 1, "name": "l7-vision", "version": "1.0.0", "features": "picture-v1", "output": "answers"}


def main() -> None:
    data, out = arguments(HERE)
    rows = Rows(data / "pictures")
    x, y = rows.features("train"), rows.labels("train")["kind"].astype(int)
    scaler = StandardScaler().fit(x)
    scaler.scale_ = np.maximum(scaler.scale_, 0.02)  # of features that hardly change, a small step is no news
    fitted = MLPClassifier((64, EMBEDDING), alpha=1e-2, batch_size=64, max_iter=40, random_state=SEED)
    fitted.fit(scaler.transform(x), y)
    network = EmbeddingNetwork(Network.of(fitted, "Softmax").before(scaler.mean_, scaler.scale_))
    metrics = {
        "seed": SEED,
        "data": {"sha384": rows.meta["sha384"], "sets": rows.meta["sets"]},
        "iterations": fitted.n_iter_,
        "threshold": THRESHOLD,
        "test": measured(network, rows, "test"),
        "unseen": measured(network, rows, "unseen"),
    }
    columns = [*rows.meta["kinds"], *(f"e{at}" for at in range(EMBEDDING))]
    release(out, network, {**FACTS, "columns": columns}, rows.features("test"), metrics)


def measured(network: EmbeddingNetwork, rows: Rows, name: str) -> dict:
    kinds = rows.meta["kinds"]
    truth = rows.labels(name)["kind"].astype(int)
    answers = network.run(rows.features(name))
    probabilities, embedding = answers[:, : len(kinds)], answers[:, len(kinds) :]
    best, named = probabilities.max(axis=1), probabilities.argmax(axis=1)
    said = (best >= THRESHOLD) & (named != kinds.index("other"))
    near = embedding @ embedding.T
    np.fill_diagonal(near, -2)
    return {
        "rows": len(truth),
        "model": classes(probabilities, truth, kinds),
        # What the service says: a kind, or `unknown`.
        "said": {"share": said.mean(), "right": (named == truth)[said].mean()},
        "nearest_is_same_kind": (truth[near.argmax(axis=1)] == truth).mean(),
    }


main()
