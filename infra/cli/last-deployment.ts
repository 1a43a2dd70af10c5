import { createHash, type Hash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { imageTags } from "../images/tag.ts";
import type { Model } from "../model/types.ts";

/** Everything that decides what the stacks declare, beside the model and the images' sources. */
const SOURCES = [
  ...["infra/**/*", "templates/**/*", "policies/**/*", "feeds/**/*", "models/*/model.*"],
  // Models that lie outside of git: an operator's own, and those that are fetched.
  ...[".dsmil/models/*/*/model.json", ".dsmil/cache/models/*/*/*"],
  ...["package-lock.json", "package.json", "Pulumi*.yaml"],
];
/** Variables that reach the program or the CLI. */
const VARIABLES = /^(DSMIL|PULUMI)_/;

const recordOf = (root: string): string => join(root, ".dsmil/last-deployment.json");
const stateOf = (root: string, stack: string): string =>
  join(root, ".dsmil/state/.pulumi/stacks/dsmil", `${stack}.json`);

/**
 * Whether the stacks would declare today just what the last complete `up` declared, and their states are still what it
 * left: then a look at the nodes alone tells whether there is anything to do. Only known with the project's own backend;
 * `false` where in doubt.
 */
export function isDeployed(root: string, model: Model): boolean {
  const now = fingerprint(root, model);
  if (now === undefined) return false;
  try {
    return readFileSync(recordOf(root), "utf8") === now;
  } catch {
    return false;
  }
}

/** Remembers, after an `up` of every stack, what it declared. */
export function recordDeployment(root: string, model: Model): void {
  const now = fingerprint(root, model);
  if (now === undefined) return;
  mkdirSync(dirname(recordOf(root)), { recursive: true });
  writeFileSync(recordOf(root), now, { mode: 0o600 });
}

function fingerprint(root: string, model: Model): string | undefined {
  const stacks = model.nodes.map(({ id }) => stateOf(root, id));
  if (process.env.PULUMI_BACKEND_URL || !stacks.every((file) => existsSync(file))) return undefined;
  const declared = createHash("sha256");
  // Certificates and tokens come due with time: once a day everything is worked out anew.
  add(declared, new Date().toISOString().slice(0, "2026-01-31".length));
  add(declared, JSON.stringify(model), JSON.stringify([...imageTags(root)]));
  for (const file of globSync(SOURCES, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    add(declared, path, readFileSync(path, "latin1"));
  }
  for (const [name, value] of Object.entries(process.env).sort())
    if (VARIABLES.test(name)) add(declared, name, value ?? "");
  const states = createHash("sha256");
  for (const file of stacks) add(states, readFileSync(file, "latin1"));
  return JSON.stringify({ declared: declared.digest("hex"), states: states.digest("hex") });
}

function add(hash: Hash, ...parts: readonly string[]): void {
  for (const part of parts) hash.update(`${part.length}:`).update(part);
}
