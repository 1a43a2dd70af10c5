import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LAB_ACCESS_FILE } from "../access/access.ts";
import { Semaphore } from "../access/semaphore.ts";
import { tryDocker } from "./docker.ts";
import { type Endpoint, waitForMachine } from "./endpoint.ts";
import { findEngine } from "./engine.ts";
import { foreignMachine, inspectMachine } from "./inspect.ts";
import { ensureLabKey, LAB_KEY_FILE } from "./keys.ts";
import { ensureMachine, type MachineChange } from "./machine.ts";
import { ensureNetwork } from "./network.ts";
import type { Progress } from "./run.ts";
import type { LabSpec, Machine } from "./spec.ts";

/** A lab that is up. */
export interface Lab {
  readonly machines: readonly (Machine & { readonly endpoint: Endpoint; readonly change: MachineChange })[];
  /** What people should know: a machine that came back empty, one that runs an older image. */
  readonly notes: readonly string[];
}

/** Machines brought up at the same time. */
const AT_ONCE = 4;

/**
 * Brings the lab's network and machines up and writes `.dsmil/access.json`. What is there already stays as it is;
 * what is stopped, paused, cut off or missing comes back. Can be interrupted and run again.
 * @throws Error naming each machine that does not come up.
 */
export async function createLab(spec: LabSpec, progress: Progress = () => undefined): Promise<Lab> {
  const state = await findEngine(spec.root);
  if (state.engine === undefined) throw new Error(`${state.problem}; the lab's machines run on it`);
  const { cgroupVersion } = state.engine;
  await refuseForeign(spec);
  if ((await tryDocker(["image", "inspect", spec.image])).code !== 0) {
    throw new Error(`the image ${spec.image} is not on the engine: build it first (bin/dsmil up does)`);
  }
  const publicKey = await ensureLabKey(spec.root);
  await ensureNetwork(spec);
  const known = knownNodes(spec.root);
  const turns = new Semaphore(AT_ONCE);
  const outcomes = await Promise.allSettled(
    spec.machines.map((machine) =>
      turns.use(async () => {
        const change = await ensureMachine(spec, machine, publicKey, cgroupVersion, known.includes(machine.node));
        if (change !== "none") progress(`${machine.node}: ${change}; waiting for its SSH server and engine`);
        const endpoint = await waitForMachine(machine);
        progress(`${machine.node}: ready at ${endpoint.host}:${endpoint.port}`);
        return { ...machine, endpoint, change };
      }),
    ),
  );
  const failures = outcomes.flatMap((one) => (one.status === "rejected" ? [(one.reason as Error).message] : []));
  if (failures.length > 0) throw new Error(failures.join("\n"));
  const machines = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  writeAccess(spec.root, machines);
  return { machines, notes: await notes(spec, machines) };
}

async function refuseForeign(spec: LabSpec): Promise<void> {
  for (const machine of spec.machines) {
    const foreign = foreignMachine(machine.name, await inspectMachine(machine), spec.network, spec.root);
    if (foreign !== undefined) throw new Error(foreign);
  }
}

async function notes(spec: LabSpec, machines: Lab["machines"]): Promise<string[]> {
  const texts: string[] = [];
  for (const { node, name, change } of machines) {
    if (change === "remade")
      texts.push(`${node} was missing; it was made anew on its disks, its containers start again`);
    if (change === "remade empty") {
      texts.push(`${node} and its disks were missing; it was made anew and empty: its containers and data are gone`);
    }
    const { image } = await inspectMachine({ name });
    if (image !== spec.image) {
      texts.push(`${node} runs the older image ${image}; "bin/dsmil lab destroy" and "up" give it ${spec.image}`);
    }
  }
  return texts;
}

function knownNodes(root: string): string[] {
  try {
    return Object.keys(JSON.parse(readFileSync(join(root, LAB_ACCESS_FILE), "utf8")) as object);
  } catch {
    return [];
  }
}

function writeAccess(root: string, machines: Lab["machines"]): void {
  const path = join(root, LAB_ACCESS_FILE);
  const entries = machines.map(({ node, endpoint }) => [
    node,
    { ssh: `root@${endpoint.host}:${endpoint.port}`, hostKey: endpoint.hostKey, identityFile: LAB_KEY_FILE },
  ]);
  const content = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
  if (existsSync(path) && readFileSync(path, "utf8") === content) return;
  mkdirSync(join(root, ".dsmil"), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, content, { mode: 0o600 });
  renameSync(`${path}.${process.pid}`, path);
}
