import type { MetricFacts } from "./facts.ts";

/**
 * Labels that our metrics may have, and what their values are: all from closed lists, or names from the manifest. `node`
 * and `layer` are labels of targets, too: Prometheus shows the program's own as `exported_node` and `exported_layer`.
 */
export const LABELS: Readonly<Record<string, string>> = {
  a: "a node, the first of two by name",
  action: "an action of the closed list of proposals",
  b: "a node, the second of two",
  certificate: "a certificate of the fleet, by the name of its owner",
  check: "a check of /health",
  container: "a container of the node",
  decision: "Layer 3's decision on an event, `NONE` without one",
  device: "a device, as a number: of containers",
  device_id: "a device, as a number",
  direction: "which way: of a message past a gateway, or of a change",
  ending: "how an answer of a language model ended",
  error_type: "a kind of failure",
  feed: "a feed of the tenant's, by its id in the manifest",
  flag: "what adversarial ML defence raised",
  hop: "`link` to another node, or `inbox` of a container",
  kind: "what is counted: kinds of tokens, of findings",
  layer: "a layer, `L3` to `L9`",
  log: "a log that is checked",
  msg_type: "what was done",
  name: "a model",
  node: "a node",
  outcome: "how a call ended",
  peer: "a node, or `unknown` before one has proved who it is",
  reason: "why something was refused or kept aside",
  result: "what became of it",
  seal: "how a key is kept",
  severity: "severity of an event",
  sign: "what speaks against a node",
  service: "a service of the manifest",
  signer: "an owner of a signing key",
  state: "running or waiting",
  status: "what /health says",
  stream: "an input of a program, by its name in /health: `l3_in`, `soc_events`",
  tenant: "a tenant, by its id: of containers",
  tenant_id: "a tenant, in capitals; `shared` where no tenant asked",
  tool: "a tool of agents",
  type: "a message type of the bus",
  version: "version of a model",
};

/** SHRINK's figures carry the names that its readers know them by. */
const PREFIX = /^(dsmil|shrink)_/;
/** Units that are none of ours: name the base unit. */
const OTHER_UNITS =
  /_(ms|millis|milliseconds|us|microseconds|minutes|hours|days|kb|kib|mb|mib|gb|gib|kilobytes|megabytes|percent)(_|$)/;

/** What speaks against a metric by the naming guide (docs/metrics-reference.md); nothing is fine. */
export function guideProblems({ name, type, help, labels }: MetricFacts): readonly string[] {
  const problems: string[] = [];
  if (!PREFIX.test(name)) problems.push("the name begins with neither dsmil_ nor shrink_");
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) problems.push("the name is not in snake case");
  if (type === "counter" && !name.endsWith("_total")) problems.push("a counter ends in _total");
  if (type !== "counter" && name.endsWith("_total")) problems.push("only a counter ends in _total");
  if (/_(bucket|count|sum)$/.test(name)) problems.push("_bucket, _count and _sum are a histogram's own");
  if (type === "histogram" && !/_(seconds|bytes)$/.test(name))
    problems.push("a histogram ends in its unit, seconds or bytes");
  if (OTHER_UNITS.test(name)) problems.push("units are seconds and bytes, shares are 0 to 1");
  if (help.trim().length < 10) problems.push("help is missing");
  for (const label of labels) if (!(label in LABELS)) problems.push(`label ${label} is not in the closed list`);
  return problems;
}
