import { Message } from "./protobuf.ts";

/** Element types of ONNX. */
export const ELEMENTS = { float: 1, int8: 3, int64: 7 } as const;
type Element = keyof typeof ELEMENTS;

/** Value of a node's attribute: a whole number, a number with a point, or a list of whole numbers. */
export type Attribute = { readonly int: number } | { readonly float: number } | { readonly ints: readonly number[] };

const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;
const OPSET = 20;
const IR_VERSION = 9;

/** An ONNX graph that is built node by node; written in the order in which it was built, so the bytes are always the same. */
export class Graph {
  private readonly nodes: Message[] = [];
  private readonly tensors: Message[] = [];
  private readonly inputs: Message[] = [];
  private readonly outputs: Message[] = [];
  private count = 0;

  /** Adds a node with one output, and returns the output's name. */
  node(type: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const output = `v${this.count++}`;
    this.nodes.push(nodeOf(type, inputs, output, attributes));
    return output;
  }

  /** Adds a constant; `data` holds its elements, little-endian. */
  constant(element: Element, shape: readonly number[], data: Uint8Array): string {
    const name = `c${this.count++}`;
    const tensor = new Message();
    for (const size of shape) tensor.number(1, size);
    this.tensors.push(tensor.number(2, ELEMENTS[element]).text(8, name).bytes(9, data));
    return name;
  }

  floats(shape: readonly number[], values: Float32Array): string {
    return this.constant("float", shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /** A list of whole numbers. */
  longs(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant("int64", [values.length], new Uint8Array(data.buffer));
  }

  /** An input of the graph; a text in the shape names a size that is free. */
  input(name: string, element: Element, shape: readonly (number | string)[]): string {
    this.inputs.push(valueInfo(name, element, shape));
    return name;
  }

  /** Gives a value the name of an output. */
  output(value: string, name: string, shape: readonly (number | string)[]): void {
    this.nodes.push(nodeOf("Identity", [value], name, {}));
    this.outputs.push(valueInfo(name, "float", shape));
  }

  /** The whole file. */
  encode(name: string): Uint8Array {
    const graph = new Message();
    for (const node of this.nodes) graph.message(1, node);
    graph.text(2, name);
    for (const tensor of this.tensors) graph.message(5, tensor);
    for (const input of this.inputs) graph.message(11, input);
    for (const output of this.outputs) graph.message(12, output);
    const opset = new Message().text(1, "").number(2, OPSET);
    return new Message().number(1, IR_VERSION).text(2, "dsmil").message(7, graph).message(8, opset).encode();
  }
}

function nodeOf(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>>,
) {
  const node = new Message();
  for (const input of inputs) node.text(1, input);
  node.text(2, output).text(3, output).text(4, type);
  for (const [name, value] of Object.entries(attributes)) node.message(5, attributeOf(name, value));
  return node;
}

function attributeOf(name: string, value: Attribute): Message {
  const attribute = new Message().text(1, name);
  if ("int" in value) return attribute.number(3, value.int).number(20, ATTRIBUTE.int);
  if ("float" in value) return attribute.float(2, value.float).number(20, ATTRIBUTE.float);
  for (const one of value.ints) attribute.number(8, one);
  return attribute.number(20, ATTRIBUTE.ints);
}

function valueInfo(name: string, element: Element, shape: readonly (number | string)[]): Message {
  const sizes = new Message();
  for (const size of shape) {
    sizes.message(1, typeof size === "number" ? new Message().number(1, size) : new Message().text(2, size));
  }
  const tensor = new Message().number(1, ELEMENTS[element]).message(2, sizes);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
