import * as pulumi from "@pulumi/pulumi";
import { listAccess } from "./access/access.ts";
import { writeSshConfig } from "./access/ssh-config.ts";
import { loadModel } from "./model/load.ts";
import { compiledRules } from "./policy/compiled-rules.ts";
import { aiStack } from "./stacks/ai.ts";
import { dataStack } from "./stacks/data.ts";
import { socStack } from "./stacks/soc.ts";

// The SDK takes a stack trace for every property of every resource; none of them is ever shown.
Error.stackTraceLimit = 0;

const root = process.cwd();
const config = new pulumi.Config("dsmil");
const model = loadModel(process.env.DSMIL_MANIFEST || undefined);
const node = model.nodes.find((n) => n.id === pulumi.getStack());
if (node === undefined) {
  throw new Error(`stack ${pulumi.getStack()} is no node of the manifest (${model.nodes.map((n) => n.id).join(", ")})`);
}
writeSshConfig(root, listAccess(root));
const stack = { data: dataStack, soc: socStack, ai: aiStack }[node.role];

/** The stack's outputs; Pulumi calls the default export and registers what it returns. */
export default (): Record<string, unknown> =>
  stack({ model, node, root, rules: compiledRules(root), allowDataLoss: config.getBoolean("allowDataLoss") ?? false });
