import { readAccess } from "../../access/access.ts";
import { connect, type NodeConnection } from "../../access/connection.ts";
import { probeNodes } from "../../access/probe.ts";
import type { Container, Model } from "../../model/types.ts";
import { askHealth } from "./ask-health.ts";
import type { FleetStatus, NodeStatus, ServiceStatus } from "./types.ts";

/** What the engine says of one container. */
interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly RestartCount: number;
  readonly State: { readonly Status: string; readonly StartedAt: string; readonly Error: string };
  readonly Config: { readonly Image: string };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

/** Asks every node and every service of the model how it is; a node that is away makes its services unhealthy. */
export async function collectStatus(root: string, model: Model): Promise<FleetStatus> {
  const probes = await probeNodes(
    root,
    model.nodes.map((n) => n.id),
  );
  const nodes: NodeStatus[] = model.nodes.map(({ id, role, address }) => {
    const probe = probes.find((p) => p.node === id);
    return {
      id,
      role,
      address,
      reachable: probe?.ok ?? false,
      ...(probe?.engine && { engine: probe.engine }),
      ...(probe?.problem && { cause: probe.problem }),
    };
  });
  const services = (await Promise.all(nodes.map((node) => nodeServices(root, model, node)))).flat();
  const healthy = services.filter((s) => s.health === "healthy").length;
  return {
    healthy: healthy === services.length && nodes.every((n) => n.reachable),
    summary: `${nodes.filter((n) => n.reachable).length} of ${nodes.length} nodes, ${model.tenants.length} tenants, ${healthy} of ${services.length} services healthy`,
    nodes,
    tenants: model.tenants.map(({ id, roeLevel }) => {
      const own = services.filter((s) => s.tenant === id);
      return { id, roeLevel, services: own.length, healthy: own.filter((s) => s.health === "healthy").length };
    }),
    services,
  };
}

async function nodeServices(root: string, model: Model, node: NodeStatus): Promise<ServiceStatus[]> {
  const plans = model.containers.filter((c) => c.node === node.id);
  if (!node.reachable)
    return plans.map((p) => ({
      ...facts(p),
      state: "unknown",
      health: "unhealthy",
      cause: `${node.id} cannot be reached`,
    }));
  const connection = await connect(readAccess(root, node.id));
  const found = await inspect(
    connection,
    plans.map((p) => p.name),
  );
  return Promise.all(plans.map((plan) => service(connection, plan, found.get(plan.name))));
}

async function inspect(connection: NodeConnection, names: readonly string[]): Promise<Map<string, Inspected>> {
  // `docker inspect` prints what it found even where it exits non-zero because something is missing.
  const { stdout } = await connection.exec(["docker", "container", "inspect", ...names]);
  const list = JSON.parse(stdout || "[]") as Inspected[];
  return new Map(list.map((c) => [c.Name.replace(/^\//, ""), c]));
}

async function service(connection: NodeConnection, plan: Container, found?: Inspected): Promise<ServiceStatus> {
  if (found === undefined) return { ...facts(plan), state: "missing", health: "missing", cause: "no such container" };
  const seen = {
    ...facts(plan),
    state: found.State.Status,
    image: found.Config.Image,
    containerId: found.Id,
    startedAt: found.State.StartedAt,
    restarts: found.RestartCount,
  };
  if (found.State.Status !== "running")
    return { ...seen, health: "unhealthy", cause: found.State.Error || found.State.Status };
  const ip = Object.values(found.NetworkSettings.Networks).find((n) => n.IPAddress !== "")?.IPAddress;
  if (ip === undefined && plan.health.kind !== "exec")
    return { ...seen, health: "unhealthy", cause: "no address on any network" };
  return { ...seen, ...(await askHealth(connection, ip ?? "", plan)) };
}

function facts({ name, service: id, node, tenant, layer, device }: Container) {
  return {
    name,
    service: id,
    node,
    ...(tenant && { tenant }),
    ...(layer && { layer }),
    ...(device !== undefined && { device }),
  };
}
