"""Measures of models, rounded so that they can be compared and read."""

import numpy as np
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

PLACES = 4


def rounded(value):
    """Numbers to four places, through dictionaries and lists."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(part) for part in value]
    if isinstance(value, (float, np.floating)):
        return round(float(value), PLACES)
    return int(value) if isinstance(value, np.integer) else value


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error over equally wide bins."""
    at = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for number in range(bins):
        inside = at == number
        if inside.any():
            total += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return total


def binary(score: np.ndarray, truth: np.ndarray, thresholds: dict[str, float]) -> dict:
    """A probability against what came true."""
    at = {}
    for name, threshold in thresholds.items():
        said = score >= threshold
        hits = (said & (truth == 1)).sum()
        at[name] = {
            "threshold": threshold,
            "share": said.mean(),
            "precision": hits / max(1, said.sum()),
            "recall": hits / max(1, (truth == 1).sum()),
        }
    return {
        "auc": roc_auc_score(truth, score),
        "brier": np.mean((score - truth) ** 2),
        "calibration_error": calibration_error(score, truth),
        "at": at,
    }


def classes(probabilities: np.ndarray, truth: np.ndarray, names: list[str]) -> dict:
    """Classes that were named against those that were true."""
    named = probabilities.argmax(axis=1)
    return {**named_classes(named, truth, names), "calibration_error": calibration_error(probabilities.max(axis=1), named == truth)}


def named_classes(named: np.ndarray, truth: np.ndarray, names: list[str]) -> dict:
    precision, recall, f1, support = precision_recall_fscore_support(
        truth, named, labels=list(range(len(names))), zero_division=0
    )
    return {
        "accuracy": np.mean(named == truth),
        "macro_f1": f1.mean(),
        "classes": {
            name: {"precision": precision[at], "recall": recall[at], "f1": f1[at], "support": support[at]}
            for at, name in enumerate(names)
        },
    }
