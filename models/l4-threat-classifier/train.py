"""Layer 4: which of eight classes a line is."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from common.release import arguments, release  # noqa: E402, first: it bounds numpy's threads
from common.measures import classes, named_classes
from common.network import Network
from common.rows import Rows

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

SEED = 4025
FACTS = {"v": 1, "name": "l4-threat-classifier", "version": "6.0.0", "features": "line-v1", "output": "probabilities"}
SEVERITIES = 5  # the last features, which Layer 4 does not have
WORST = 8


def main() -> None:
    data, out = arguments(HERE)
    rows = Rows(data / "lines")
    x, y = features(rows, "train"), rows.labels("train")["class"].astype(int)
    scaler = StandardScaler().fit(x)
    fitted = MLPClassifier((40, 24), alpha=3e-4, batch_size=256, early_stopping=True, n_iter_no_change=6, max_iter=60, random_state=SEED)
    fitted.fit(scaler.transform(x), y)
    network = Network.of(fitted, "Softmax").before(scaler.mean_, scaler.scale_)
    temperature = best_temperature(network, features(rows, "validation"), rows.labels("validation")["class"].astype(int))
    network = network.after(1 / temperature)
    metrics = {
        "seed": SEED,
        "data": {"sha384": rows.meta["sha384"], "sets": rows.meta["sets"]},
        "iterations": fitted.n_iter_,
        "temperature": temperature,
        "test": measured(network, rows, "test"),
        "unseen": measured(network, rows, "unseen"),
    }
    release(out, network, {**FACTS, "columns": rows.meta["classes"]}, features(rows, "test"), metrics)


def features(rows: Rows, name: str) -> np.ndarray:
    return rows.features(name)[:, :-SEVERITIES]


def best_temperature(network: Network, x: np.ndarray, truth: np.ndarray) -> float:
    """The one that makes the truths of the validation lines likeliest."""
    raw = network.raw(x).astype(np.float64)

    def loss(temperature: float) -> float:
        scaled = raw / temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(truth)), truth]))

    return float(minimize_scalar(loss, bounds=(0.3, 5), method="bounded").x)


def measured(network: Network, rows: Rows, name: str) -> dict:
    y, names = rows.labels(name), rows.meta["classes"]
    truth, probabilities = y["class"].astype(int), network.run(features(rows, name))
    right = probabilities.argmax(axis=1) == truth
    kinds = [(right[y["scenario"] == at].mean(), kind) for at, kind in enumerate(rows.meta["scenarios"])]
    return {
        "rows": len(truth),
        "model": classes(probabilities, truth, names),
        "rules": named_classes(y["rule_class"].astype(int), truth, names),
        "hardest": {kind: share for share, kind in sorted(kinds)[:WORST]},
    }


main()
