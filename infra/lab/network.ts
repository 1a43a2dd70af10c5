import { describeConflict, networkSubnet, subnetConflicts, usedSubnets } from "./conflicts.ts";
import { docker, tryDocker } from "./docker.ts";
import { LAB_LABEL, type LabSpec } from "./spec.ts";

/**
 * The bridge network the machines stand on.
 * @throws Error when its addresses are taken, or a network of that name has others.
 */
export async function ensureNetwork(spec: LabSpec): Promise<void> {
  const present = await networkSubnet(spec.network);
  if (present === spec.subnet) return;
  if (present !== undefined) {
    throw new Error(
      `the network ${spec.network} exists with the subnet ${present}, the nodes need ${spec.subnet}. ` +
        `Remove the old lab first: bin/dsmil lab destroy`,
    );
  }
  const taken = subnetConflicts(spec.subnet, await usedSubnets(spec.network))[0];
  if (taken !== undefined) throw new Error(describeConflict(spec, taken));
  const range = ["--subnet", spec.subnet, "--gateway", spec.gateway];
  const made = await tryDocker([
    "network",
    "create",
    "--driver",
    "bridge",
    ...range,
    "--label",
    `${LAB_LABEL}=${spec.network}`,
    spec.network,
  ]);
  if (made.code !== 0 && !/already exists/.test(made.stderr)) {
    throw new Error(`cannot make the network ${spec.network} (${spec.subnet}): ${made.stderr.trim()}`);
  }
}

/** Removes the network; "already gone" is success. */
export async function removeNetwork(network: string): Promise<void> {
  if ((await networkSubnet(network)) !== undefined) await docker(["network", "rm", network]);
}
