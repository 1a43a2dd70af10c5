import { tryDocker } from "./docker.ts";
import { LAB_LABEL, LAB_ROOT_LABEL, type Machine } from "./spec.ts";

/** A machine as the engine has it. */
export interface MachineState {
  readonly status: "missing" | "running" | "paused" | "stopped" | "unfinished";
  /** Image reference it was made from. */
  readonly image?: string;
  /** Loopback port that leads to its sshd. */
  readonly port?: number;
  /** ISO 8601. */
  readonly startedAt?: string;
  /** Names of the networks it is on. */
  readonly networks: readonly string[];
  /** Lab (network name) and project folder it belongs to, by its labels. */
  readonly lab?: string;
  readonly root?: string;
}

interface ContainerInfo {
  readonly State: { readonly Status: string; readonly StartedAt: string };
  readonly Config: { readonly Image: string; readonly Labels?: Readonly<Record<string, string>> | null };
  readonly HostConfig: { readonly PortBindings?: Readonly<Record<string, readonly { HostPort: string }[]>> | null };
  readonly NetworkSettings: { readonly Networks?: Readonly<Record<string, unknown>> | null };
}

/** Asks the engine about one machine. */
export async function inspectMachine(machine: Pick<Machine, "name">): Promise<MachineState> {
  const { code, stdout, stderr } = await tryDocker(["container", "inspect", machine.name]);
  if (code !== 0) {
    if (/no such container/i.test(stderr)) return { status: "missing", networks: [] };
    throw new Error(`cannot ask the engine about ${machine.name}: ${stderr.trim()}`);
  }
  const info = (JSON.parse(stdout) as ContainerInfo[])[0];
  if (info === undefined) return { status: "missing", networks: [] };
  const port = Number(info.HostConfig.PortBindings?.["22/tcp"]?.[0]?.HostPort ?? Number.NaN);
  const labels = info.Config.Labels ?? {};
  return {
    status: statusOf(info.State.Status),
    image: info.Config.Image,
    startedAt: info.State.StartedAt,
    networks: Object.keys(info.NetworkSettings.Networks ?? {}),
    ...(Number.isNaN(port) ? {} : { port }),
    ...(labels[LAB_LABEL] === undefined ? {} : { lab: labels[LAB_LABEL] }),
    ...(labels[LAB_ROOT_LABEL] === undefined ? {} : { root: labels[LAB_ROOT_LABEL] }),
  };
}

/** Whose machine it is, if not this lab's: what to tell people. */
export function foreignMachine(name: string, state: MachineState, lab: string, root: string): string | undefined {
  if (state.status === "missing") return undefined;
  if (state.lab !== lab) {
    return `a container named ${name} exists and is not part of this lab. Rename or remove it: docker rm -f ${name}`;
  }
  if (state.root === undefined || state.root === root) return undefined;
  return (
    `the lab on this engine (${name}) belongs to ${state.root}. Use it from there, or remove it there with all its data: ` +
    `bin/dsmil lab destroy (here, once that folder is gone or the engine was stopped: with --stale)`
  );
}

function statusOf(status: string): MachineState["status"] {
  if (status === "running" || status === "restarting") return "running";
  if (status === "paused") return "paused";
  // Interrupted between creation and first start: it may lack its key.
  return status === "created" || status === "removing" ? "unfinished" : "stopped";
}
