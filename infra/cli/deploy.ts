import { probeNodes } from "../access/probe.ts";
import type { Model, Node } from "../model/types.ts";
import { UserError } from "./errors.ts";
import { ensureStack, pulumi, tail } from "./pulumi.ts";

/** What one stack's update did. */
export interface StackResult {
  readonly stack: string;
  /** Pulumi's own words: `+ 41 created`, `12 unchanged`. */
  readonly changes: string;
}

/** Order of the roles: data first, as everything reads its outputs. */
const ROLE_ORDER: readonly Node["role"][] = ["data", "soc", "ai"];

/** The nodes in the order their stacks are deployed; destroying goes the other way. */
export function deploymentOrder(model: Model): Node[] {
  return [...model.nodes].sort((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role));
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

export interface DeployOptions {
  readonly refresh: boolean;
  /** Tenants whose data may be dropped by this run. */
  readonly drop: readonly string[];
}

/** `pulumi up` of one stack. */
export async function deployStack(
  root: string,
  stack: string,
  { refresh, drop }: DeployOptions,
  step: (message: string) => void,
): Promise<StackResult> {
  await ensureStack(root, stack);
  let done = 0;
  const onLine = (line: string): void => {
    const match =
      /^\s*[@+\-~=]*\s*(?:@ updating|[+~-]{0,2}\s*)(\S+:\S+:\S+)\s+(\S+)\s+(created|creating|updating|updated|deleting|deleted|replac\w+)/.exec(
        line,
      );
    if (match === null) return;
    if (/ed$/.test(match[3] ?? "")) done += 1;
    step(`${done} done · ${match[2]} ${match[3]}`);
  };
  const args = [
    "up",
    "--stack",
    stack,
    "--yes",
    "--skip-preview",
    "--parallel",
    "16",
    ...(refresh ? ["--refresh"] : []),
  ];
  const run = await pulumi(root, args, { onLine, env: dropEnv(drop) });
  if (run.code !== 0) {
    throw new UserError(
      `node ${stack}: pulumi up failed\n${tail(run)}`,
      "mend what is named above and run the same command again: it continues from here",
    );
  }
  return { stack, changes: changes(run.stdout) };
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
