"""A network that answers with what its last hidden layer says, too."""

import numpy as np
from onnx import helper, numpy_helper

from .network import Network, finished

SMALLEST = 1e-6


class EmbeddingNetwork:
    """The answers of a network, and then its last hidden layer, brought to length 1."""

    def __init__(self, network: Network):
        self.network = network

    def run(self, x: np.ndarray) -> np.ndarray:
        hidden = self.network.hidden(x)
        length = np.sqrt((hidden**2).sum(axis=1, keepdims=True))
        return np.concatenate([self.network.run(x), hidden / np.maximum(length, SMALLEST)], axis=1)

    def onnx(self, name: str, output: str) -> bytes:
        nodes, constants = self.network.graph("named")
        last = f"h{len(self.network.weights) - 2}"
        constants.append(numpy_helper.from_array(np.array([SMALLEST], dtype=np.float32), "smallest"))
        nodes += [
            helper.make_node("ReduceL2", [last], ["length"], name="length", axes=[1], keepdims=1),
            helper.make_node("Max", ["length", "smallest"], ["divisor"], name="divisor"),
            helper.make_node("Div", [last, "divisor"], ["embedding"], name="embedding"),
            helper.make_node("Concat", ["named", "embedding"], [output], name="answers", axis=1),
        ]
        inputs, classes = self.network.weights[0].shape[0], self.network.weights[-1].shape[1]
        return finished(name, nodes, constants, {"features": inputs}, {output: classes + self.network.weights[-1].shape[0]})
