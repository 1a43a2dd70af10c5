import { probeNodes } from "../access/probe.ts";
import type { Model, Node } from "../model/types.ts";
import { removeDeadLocks } from "./dead-locks.ts";
import { UserError } from "./errors.ts";
import { settlePendingOperations } from "./pending-operations.ts";
import { POLICY_PACK } from "./policy-pack.ts";
import { ensureStack, pulumi, tail } from "./pulumi.ts";
import { metInterruptedRun, removeStrays } from "./stray-containers.ts";

/** What one stack's update did. */
export interface StackResult {
  readonly stack: string;
  /** Pulumi's own words: `+ 41 created`, `12 unchanged`; and what a killed run may have left. */
  readonly changes: string;
}

/** Order of the roles: data first, as everything reads its outputs. */
const ROLE_ORDER: readonly Node["role"][] = ["data", "soc", "ai"];

/** The nodes in the order their stacks are deployed; destroying goes the other way. */
export function deploymentOrder(model: Model): Node[] {
  return [...model.nodes].sort((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role));
}

/** Nodes whose stacks need nothing of each other and are deployed at the same time, stage by stage. */
export function deploymentStages(model: Model): Node[][] {
  const first = (node: Node): boolean => node.role === "data";
  const nodes = deploymentOrder(model);
  return [nodes.filter(first), nodes.filter((node) => !first(node))].filter((stage) => stage.length > 0);
}

/** Stops with the name and the cause of every node that cannot be reached; a plan without it would look whole. */
export async function requireNodes(root: string, nodes: readonly Node[]): Promise<void> {
  const away = (
    await probeNodes(
      root,
      nodes.map((n) => n.id),
    )
  ).filter((p) => !p.ok);
  if (away.length === 0) return;
  throw new UserError(
    `${away.map((p) => `node ${p.node} cannot be reached: ${p.problem ?? "no answer"}`).join("\n       ")}`,
    "start the machine or mend its network, then run the same command again; `bin/dsmil lab status` shows the lab's machines",
  );
}

/** How often a stack is updated again after what an interrupted run left was taken away. */
const MENDING_ROUNDS = 2;

export interface DeployOptions {
  readonly refresh: boolean;
  /** Tenants whose data may be dropped by this run. */
  readonly drop: readonly string[];
}

/**
 * `pulumi up` of several stacks at once. All come to their end, then every failure is told.
 * @param step says what is being done, with the node's name
 */
export async function deployStage(
  root: string,
  stage: readonly Node[],
  options: DeployOptions,
  step: (message: string) => void,
): Promise<StackResult[]> {
  const settled = await Promise.allSettled(
    stage.map(({ id }) => deployStack(root, id, options, (message) => step(`${id}: ${message}`))),
  );
  const failures = settled.filter((result) => result.status === "rejected").map(({ reason }) => reason as Error);
  const [failure] = failures;
  if (failure !== undefined && failures.length === 1) throw failure;
  if (failures.length > 1) {
    throw new UserError(
      failures.map(({ message }) => message).join("\n       "),
      "mend what is named above and run the same command again: it continues from here",
    );
  }
  return settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** Whether every node is as its stack's state says; asks the nodes, changes nothing. */
export async function matchesState(
  root: string,
  nodes: readonly Node[],
  step: (message: string) => void,
): Promise<boolean> {
  const runs = await Promise.all(
    nodes.map(async ({ id }) => {
      removeDeadLocks(root, id);
      const run = await pulumi(root, ["refresh", "--preview-only", "--expect-no-changes", "--stack", id]);
      step(`${id}: ${run.code === 0 ? "as it should be" : "differs"}`);
      return run;
    }),
  );
  return runs.every(({ code }) => code === 0);
}

/** `pulumi up` of one stack. */
export async function deployStack(
  root: string,
  stack: string,
  { refresh, drop }: DeployOptions,
  step: (message: string) => void,
): Promise<StackResult> {
  await ensureStack(root, stack);
  const args = ["up", "--stack", stack, "--yes", "--skip-preview", "--parallel", "16", "--policy-pack", POLICY_PACK];
  if (refresh) args.push("--refresh");
  const onLine = progress(step);
  const update = () => pulumi(root, args, { onLine, env: dropEnv(drop) });
  let run = await update();
  // Only the first of them tells: a state forgets deletions that were under way once it is written again.
  const resumes = metInterruptedRun(run);
  for (let round = 0; resumes && run.code !== 0 && !run.stopped && round < MENDING_ROUNDS; round++) {
    const removed = await removeStrays(root, stack);
    step(`again, after an interrupted run; containers that it left: ${removed.join(", ") || "none"}`);
    run = await update();
  }
  if (run.code !== 0) {
    throw new UserError(
      `node ${stack}: pulumi up failed\n${tail(run)}`,
      "mend what is named above and run the same command again: it continues from here",
    );
  }
  const open = resumes ? await settle(root, stack) : [];
  const told = open.length > 0 ? `; begun by a killed run, may be there, in no state: ${open.join(", ")}` : "";
  return { stack, changes: `${changes(run.stdout)}${told}` };
}

/** Takes away what is left of a run that was killed, now that another one has ended well; returns what a person has to. */
async function settle(root: string, stack: string): Promise<string[]> {
  await removeStrays(root, stack);
  return settlePendingOperations(root, stack);
}

/** Tells each resource that Pulumi's output says is being worked on, and how many are done. */
function progress(step: (message: string) => void): (line: string) => void {
  let done = 0;
  return (line) => {
    const match =
      /^\s*[@+\-~=]*\s*(?:@ updating|[+~-]{0,2}\s*)(\S+:\S+:\S+)\s+(\S+)\s+(created|creating|updating|updated|deleting|deleted|replac\w+)/.exec(
        line,
      );
    if (match === null) return;
    if (/ed$/.test(match[3] ?? "")) done += 1;
    step(`${done} done · ${match[2]} ${match[3]}`);
  };
}

/** The provider reads it: tenants (comma-separated) whose data may be dropped. */
export function dropEnv(drop: readonly string[]): Record<string, string> {
  return drop.length === 0 ? {} : { DSMIL_DROP_TENANTS: drop.join(",") };
}

/** The summary Pulumi prints under "Resources:". */
export function changes(stdout: string): string {
  const lines = stdout.split("\n");
  const from = lines.findIndex((line) => line.startsWith("Resources:"));
  if (from < 0) return "";
  const found: string[] = [];
  for (const line of lines.slice(from + 1)) {
    if (!line.startsWith("    ")) break;
    found.push(line.trim());
  }
  return found.join(", ");
}
