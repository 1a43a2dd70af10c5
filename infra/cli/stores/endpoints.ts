import { readAccess } from "../../access/access.ts";
import { connect } from "../../access/connection.ts";
import type { Model } from "../../model/types.ts";
import { UserError } from "../errors.ts";

/** Services of the fleet that a command can talk to. */
export type ServerId = SharedServer | TenantServer | HostServer;
/** What listens in the network of a node, by the node's id. */
type HostServer = `agent:${string}` | `control:${string}`;
type SharedServer = "redis" | "postgres" | "qdrant" | "haproxy" | "shrink" | "prometheus" | "alertmanager" | "loki";
/** The ingest, or the SHRINK, of a tenant alone, by its id. */
type TenantServer = `ingest:${string}` | `shrink:${string}`;

/** Where a TLS server of the fleet is found from this machine, and how to know that it is the right one. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Name that the server's certificate must carry. */
  readonly servername: string;
  /** PEM of the fleet's CA; nothing else is trusted. */
  readonly ca: string;
}

/** Opens endpoints; each is opened once and kept until `close`. */
export interface Endpoints {
  get(server: ServerId): Promise<Endpoint>;
  close(): Promise<void>;
}

/** First label of the name that a server's certificate carries, where it is not the server's id. */
const LABELS: Readonly<Record<string, string>> = { haproxy: "l7" };
/** Services in the nodes' own network. */
const ON_HOST: Readonly<Record<string, string>> = { agent: "node-agent", control: "control-api" };
/** Service behind a server, where it is not of the server's id. */
const SERVICES: Readonly<Record<string, string>> = { ingest: "l3-router", loki: "log-gate" };

/**
 * The fleet's servers through forwards over the one SSH connection to their node, so that their ports need not be open
 * to the operator. A forward leads to the node's published port and outlives the server and the SSH connection behind
 * it: a client that is cut off connects to the same port again.
 * @throws UserError when the model has no such server; NodeError when its node cannot be reached
 */
export function forwardedEndpoints(root: string, model: Model, ca: string): Endpoints {
  const open = new Map<ServerId, Promise<Endpoint & { close(): Promise<void> }>>();
  return {
    get(server) {
      const found = open.get(server) ?? forward(root, model, ca, server);
      open.set(server, found);
      // A node that was away may be back at the next call.
      found.catch(() => open.delete(server));
      return found;
    },
    async close() {
      const all = [...open.values()];
      open.clear();
      await Promise.all(all.map((pending) => pending.then((e) => e.close()).catch(() => undefined)));
    },
  };
}

async function forward(root: string, model: Model, ca: string, server: ServerId) {
  const [id = "", tenant] = server.split(":");
  const onHost = ON_HOST[id];
  if (onHost !== undefined) return forwardHost(root, model, ca, onHost, tenant ?? "");
  const service = SERVICES[id] ?? id;
  const container = model.containers.find((c) => c.service === service && c.tenant === tenant);
  const node = model.nodes.find((n) => n.id === container?.node);
  const published = container?.publish[0];
  if (node === undefined || published === undefined) {
    throw new UserError(`the manifest has no ${server} with a published port`, "see `bin/dsmil manifest show`");
  }
  const connection = await connect(readAccess(root, node.id));
  const { port, close } = await connection.forward(node.address, published.external);
  const label = tenant === undefined ? (LABELS[id] ?? id) : `${id}-${tenant}`;
  return { host: "127.0.0.1", port, servername: `${label}.${model.fleet.domain}`, ca, close };
}

/** A service in its node's own network, under the node's name. */
async function forwardHost(root: string, model: Model, ca: string, service: string, id: string) {
  const node = model.nodes.find((one) => one.id === id);
  const found = model.services.find((one) => one.id === service && one.node === id);
  if (node === undefined || found === undefined) {
    throw new UserError(`the manifest has no ${service} on ${id}`, "see `bin/dsmil manifest show`");
  }
  const { port, close } = await (await connect(readAccess(root, id))).forward(node.address, found.port);
  return { host: "127.0.0.1", port, servername: node.hostname, ca, close };
}
