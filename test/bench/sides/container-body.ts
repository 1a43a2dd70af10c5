import { SERVICE_UID } from "../../../infra/components/service-container.ts";
import { NETWORK, type Placed, type Workload } from "../workload.ts";

/** The parts of the engine's answer that are looked at. */
export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Config: { readonly Env: readonly string[]; readonly Image: string };
  readonly State: { readonly Running: boolean };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

const SECOND = 1_000_000_000;
const MIB = 1024 * 1024;

export const envOf = ({ plan }: Placed): string[] => Object.entries(plan.env).map(([key, value]) => `${key}=${value}`);

/** Whether a container is what the workload says, as far as the workload ever differs. */
export function sameContainer(found: Inspected | undefined, placed: Placed, { image }: Workload): boolean {
  if (found === undefined || !found.State.Running || found.Config.Image !== image) return false;
  return envOf(placed).every((line) => found.Config.Env.includes(line));
}

/** Body of POST /containers/create: the same as infra/components/service-container.ts asks of the provider. */
export function containerBody(placed: Placed, { image }: Workload): unknown {
  const { plan } = placed;
  return {
    Image: image,
    Hostname: plan.name,
    User: `${SERVICE_UID}:${SERVICE_UID}`,
    Env: envOf(placed),
    Labels: plan.labels,
    StopTimeout: plan.stopSeconds,
    Healthcheck: {
      Test: ["CMD", ...plan.health.argv],
      Interval: 15 * SECOND,
      Timeout: 5 * SECOND,
      Retries: 3,
      StartPeriod: 5 * SECOND,
    },
    HostConfig: {
      Init: true,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      RestartPolicy: { Name: "always" },
      Memory: plan.memoryMiB * MIB,
      MemorySwap: plan.memoryMiB * MIB,
      NanoCpus: plan.cpus * SECOND,
      NetworkMode: NETWORK,
      Mounts: plan.mounts.map(({ type, source, target, readOnly }) => ({
        Type: type,
        Source: source,
        Target: target,
        ReadOnly: readOnly,
      })),
      LogConfig: { Type: "json-file", Config: { tag: plan.logTag, "max-size": "10m", "max-file": "3" } },
    },
    NetworkingConfig: { EndpointsConfig: { [NETWORK]: {} } },
  };
}
