"""Layer 3, sensor fusion: how probable it is that an analyst confirms a line as one to act on."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from common.release import arguments, release  # noqa: E402, first: it bounds numpy's threads
from common.measures import binary, calibration_error
from common.network import Network
from common.rows import Rows

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

SEED = 3018
THRESHOLDS = {"review": 0.35, "alert": 0.7}
FACTS = {"v": 1, "name": "l3-sensor-fusion", "version": "6.0.0", "features": "line-severity-v1", "output": "probability"}


def main() -> None:
    data, out = arguments(HERE)
    rows = Rows(data / "lines")
    x, y = rows.features("train"), rows.labels("train")
    scaler = StandardScaler().fit(x)
    fitted = MLPClassifier((32, 16), alpha=3e-4, batch_size=256, early_stopping=True, n_iter_no_change=6, max_iter=60, random_state=SEED)
    fitted.fit(scaler.transform(x), y["acted"].astype(int))
    network = Network.of(fitted, "Sigmoid").before(scaler.mean_, scaler.scale_)
    # Platt: the logit's slope and offset, on lines that were not trained on.
    held, truth = rows.features("validation"), rows.labels("validation")["acted"].astype(int)
    platt = LogisticRegression(C=1e6).fit(network.raw(held), truth)
    network = network.after(platt.coef_[0, 0], platt.intercept_[0])
    metrics = {
        "seed": SEED,
        "data": {"sha384": rows.meta["sha384"], "sets": rows.meta["sets"]},
        "iterations": fitted.n_iter_,
        "test": measured(network, rows, "test"),
        "unseen": measured(network, rows, "unseen"),
    }
    release(out, network, {**FACTS, "columns": ["act"]}, rows.features("test"), metrics)


def measured(network: Network, rows: Rows, name: str) -> dict:
    """The model, what the rules say, and what nobody can beat: the probability the labels were drawn with."""
    y = rows.labels(name)
    score = network.run(rows.features(name))[:, 0]
    return {
        "rows": len(score),
        "model": {**binary(score, y["acted"], THRESHOLDS), "distance_to_truth": np.mean(np.abs(score - y["act"]))},
        "rules": {**binary(y["rule_score"], y["acted"], THRESHOLDS), "distance_to_truth": np.mean(np.abs(y["rule_score"] - y["act"]))},
        "best_possible": {**binary(y["act"], y["acted"], THRESHOLDS), "calibration_error": calibration_error(y["act"], y["acted"])},
    }


main()
