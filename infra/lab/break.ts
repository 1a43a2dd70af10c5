import { docker, tryDocker } from "./docker.ts";
import { type Endpoint, waitForMachine } from "./endpoint.ts";
import { ENGINE_HOLD } from "./machine.ts";
import type { LabSpec, Machine } from "./spec.ts";

/** Faults of a lab, for drills and tests. Each takes a node id; each has its counterpart. */
export interface Faults {
  /** Power off without warning. */
  killMachine(node: string): Promise<void>;
  /** Power on; returns when SSH and engine answer. */
  startMachine(node: string): Promise<Endpoint>;
  /** Stops the node's engine and with it its containers, and holds it down. */
  stopEngine(node: string): Promise<void>;
  startEngine(node: string): Promise<Endpoint>;
  /** Crash of the node's engine; the machine starts it again by itself. */
  killEngine(node: string): Promise<void>;
  /** Everything on the node stands still, its connections stay open. */
  pause(node: string): Promise<void>;
  resume(node: string): Promise<void>;
  /** Off the network: packets to and from it vanish. */
  cut(node: string): Promise<void>;
  heal(node: string): Promise<Endpoint>;
}

/** The faults of one lab. @throws Error (each) for a node that the lab does not have. */
export function faults(spec: LabSpec): Faults {
  const find = (node: string): Machine => {
    const machine = spec.machines.find((one) => one.node === node);
    if (machine !== undefined) return machine;
    throw new Error(`the lab has no ${node}; it has ${spec.machines.map((one) => one.node).join(", ")}`);
  };
  const inside = (node: string, script: string): Promise<string> =>
    docker(["exec", find(node).name, "sh", "-c", script], { timeoutMs: 60_000 });
  const ready = (node: string): Promise<Endpoint> => waitForMachine(find(node));
  return {
    killMachine: async (node) => void (await docker(["kill", find(node).name])),
    startMachine: async (node) => {
      await docker(["start", find(node).name]);
      return ready(node);
    },
    stopEngine: async (node) => {
      await inside(node, `mkdir -p /run/lab && touch ${ENGINE_HOLD} && ${signalEngine("TERM")}`);
      await untilSilent(find(node));
    },
    startEngine: async (node) => {
      await inside(node, `rm -f ${ENGINE_HOLD}`);
      return ready(node);
    },
    killEngine: async (node) => void (await inside(node, signalEngine("KILL"))),
    pause: async (node) => void (await docker(["pause", find(node).name])),
    resume: async (node) => void (await docker(["unpause", find(node).name])),
    cut: async (node) => void (await docker(["network", "disconnect", "--force", spec.network, find(node).name])),
    heal: async (node) => {
      const machine = find(node);
      await docker(["network", "connect", "--ip", machine.address, spec.network, machine.name]);
      return ready(node);
    },
  };
}

function signalEngine(signal: string): string {
  return `{ [ ! -e /run/docker.pid ] || kill -${signal} "$(cat /run/docker.pid)"; }`;
}

async function untilSilent(machine: Machine): Promise<void> {
  const deadline = Date.now() + 45_000;
  while (Date.now() < deadline) {
    const asked = await tryDocker(["exec", machine.name, "sh", "-c", "[ ! -e /run/docker.pid ]"], {
      timeoutMs: 10_000,
    });
    if (asked.code === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the engine of ${machine.node} does not stop`);
}
