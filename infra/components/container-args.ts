import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type * as model from "../model/types.ts";

/** What a container needs beyond its resolved plan. */
export interface ServiceContainerArgs {
  /** The container as the model resolved it. */
  readonly plan: model.Container;
  readonly fleet: model.Fleet;
  /** Names every container can resolve. */
  readonly hosts: readonly model.HostEntry[];
  /** Address that published ports are bound to. */
  readonly address: string;
  /** Image reference with its content tag, known to be on the node. */
  readonly image: pulumi.Input<string>;
  /** Ids of further groups on the node whose files it may use. */
  readonly groups?: pulumi.Input<string[]>;
}

/** The docker provider's arguments for one container; every value the engine would fill in by itself is stated. */
export function containerArgs({
  plan,
  fleet,
  hosts,
  address,
  image,
  groups,
}: ServiceContainerArgs): docker.ContainerArgs {
  return {
    name: plan.name,
    image,
    hostname: plan.name,
    user: plan.user,
    ...(groups && { groupAdds: groups }),
    ...(plan.devices.length > 0 && { devices: plan.devices.map((path) => ({ hostPath: path, containerPath: path })) }),
    ...(plan.command.length > 0 && { command: [...plan.command] }),
    init: true,
    readOnly: true,
    privileged: false,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    restart: "always",
    mustRun: true,
    start: true,
    // Readiness is the health gate's business: it polls, where the engine would wait a whole check interval.
    wait: false,
    memory: plan.memoryMiB,
    // Stated, as the engine doubles it otherwise and every preview would show that.
    memorySwap: plan.memoryMiB,
    cpus: decimal(plan.cpus),
    envs: Object.entries(plan.env)
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
    labels: Object.entries(plan.labels)
      .map(([label, value]) => ({ label, value }))
      .sort((a, b) => (a.label < b.label ? -1 : 1)),
    hosts: hosts.map(({ host, ip }) => ({ host, ip })),
    ...networkArgs(plan, address),
    mounts: plan.mounts.map(({ type, source, target, readOnly }) => ({ type, source, target, readOnly })),
    tmpfs: { ...plan.tmpfs },
    logDriver: fleet.logDriver,
    logOpts: logOptions(fleet.logDriver, plan.logTag),
    healthcheck: {
      tests: ["CMD", ...plan.health.argv],
      // Each check starts a process in the container, some 80 ms of a core; Prometheus sees sooner what does not answer.
      interval: "30s",
      timeout: "5s",
      retries: 2,
      startPeriod: "5s",
    },
    stopTimeout: plan.stopSeconds,
    destroyGraceSeconds: plan.stopSeconds,
  };
}

function networkArgs(plan: model.Container, address: string) {
  // Neither networks nor ports: the engine refuses them beside this mode, and reads none back.
  if (plan.networkMode === "host") return { networkMode: "host" };
  return {
    // The provider leaves this network again before the start and joins those below; were one of them named here, the
    // engine would attach it at once and without its fixed address.
    networkMode: "bridge",
    networksAdvanced: plan.networks.map(({ id, ipv4 }) => ({ name: id, ...(ipv4 && { ipv4Address: ipv4 }) })),
    ports: plan.publish.map(({ internal, external, protocol }) => ({ internal, external, protocol, ip: address })),
  };
}

/** As the provider reads it back: whole numbers carry a `.0`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function logOptions(driver: model.Fleet["logDriver"], tag: string): Record<string, string> {
  return driver === "journald" ? { tag } : { tag, "max-size": "10m", "max-file": "3" };
}
