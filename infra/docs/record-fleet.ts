import { createHash, generateKeyPairSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { disconnect } from "@pulumi/pulumi/runtime/settings.js";
import type { Model, Node } from "../model/types.ts";
import type { CompiledRules } from "../policy/compiled-rules.ts";
import { aiStack } from "../stacks/ai.ts";
import { dataStack } from "../stacks/data.ts";
import type { NodeStackArgs } from "../stacks/node-stack.ts";
import { socStack } from "../stacks/soc.ts";

/** A resource that a stack declares. */
export interface Declared {
  readonly node: string;
  /** `dsmil:index:NodeFiles` */
  readonly type: string;
  readonly name: string;
  /** Inputs; what another resource makes stands there as its mark. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Marks of what its files hold, where it is of files. */
  readonly holds: ReadonlySet<string>;
}

/** What stands for a text that the engine would make: `‹tls.certPem:redis›`. */
export const mark = (type: string, output: string, name: string): string => `‹${type}.${output}:${name}›`;

const STACKS: Readonly<Record<Node["role"], (args: NodeStackArgs) => Record<string, unknown>>> = {
  data: dataStack,
  soc: socStack,
  ai: aiStack,
};

/** Outputs of resources that others are made from, by the resource's last name. */
const OUTPUTS = [
  "certPem",
  "certRequestPem",
  "privateKeyPem",
  "result",
  "publicKey",
  "seed",
  "token",
  "certificate",
  "hex",
];

/** Of an operator: what it is known by is computed from it, and any key does. */
const PUBLIC_KEY = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" });

/** No rule is evaluated here: what is declared depends on their digest alone. */
const RULES: CompiledRules = { wasm: Buffer.alloc(0), digest: "0".repeat(96), fileName: "rules.wasm" };

/**
 * Everything that the stacks of a fleet declare, from the data node on, whose outputs the others get. Nothing is contacted
 * and nothing is made: the Pulumi engine is replaced by one that writes down what it is asked for.
 * @param root the project's folder
 */
export async function recordFleet(root: string, model: Model): Promise<readonly Declared[]> {
  const declared: Declared[] = [];
  const nodes = [...model.nodes].sort((a, b) => Number(b.role === "data") - Number(a.role === "data"));
  let data: Readonly<Record<string, unknown>> = {};
  for (const node of nodes) {
    await pulumi.runtime.setMocks(
      recorder(node.id, declared, () => data),
      "dsmil",
      node.id,
      false,
      "organization",
    );
    const outputs = STACKS[node.role]({ model, node, root, rules: RULES, allowDataLoss: false });
    if (node.role === "data") data = await settled(outputs);
    await disconnect();
  }
  return declared;
}

function recorder(node: string, declared: Declared[], data: () => object): pulumi.runtime.Mocks {
  return {
    newResource: ({ type, name, inputs }) => {
      if (type === "pulumi:pulumi:StackReference") return { id: name, state: { ...inputs, outputs: data() } };
      declared.push({ node, type, name, inputs, holds: marksIn(inputs.files) });
      const short = type.replace(/^.*[:/]/, "");
      const made = Object.fromEntries(OUTPUTS.map((output) => [output, mark(short, output, name)]));
      const lists = { signatures: signatures(inputs.models), bundle: mark(short, "bundle", name), tpmGroup: "" };
      const keys = { publicKeyPem: PUBLIC_KEY };
      return { id: `${node}-${name}`, state: { ...made, ...lists, ...keys, ...inputs } };
    },
    call: ({ inputs }) => inputs,
  };
}

const marksIn = (files: unknown): ReadonlySet<string> => new Set(JSON.stringify(files ?? "").match(/‹[^‹›]*›/g));

/** A ModelSigner signs each model.json it is given, and is asked for the signature by its SHA-384. */
function signatures(models: unknown): Record<string, string> {
  const texts = Object.entries((models ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    texts.map(([name, text]) => [
      createHash("sha384").update(String(text)).digest("hex"),
      mark("ModelSigner", "signature", name),
    ]),
  );
}

/** Values of a stack's outputs. */
const settled = (outputs: Record<string, unknown>): Promise<Record<string, unknown>> =>
  new Promise((resolve) => {
    pulumi.output(outputs).apply((values) => resolve(values as Record<string, unknown>));
  });
