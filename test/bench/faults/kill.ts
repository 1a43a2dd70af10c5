import { readAccess } from "../../../infra/access/access.ts";
import { connect } from "../../../infra/access/connection.ts";
import { collectStatus } from "../../../infra/cli/status/collect.ts";
import type { Fleet } from "../../../infra/cli/stores/fleet.ts";
import type { Faults } from "../../../infra/lab/break.ts";
import { healthyAgain, running } from "./container-health.ts";
import { crashCommand } from "./crash-command.ts";
import { type Recovery, recovery } from "./recovery.ts";
import type { Signs } from "./signs.ts";
import type { Target } from "./targets.ts";

/** Longest that a container or a node may take to come back, milliseconds. */
const CONTAINER_MS = 90_000;
const NODE_MS = 180_000;
const KILL_MS = 15_000;

/** Kills one container's main process with SIGKILL and times its return. */
export async function killContainer(
  fleet: Fleet,
  signs: Signs,
  target: Target,
  signal: AbortSignal,
): Promise<Recovery> {
  const { root } = fleet;
  const { container, sign } = target;
  const { pid } = await running(root, container);
  const connection = await connect(readAccess(root, container.node));
  const { code, stderr } = await connection.exec(crashCommand(container.name), { timeoutMs: KILL_MS });
  if (code !== 0) throw new Error(`${container.name} could not be killed: ${stderr.trim()}`);
  const flowing = sign === "none" ? null : signs.of(sign);
  const healthy = () => healthyAgain(root, container, pid);
  return recovery(container.name, { healthy, flowing, sparing: sign !== "event" }, CONTAINER_MS, signal);
}

/** Kills one of the lab's machines, holds it down for a while, starts it and times its return from the start on. */
export async function killNode(
  fleet: Fleet,
  signs: Signs,
  { node, lab, down }: { readonly node: string; readonly lab: Faults; readonly down: () => Promise<void> },
  signal: AbortSignal,
): Promise<Recovery> {
  await lab.killMachine(node);
  try {
    await down();
  } finally {
    await lab.startMachine(node);
  }
  const healthy = async (): Promise<boolean> => {
    const { services, nodes } = await collectStatus(fleet.root, fleet.model);
    const well = services.every((one) => one.node !== node || one.health === "healthy");
    return well && nodes.every(({ reachable }) => reachable);
  };
  return recovery(
    `${node}, the whole machine`,
    { healthy, flowing: signs.of("event"), sparing: false },
    NODE_MS,
    signal,
  );
}
