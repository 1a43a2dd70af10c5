import { Provider } from "@pulumi/docker/provider.js";
import { Volume } from "@pulumi/docker/volume.js";
import * as pulumi from "@pulumi/pulumi";
import { SERVICE_UID, ServiceContainer } from "../../../infra/components/service-container.ts";
import type { Fleet } from "../../../infra/model/types.ts";
import { HealthGate, NodeFiles, NodeNetwork } from "../../../infra/provider/index.ts";
import { NETWORK, onNode, type Placed, SUBNET, type Workload } from "../workload.ts";

// As infra/index.ts does.
Error.stackTraceLimit = 0;

const workload = JSON.parse(process.env.DSMIL_BENCH_WORKLOAD ?? "null") as Workload;
const node = pulumi.getStack();
const fleet: Fleet = {
  name: "bench",
  domain: "bench.local",
  version: "v5.0",
  imageSource: "lab",
  logDriver: "json-file",
  database: "none",
  logLevel: "INFO",
};

/** One tenant's containers with their files and volumes, and the gate that waits for them: as TenantServices does. */
class BenchTenant extends pulumi.ComponentResource {
  constructor(tenant: string, placed: readonly Placed[], engine: Provider, network: NodeNetwork) {
    super("dsmil:bench:Tenant", tenant, {});
    const containers = placed.map(({ plan, volume, folder, files }) => {
      const store = new Volume(volume.name, { name: volume.name, driver: "local" }, { parent: this, provider: engine });
      const config = new NodeFiles(
        plan.name,
        {
          node,
          path: folder,
          uid: SERVICE_UID,
          gid: SERVICE_UID,
          dirMode: "0700",
          files: Object.fromEntries(Object.entries(files).map(([name, content]) => [name, { content, mode: "0400" }])),
        },
        { parent: this },
      );
      const resource = new ServiceContainer(
        { plan, fleet, hosts: [], address: "127.0.0.1", image: workload.image },
        { parent: this, providers: { docker: engine }, dependsOn: [network, store, config] },
      );
      const { kind, port, path = "/" } = plan.health;
      return { name: plan.name, instance: resource.containerId, kind, port, path };
    });
    new HealthGate(tenant, { node, containers }, { parent: this });
    this.registerOutputs({});
  }
}

export default (): void => {
  const engine = new Provider(node, {
    host: `ssh://${node}`,
    sshOpts: ["-F", "../../../.dsmil/ssh/config"],
    disableDockerDaemonCheck: true,
  });
  const network = new NodeNetwork(NETWORK, {
    node,
    name: NETWORK,
    subnet: SUBNET,
    gateway: SUBNET.replace(/0\/\d+$/, "1"),
    options: { "com.docker.network.bridge.enable_icc": "false" },
    labels: { "dsmil.node": node },
  });
  const all = onNode(workload, node);
  for (const tenant of new Set(all.map((placed) => placed.tenant))) {
    new BenchTenant(
      tenant,
      all.filter((placed) => placed.tenant === tenant),
      engine,
      network,
    );
  }
};
