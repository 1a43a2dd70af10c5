"""Small feed-forward networks: from scikit-learn to ONNX."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8


class Network:
    """Layers of weights (inputs × outputs) and biases, with ReLU between them and `end` after the last."""

    def __init__(self, weights: list[np.ndarray], biases: list[np.ndarray], end: str | None):
        self.weights = [np.asarray(w, dtype=np.float32) for w in weights]
        self.biases = [np.asarray(b, dtype=np.float32) for b in biases]
        self.end = end

    @classmethod
    def of(cls, fitted, end: str | None) -> "Network":
        """The layers of a fitted MLPClassifier or MLPRegressor."""
        return cls(fitted.coefs_, fitted.intercepts_, end)

    def before(self, mean: np.ndarray, scale: np.ndarray) -> "Network":
        """The same on inputs that are not standardized: (x - mean) / scale goes into the first layer."""
        first = self.weights[0] / scale[:, None]
        bias = self.biases[0] - (mean / scale) @ self.weights[0]
        return Network([first, *self.weights[1:]], [bias, *self.biases[1:]], self.end)

    def after(self, factor: float | np.ndarray, shift: float | np.ndarray = 0.0) -> "Network":
        """The same with its last layer's values times `factor` plus `shift`: temperature, Platt, units."""
        weights = [*self.weights[:-1], self.weights[-1] * factor]
        return Network(weights, [*self.biases[:-1], self.biases[-1] * factor + shift], self.end)

    def hidden(self, x: np.ndarray) -> np.ndarray:
        """What the last hidden layer says."""
        value = x.astype(np.float32)
        for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
            value = np.maximum(value @ weight + bias, 0)
        return value

    def raw(self, x: np.ndarray) -> np.ndarray:
        """The last layer's values, before `end`."""
        return self.hidden(x) @ self.weights[-1] + self.biases[-1]

    def run(self, x: np.ndarray) -> np.ndarray:
        """What the ONNX model answers."""
        raw = self.raw(x)
        if self.end == "Sigmoid":
            return 1 / (1 + np.exp(-raw))
        if self.end == "Softmax":
            grown = np.exp(raw - raw.max(axis=1, keepdims=True))
            return grown / grown.sum(axis=1, keepdims=True)
        return raw

    def onnx(self, name: str, output: str) -> bytes:
        """The model: input `features` [N, inputs], one output [N, outputs]. The same network gives the same bytes."""
        nodes, constants = self.graph(output)
        return finished(name, nodes, constants, {"features": self.weights[0].shape[0]}, {output: self.weights[-1].shape[1]})

    def graph(self, output: str) -> tuple[list, list]:
        """Nodes and constants from `features` to `output`; h0, h1 … are what its hidden layers say."""
        nodes, constants, value = [], [], "features"
        for at, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            last = at == len(self.weights) - 1
            constants += [numpy_helper.from_array(weight, f"w{at}"), numpy_helper.from_array(bias, f"b{at}")]
            sums = output if last and self.end is None else f"s{at}"
            nodes.append(helper.make_node("Gemm", [value, f"w{at}", f"b{at}"], [sums], name=f"layer{at}"))
            value = sums
            if not last:
                value = f"h{at}"
                nodes.append(helper.make_node("Relu", [sums], [value], name=f"relu{at}"))
        if self.end is not None:
            axis = {"axis": 1} if self.end == "Softmax" else {}
            nodes.append(helper.make_node(self.end, [value], [output], name="end", **axis))
        return nodes, constants


def finished(name: str, nodes: list, constants: list, inputs: dict[str, int], outputs: dict[str, int]) -> bytes:
    """The bytes of a model; inputs and outputs are rows of so many floats."""
    tensors = lambda widths: [
        helper.make_tensor_value_info(label, TensorProto.FLOAT, ["rows", width]) for label, width in widths.items()
    ]
    graph = helper.make_graph(nodes, name, tensors(inputs), tensors(outputs), constants)
    model = helper.make_model(graph, producer_name="dsmil", opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)
