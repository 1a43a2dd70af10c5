"""Layer 6: how probable it is that an incident begins by an entity within the next hour."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from common.release import arguments, release  # noqa: E402, first: it bounds numpy's threads
from common.measures import binary
from common.network import Network
from common.rows import Rows

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

SEED = 6037
FACTS = {"v": 1, "name": "l6-risk", "version": "6.0.0", "features": "entity-v1", "output": "probability"}
LEVELS = {"elevated": 0.15, "high": 0.4}


def main() -> None:
    data, out = arguments(HERE)
    rows = Rows(data / "entities")
    x, y = rows.features("train"), rows.labels("train")["incident"].astype(int)
    scaler = StandardScaler().fit(x)
    fitted = MLPClassifier((32, 16), alpha=1e-3, batch_size=256, early_stopping=True, n_iter_no_change=8, max_iter=80, random_state=SEED)
    fitted.fit(scaler.transform(x), y)
    network = Network.of(fitted, "Sigmoid").before(scaler.mean_, scaler.scale_)
    held, truth = rows.features("validation"), rows.labels("validation")["incident"].astype(int)
    platt = LogisticRegression(C=1e6).fit(network.raw(held), truth)
    network = network.after(platt.coef_[0, 0], platt.intercept_[0])
    metrics = {
        "seed": SEED,
        "data": {"sha384": rows.meta["sha384"], "sets": rows.meta["sets"]},
        "iterations": fitted.n_iter_,
        "test": measured(network, rows, "test"),
        "unseen": measured(network, rows, "unseen"),
    }
    release(out, network, {**FACTS, "columns": ["incident"]}, rows.features("test"), metrics)


def measured(network: Network, rows: Rows, name: str) -> dict:
    """The model, and the simplest ranking there is: by the furthest stage that was reached."""
    x, truth = rows.features(name), rows.labels(name)["incident"]
    score = network.run(x)[:, 0]
    stage = x[:, rows.meta["features"].index("stage_highest")]
    return {
        "rows": len(truth),
        "incidents": truth.mean(),
        "model": {**binary(score, truth, LEVELS), "average_precision": average_precision_score(truth, score)},
        "by_stage": {"auc": binary(stage, truth, {})["auc"], "average_precision": average_precision_score(truth, stage)},
        "always_the_mean": {"brier": np.mean((truth.mean() - truth) ** 2)},
    }


main()
