import { tryDocker } from "./docker.ts";
import { inspectMachine, type MachineState } from "./inspect.ts";
import type { LabSpec, Machine } from "./spec.ts";

/** One machine for a table. */
export interface MachineStatus extends Machine {
  /** `cut`: it runs, but is off the lab's network. */
  readonly status: MachineState["status"] | "cut";
  readonly image?: string;
  /** ISO 8601, of a running machine. */
  readonly startedAt?: string;
  /** Version of its own engine; absent when that does not answer. */
  readonly engine?: string;
  /** Whether it runs, is on its network, and its engine answers. */
  readonly running: boolean;
  /** The same in words: `running at 172.20.0.10 for 2 h, engine 20.10.24`. */
  readonly detail: string;
}

/** The lab's machines as they are now; changes nothing. */
export function labStatus(spec: LabSpec): Promise<MachineStatus[]> {
  return Promise.all(spec.machines.map((machine) => machineStatus(spec, machine)));
}

async function machineStatus(spec: LabSpec, machine: Machine): Promise<MachineStatus> {
  const state = await inspectMachine(machine);
  const cut = state.status === "running" && !state.networks.includes(spec.network);
  const image = state.image === undefined ? {} : { image: state.image };
  if (state.status !== "running") {
    return { ...machine, ...image, status: state.status, running: false, detail: DETAILS[state.status] };
  }
  const asked = ["exec", machine.name, "docker", "version", "--format", "{{.Server.Version}}"];
  const { code, stdout } = await tryDocker(asked, { timeoutMs: 5_000 });
  const up = state.startedAt === undefined ? "" : ` for ${duration(Date.now() - Date.parse(state.startedAt))}`;
  const engine = code === 0 ? `engine ${stdout.trim()}` : "its engine does not answer";
  return {
    ...machine,
    ...image,
    status: cut ? "cut" : "running",
    running: !cut && code === 0,
    detail: `${cut ? "running, but cut from the lab's network" : `running at ${machine.address}`}${up}, ${engine}`,
    ...(state.startedAt === undefined ? {} : { startedAt: state.startedAt }),
    ...(code === 0 ? { engine: stdout.trim() } : {}),
  };
}

const DETAILS = {
  missing: `missing; "bin/dsmil lab create" makes it`,
  stopped: `stopped; "bin/dsmil lab create" starts it`,
  paused: `paused; "bin/dsmil lab create" resumes it`,
  unfinished: `half made; "bin/dsmil lab create" makes it anew`,
} as const;

function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}
