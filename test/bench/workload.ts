import type { Container, Volume } from "../../infra/model/types.ts";

/** What one side has to bring about, and how it differs from what is there. */
export interface Workload {
  /** Node ids; containers are spread over them evenly. */
  readonly nodes: readonly string[];
  /** Containers on all nodes together. */
  readonly containers: number;
  /** Value of one variable in all containers of one of the three services. */
  readonly revision: string;
  /** One more tenant: three containers with their files and volumes on the first node. */
  readonly extraTenant: boolean;
  /** Reference of the image that every container runs. */
  readonly image: string;
}

/** One container with all that belongs to it. */
export interface Placed {
  readonly plan: Container;
  readonly volume: Volume;
  /** Folder on the node that is mounted into it, and the files there: name → content. */
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
  /** Containers of one tenant become ready together. */
  readonly tenant: string;
}

/** Everything the benchmark makes on a node carries this prefix. */
export const PREFIX = "bench-";
export const NETWORK = "bench-net";
/** Parent of every file on a node. */
export const FOLDER = "/etc/dsmil/bench";
export const PORT = 8080;
export const HEALTH_ARGV = ["/bin/busybox", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${PORT}/healthz`];
/** The subnet of the benchmark's network, on every node the same: nodes do not see each other's. */
export const SUBNET = "10.219.7.0/24";

const SERVICES = ["one", "two", "three"] as const;
/** The service whose variable changes with the workload's revision. */
const CHANGED = SERVICES[0];

/** What is to run on one node. Pure: every side makes the same from it. */
export function onNode(workload: Workload, node: string): Placed[] {
  const at = workload.nodes.indexOf(node);
  const share = Math.floor(workload.containers / workload.nodes.length);
  const count = share + (at < workload.containers % workload.nodes.length ? 1 : 0);
  const placed = Array.from({ length: count }, (_, i) => {
    // Shifted by node, so that every service has a third of the containers.
    const service = SERVICES[(i + at) % SERVICES.length] as string;
    return place(workload, node, `${at}${Math.floor(i / SERVICES.length)}`, service);
  });
  if (!workload.extraTenant || at !== 0) return placed;
  return [...placed, ...SERVICES.map((service) => place(workload, node, "extra", service))];
}

function place({ revision }: Workload, node: string, tenant: string, service: string): Placed {
  const name = `${PREFIX}${service}-${tenant}`;
  const volume = `${name}-data`;
  const folder = `${FOLDER}/${name}`;
  const env = { SERVICE: service, TENANT_ID: tenant, REVISION: service === CHANGED ? revision : "1" };
  const plan: Container = {
    name,
    service,
    image: "dsmil-bench",
    node,
    tenant,
    memoryMiB: 32,
    cpus: 0.5,
    networks: [{ id: NETWORK }],
    publish: [],
    env,
    mounts: [
      { type: "bind", source: folder, target: "/etc/service", readOnly: true },
      { type: "volume", source: volume, target: "/data", readOnly: false },
    ],
    tmpfs: {},
    devices: [],
    user: "10001:10001",
    command: [],
    logTag: `${service}/${tenant}`,
    labels: { "dsmil.node": node, "dsmil.tenant": tenant, "dsmil.service": service },
    health: { kind: "http", port: PORT, path: "/healthz", argv: HEALTH_ARGV },
    stopSeconds: 1,
  };
  const files = { "service.conf": `# ${name}\ntenant = ${tenant}\nservice = ${service}\n` };
  return { plan, volume: { name: volume, node, driverOpts: {} }, folder, files, tenant };
}
