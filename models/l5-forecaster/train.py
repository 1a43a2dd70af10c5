"""Layer 5: how many events the next hour brings, bin by bin of five minutes, with 80 % intervals."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from common.release import arguments, release  # noqa: E402, first: it bounds numpy's threads
from common.network import Network
from common.rows import Rows

import numpy as np
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler

SEED = 5033
AHEAD = 12
COVERAGE = 0.8
FACTS = {"v": 1, "name": "l5-forecaster", "version": "6.0.0", "features": "series-v1", "output": "forecast"}
COLUMNS = [f"{part}_{step + 1}" for part in ("middle", "spread") for step in range(AHEAD)]
NARROWEST = 0.02


def main() -> None:
    data, out = arguments(HERE)
    rows = Rows(data / "series")
    x, y = rows.features("train"), target(rows, "train")
    scaler = StandardScaler().fit(x)
    options = {"alpha": 1e-3, "batch_size": 256, "early_stopping": True, "n_iter_no_change": 8, "max_iter": 80, "random_state": SEED}
    middle = MLPRegressor(hidden_layer_sizes=(48, 24), **options).fit(scaler.transform(x), y)
    wide = np.abs(y - middle.predict(scaler.transform(x)))
    spread = MLPRegressor(hidden_layer_sizes=(32, 16), **options).fit(scaler.transform(x), wide)
    middle, spread = (Network.of(fitted, None).before(scaler.mean_, scaler.scale_) for fitted in (middle, spread))
    # Conformal: the factor that makes the interval of each step hold the share it should, on series not trained on.
    held = rows.features("validation")
    ratio = np.abs(target(rows, "validation") - middle.run(held)) / np.maximum(spread.run(held), NARROWEST)
    factor = np.quantile(ratio, COVERAGE, axis=0)
    network = side_by_side(middle, spread.after(factor))
    metrics = {
        "seed": SEED,
        "data": {"sha384": rows.meta["sha384"], "sets": rows.meta["sets"]},
        "coverage_wanted": COVERAGE,
        "test": measured(network, rows, "test"),
        "unseen": measured(network, rows, "unseen"),
    }
    release(out, network, {**FACTS, "columns": COLUMNS}, rows.features("test"), metrics)


def columns(rows: Rows, name: str, prefix: str) -> np.ndarray:
    y = rows.labels(name)
    return np.stack([y[f"{prefix}_{step + 1}"] for step in range(AHEAD)], axis=1)


def target(rows: Rows, name: str) -> np.ndarray:
    """Logarithms of what came, relative to the level of the past."""
    return np.log1p(columns(rows, name, "count")) - rows.labels(name)["level"][:, None]


def side_by_side(left: Network, right: Network) -> Network:
    """Both networks as one, on the same inputs: what the left answers, then what the right does."""
    weights, biases = [np.hstack([left.weights[0], right.weights[0]])], []
    for at in range(1, len(left.weights)):
        a, b = left.weights[at], right.weights[at]
        weights.append(np.block([[a, np.zeros((a.shape[0], b.shape[1]))], [np.zeros((b.shape[0], a.shape[1])), b]]))
    for a, b in zip(left.biases, right.biases):
        biases.append(np.concatenate([a, b]))
    return Network(weights, biases, None)


def measured(network: Network, rows: Rows, name: str) -> dict:
    """Mean absolute errors of log(1 + count), of the model and of those who do without one."""
    y = rows.labels(name)
    truth, level = np.log1p(columns(rows, name, "count")), y["level"][:, None]
    answer = network.run(rows.features(name))
    middle, spread = answer[:, :AHEAD] + level, np.maximum(answer[:, AHEAD:], NARROWEST)
    yesterday = columns(rows, name, "yesterday")
    known = yesterday[:, 0] >= 0
    last = np.log1p(y["last"])[:, None]

    def error(guess: np.ndarray, which=slice(None)) -> float:
        return np.mean(np.abs(truth - guess)[which])

    model = error(middle)
    return {
        "rows": len(truth),
        "error": {
            "model": model,
            "repeat_last": error(last),
            "repeat_mean": error(level),
            "model_where_yesterday_is_known": error(middle, known),
            "repeat_yesterday": error(np.log1p(np.maximum(yesterday, 0)), known),
        },
        "error_by_step": {str(step + 1): np.mean(np.abs(truth - middle)[:, step]) for step in (0, 2, 5, 11)},
        "better_than_repeat_last": 1 - model / error(last),
        "better_than_repeat_mean": 1 - model / error(level),
        "coverage": np.mean(np.abs(truth - middle) <= spread),
        "mean_spread": spread.mean(),
    }


main()
