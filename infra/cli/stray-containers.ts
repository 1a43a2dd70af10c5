import { readAccess } from "../access/access.ts";
import { connect, type NodeConnection } from "../access/connection.ts";
import { UserError } from "./errors.ts";
import type { PulumiRun } from "./pulumi.ts";
import { type StackState, stackState } from "./stack-state.ts";

const IN_USE = /The container name "\/[\w.-]+" is already in use by container "[0-9a-f]{64}"/;

/** Pulumi warns so of operations that the state has as begun. */
const PENDING = /\d+ pending operations? from previous deployment/;

/**
 * Whether an update met what a run that was killed had left: operations that it began and whose end it did not learn, or
 * a container in the way of one with its name.
 */
export function metInterruptedRun({ stdout, stderr }: PulumiRun): boolean {
  return [IN_USE, PENDING].some((sign) => sign.test(stdout + stderr));
}

/** Those of an engine's containers that no resource of the stack's state is. */
export function strays(ids: readonly string[], { resources }: StackState): string[] {
  const known = new Set(resources.map(({ id }) => id));
  return ids.filter((id) => !known.has(id));
}

/**
 * Removes containers with the label of this node that its stack does not know: the engine made them, and the run that
 * asked for them died before it was told. What a service keeps is in volumes and stays.
 * @returns the names of those removed
 * @throws UserError when the engine does not list or remove them
 */
export async function removeStrays(root: string, stack: string): Promise<string[]> {
  const state = await stackState(root, stack);
  if (state === undefined) return [];
  const connection = await connect(readAccess(root, stack));
  const list = ["docker", "container", "ls", "--all", "--quiet", "--no-trunc", "--filter", `label=dsmil.node=${stack}`];
  const { code, stdout, stderr } = await connection.exec(list, { timeoutMs: 20_000 });
  if (code !== 0) throw new UserError(`node ${stack}: its containers cannot be listed: ${stderr.trim()}`, REMEDY);
  const removed: string[] = [];
  for (const id of strays(stdout.split("\n").filter(Boolean), state)) {
    removed.push(await remove(connection, stack, id));
  }
  return removed;
}

async function remove(connection: NodeConnection, stack: string, id: string): Promise<string> {
  const named = await connection.exec(["docker", "container", "inspect", "-f", "{{.Name}}", id], { timeoutMs: 20_000 });
  const name = named.stdout.trim().replace(/^\//, "") || id;
  const { code, stderr } = await connection.exec(["docker", "rm", "-f", id], { timeoutMs: 60_000 });
  // One that its own removal has meanwhile taken away is what was wanted.
  if (code === 0 || /no such container/i.test(stderr)) return name;
  throw new UserError(`node ${stack}: ${name}, which an interrupted run left, stays: ${stderr.trim()}`, REMEDY);
}

const REMEDY = "see to that node's engine and run the same command again";
