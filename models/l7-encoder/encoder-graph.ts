import { Graph } from "./graph.ts";
import { quantise, transposed } from "./quantise.ts";
import type { Tensor } from "./safetensors.ts";

const LAYERS = 6;
const HEADS = 12;
const HIDDEN = 384;
/** Longest text in tokens: the model was trained with no longer ones. */
const POSITIONS = 256;
const EPSILON = { float: 1e-12 };
/** What is added to the attention that padding gets. */
const HIDDEN_AWAY = -10_000;

/** How weights are kept: as they are, or in 8 bits a row with a scale (computed with in 32 bits all the same). */
export type Weights = "int8" | "float32";

/**
 * BERT with mean pooling and vectors of length 1 as an ONNX file: `input_ids` and `attention_mask` [texts, tokens] in,
 * `embedding` [texts, 384] out.
 * @param tensor a tensor of the original by its name
 */
export function encoderGraph(tensor: (name: string) => Tensor, weights: Weights = "int8"): Uint8Array {
  const builder = new Builder(tensor, weights);
  const { graph } = builder;
  const ids = graph.input("input_ids", "int64", ["texts", "tokens"]);
  const mask = graph.input("attention_mask", "int64", ["texts", "tokens"]);
  const shown = graph.node("Cast", [mask], { to: { int: 1 } });
  const away = graph.node("Sub", [graph.floats([1], Float32Array.of(1)), shown]);
  const scaled = graph.node("Mul", [away, graph.floats([1], Float32Array.of(HIDDEN_AWAY))]);
  const bias = graph.node("Unsqueeze", [scaled, graph.longs([1, 2])]);
  let hidden = builder.embeddings(ids);
  for (let layer = 0; layer < LAYERS; layer++) hidden = builder.layer(hidden, bias, `encoder.layer.${layer}`);
  graph.output(pooled(graph, hidden, shown), "embedding", ["texts", HIDDEN]);
  return graph.encode("l7-encoder");
}

/** The mean over a text's tokens, at length 1. */
function pooled(graph: Graph, hidden: string, shown: string): string {
  const weight = graph.node("Unsqueeze", [shown, graph.longs([2])]);
  const sum = graph.node("ReduceSum", [graph.node("Mul", [hidden, weight]), graph.longs([1])], {
    keepdims: { int: 0 },
  });
  const count = graph.node("ReduceSum", [weight, graph.longs([1])], { keepdims: { int: 0 } });
  return graph.node("LpNormalization", [graph.node("Div", [sum, count])], { axis: { int: 1 }, p: { int: 2 } });
}

class Builder {
  readonly graph = new Graph();
  private readonly tensor: (name: string) => Tensor;
  private readonly weights: Weights;

  constructor(tensor: (name: string) => Tensor, weights: Weights) {
    this.tensor = tensor;
    this.weights = weights;
  }

  embeddings(ids: string): string {
    const { graph } = this;
    const tokens = graph.node("Slice", [graph.node("Shape", [ids]), graph.longs([1]), graph.longs([2])]);
    const places = graph.node("Slice", [this.positions(), graph.longs([0]), tokens, graph.longs([0])]);
    return this.norm(graph.node("Add", [this.words(ids), places]), "embeddings.LayerNorm");
  }

  layer(hidden: string, bias: string, name: string): string {
    const { graph } = this;
    const seen = this.attention(hidden, bias, `${name}.attention`);
    const first = this.norm(graph.node("Add", [seen, hidden]), `${name}.attention.output.LayerNorm`);
    const wide = graph.node("Gelu", [this.linear(first, `${name}.intermediate.dense`)]);
    return this.norm(graph.node("Add", [this.linear(wide, `${name}.output.dense`), first]), `${name}.output.LayerNorm`);
  }

  private attention(hidden: string, bias: string, name: string): string {
    const { graph } = this;
    const split = graph.longs([0, 0, HEADS, HIDDEN / HEADS]);
    const part = (which: string, perm: readonly number[]): string =>
      graph.node("Transpose", [graph.node("Reshape", [this.linear(hidden, `${name}.self.${which}`), split])], {
        perm: { ints: perm },
      });
    const [query, key, value] = [part("query", [0, 2, 1, 3]), part("key", [0, 2, 3, 1]), part("value", [0, 2, 1, 3])];
    const root = graph.floats([1], Float32Array.of(Math.sqrt(HIDDEN / HEADS)));
    const scores = graph.node("Add", [graph.node("Div", [graph.node("MatMul", [query, key]), root]), bias]);
    const seen = graph.node("MatMul", [graph.node("Softmax", [scores], { axis: { int: 3 } }), value]);
    const joined = graph.node("Transpose", [seen], { perm: { ints: [0, 2, 1, 3] } });
    return this.linear(graph.node("Reshape", [joined, graph.longs([0, 0, HIDDEN])]), `${name}.output.dense`);
  }

  private linear(input: string, name: string): string {
    const { graph } = this;
    const { shape, values } = this.tensor(`${name}.bias`);
    const product = graph.node("MatMul", [input, this.matrix(`${name}.weight`)]);
    return graph.node("Add", [product, graph.floats(shape, values)]);
  }

  /** A weight [out, in] as [in, out]. */
  private matrix(name: string): string {
    const { graph } = this;
    const weight = this.tensor(name);
    const [rows = 0, columns = 0] = weight.shape;
    if (this.weights === "float32") {
      return graph.node("Transpose", [graph.floats(weight.shape, weight.values)], { perm: { ints: [1, 0] } });
    }
    const { values, scales } = quantise(weight);
    // Constants only: the runtime computes these two once, when it loads the model.
    const small = graph.constant("int8", [columns, rows], bytesOf(transposed(values, rows, columns)));
    return graph.node("Mul", [graph.node("Cast", [small], { to: { int: 1 } }), graph.floats([rows], scales)]);
  }

  /** The table of words, 30,522 × 384, is looked up in 8 bits: it never becomes four times as large in memory. */
  private words(ids: string): string {
    const { graph } = this;
    const table = this.tensor("embeddings.word_embeddings.weight");
    const [rows = 0] = table.shape;
    if (this.weights === "float32") return graph.node("Gather", [graph.floats(table.shape, table.values), ids]);
    const { values, scales } = quantise(table);
    const small = graph.node("Gather", [graph.constant("int8", table.shape, bytesOf(values)), ids]);
    const scale = graph.node("Gather", [graph.floats([rows, 1], scales), ids]);
    return graph.node("Mul", [graph.node("Cast", [small], { to: { int: 1 } }), scale]);
  }

  /** What tells places apart; all tokens are of the first segment, whose vector is added here. */
  private positions(): string {
    const { values } = this.tensor("embeddings.position_embeddings.weight");
    const { values: segments } = this.tensor("embeddings.token_type_embeddings.weight");
    const sum = Float32Array.from(values.subarray(0, POSITIONS * HIDDEN), (v, at) => v + (segments[at % HIDDEN] ?? 0));
    return this.graph.floats([POSITIONS, HIDDEN], sum);
  }

  private norm(input: string, name: string): string {
    const { graph } = this;
    const [scale, shift] = ["weight", "bias"].map((which) => {
      const { shape, values } = this.tensor(`${name}.${which}`);
      return graph.floats(shape, values);
    });
    const inputs = [input, scale ?? "", shift ?? ""];
    return graph.node("LayerNormalization", inputs, { axis: { int: 2 }, epsilon: EPSILON });
  }
}

const bytesOf = (values: Int8Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
