"""Layer 7, speech: which of twelve words is in the middle of a window, if any."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from common.release import arguments, release  # noqa: E402, first: it bounds numpy's threads
from common.measures import classes
from common.network import Network
from common.rows import Rows

import numpy as np
from sklearn.neural_network import MLPClassifier

SEED = 7046
# Below it a window says nothing: images/l7-perception/src/speech/listen.ts has the same.
THRESHOLD = 0.85
FACTS = {"v": 1, "name": "l7-speech", "version": "1.0.0", "features": "speech-v1", "output": "probabilities"}


def main() -> None:
    data, out = arguments(HERE)
    rows = Rows(data / "speech")
    x, y = rows.features("train"), rows.labels("train")["word"].astype(int)
    fitted = MLPClassifier((64, 40), alpha=1e-2, batch_size=128, max_iter=20, random_state=SEED)
    fitted.fit(x - 0.5, y)
    inputs = x.shape[1]
    network = Network.of(fitted, "Softmax").before(np.full(inputs, 0.5), np.ones(inputs))
    metrics = {
        "seed": SEED,
        "data": {"sha384": rows.meta["sha384"], "espeak_ng": rows.meta["espeak"], "sets": rows.meta["sets"]},
        "iterations": fitted.n_iter_,
        "threshold": THRESHOLD,
        "test": measured(network, rows, "test"),
        "unseen": measured(network, rows, "unseen"),
    }
    release(out, network, {**FACTS, "columns": rows.meta["words"]}, rows.features("test"), metrics)


def measured(network: Network, rows: Rows, name: str) -> dict:
    words = rows.meta["words"]
    known = len(words) - 2
    truth, probabilities = rows.labels(name)["word"].astype(int), network.run(rows.features(name))
    best, named = probabilities.max(axis=1), probabilities.argmax(axis=1)
    said, is_word = (best >= THRESHOLD) & (named < known), truth < known
    return {
        "rows": len(truth),
        "model": classes(probabilities, truth, words),
        # Windows that are said to hold a known word, and known words that are said.
        "said": {"precision": (named == truth)[said].mean(), "recall": (said & (named == truth))[is_word].mean()},
    }


main()
