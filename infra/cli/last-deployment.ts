import { createHash, type Hash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
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

/** What an `up` leaves behind. */
interface Deployment {
  /** Certificates and tokens come due with time: once a day everything is worked out anew. */
  readonly day: string;
  readonly declared: string;
  readonly states: string;
}

/**
 * Whether the stacks would declare today just what the last complete `up` declared, and their states are still what it
 * left: then a look at the nodes alone tells whether there is anything to do. Only known with the project's own backend;
 * `false` where in doubt.
 */
export function isDeployed(root: string, model: Model): boolean {
  const [now, then] = [deployment(root, model), recorded(root)];
  return now !== undefined && isUnchanged(now, then) && now.day === then?.day;
}

/** Whether nothing was edited since the last complete `up`, however long ago that was; `false` where in doubt. */
export function isUnedited(root: string, model: Model): boolean {
  const now = deployment(root, model);
  return now !== undefined && isUnchanged(now, recorded(root));
}

/** Remembers, after an `up` of every stack, what it declared. */
export function recordDeployment(root: string, model: Model): void {
  const now = deployment(root, model);
  if (now === undefined) return;
  mkdirSync(dirname(recordOf(root)), { recursive: true });
  writeFileSync(recordOf(root), JSON.stringify(now), { mode: 0o600 });
}

/** SHA-256 (hex) over everything that decides what the stacks declare, but the time. */
export function declaredDigest(root: string, model: Model): string {
  const declared = createHash("sha256");
  add(declared, JSON.stringify(model), JSON.stringify([...imageTags(root)]));
  for (const file of globSync(SOURCES, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    const text = readFileSync(path, "latin1");
    add(declared, path, /^Pulumi.*\.yaml$/.test(file.name) ? withoutSalt(text) : text);
  }
  for (const [name, value] of Object.entries(process.env).sort())
    if (VARIABLES.test(name)) add(declared, name, value ?? "");
  return declared.digest("hex");
}

function deployment(root: string, model: Model): Deployment | undefined {
  const stacks = model.nodes.map(({ id }) => stateOf(root, id));
  if (process.env.PULUMI_BACKEND_URL || !stacks.every((file) => existsSync(file))) return undefined;
  const states = createHash("sha256");
  for (const file of stacks) add(states, readFileSync(file, "latin1"));
  return {
    day: new Date().toISOString().slice(0, "2026-01-31".length),
    declared: declaredDigest(root, model),
    states: states.digest("hex"),
  };
}

function recorded(root: string): Partial<Deployment> | undefined {
  try {
    return JSON.parse(readFileSync(recordOf(root), "utf8")) as Partial<Deployment>;
  } catch {
    return undefined;
  }
}

const isUnchanged = (now: Deployment, then: Partial<Deployment> | undefined): boolean =>
  now.declared === then?.declared && now.states === then.states;

/** A stack's settings; Pulumi itself adds the salt of its secrets when it makes the stack. */
function withoutSalt(text: string): string {
  try {
    const { encryptionsalt: _, ...settings } = parse(text) as Record<string, unknown>;
    return JSON.stringify(settings);
  } catch {
    return text;
  }
}

function add(hash: Hash, ...parts: readonly string[]): void {
  for (const part of parts) hash.update(`${part.length}:`).update(part);
}
