import { dsmil, type Run, root, run } from "./dsmil.ts";

export interface ServiceStatus {
  readonly name: string;
  readonly tenant?: string;
  readonly node: string;
  readonly health: string;
  readonly containerId: string;
  readonly startedAt: string;
  readonly restarts: number;
}

export interface FleetStatus {
  readonly healthy: boolean;
  readonly nodes: readonly { readonly id: string; readonly reachable: boolean; readonly cause?: string }[];
  readonly tenants: readonly { readonly id: string; readonly services: number; readonly healthy: number }[];
  readonly services: readonly ServiceStatus[];
}

/** `dsmil status --json`, whatever its exit code. */
export async function fleetStatus(): Promise<FleetStatus> {
  const { stdout, stderr } = await dsmil("status", "--json");
  if (stdout === "") throw new Error(`dsmil status printed nothing: ${stderr}`);
  return JSON.parse(stdout) as FleetStatus;
}

/** Polls until everything is healthy; fails with what is not. */
export async function untilHealthy(seconds = 90): Promise<FleetStatus> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const status = await fleetStatus();
    if (status.healthy) return status;
    if (Date.now() > deadline) {
      const bad = status.services.filter((s) => s.health !== "healthy");
      throw new Error(`not healthy after ${seconds} s: ${JSON.stringify(bad, null, 1)}`);
    }
    await new Promise((r) => setTimeout(r, 1000));
  }
}

/** Identity and start time of every container, to prove that nothing touched them. */
export function fingerprints(
  status: FleetStatus,
  keep: (s: ServiceStatus) => boolean = () => true,
): Map<string, string> {
  return new Map(status.services.filter(keep).map((s) => [s.name, `${s.containerId} ${s.startedAt} ${s.restarts}`]));
}

/** Runs a command on a lab machine over SSH, as an operator does. */
export function onNode(node: string, ...argv: string[]): Promise<Run> {
  return run("ssh", ["-F", `${root}/.dsmil/ssh/config`, node, ...argv.map((a) => `'${a.replaceAll("'", `'\\''`)}'`)]);
}

/** The same, failing with what it printed. */
export async function onNodeOk(node: string, ...argv: string[]): Promise<string> {
  const result = await onNode(node, ...argv);
  if (result.code !== 0) throw new Error(`${node}: ${argv.join(" ")} exited ${result.code}: ${result.stderr}`);
  return result.stdout;
}
