/**
 * Everything that is let through though a policy says otherwise, by service (label `dsmil.service`), each with its reason.
 * An exception is a line here, seen in review; there is no switch for one in the manifest.
 */
export const EXCEPTIONS = {
  /** A root file system that can be written. */
  writableRoot: {},
  /** Capabilities beside none. */
  capabilities: {} as Readonly<Record<string, readonly string[]>>,
  /** The user root. */
  root: {
    "node-agent": "reads the engine's log and cgroup files, which are root's; it has no capability",
    "log-shipper": "reads the engine's log files, which are root's; it has no capability",
    "control-api": "reads the engine's log and cgroup files, which are root's; it has no capability",
    portainer: "the engine's socket is root's; it has no capability",
  },
  /** The engine's socket. */
  engineSocket: { portainer: "it steers the engine; off by default, and whoever gets into it is root of the node" },
  /** The node's own network. */
  hostNetwork: {
    "node-agent": "reaches containers that cannot reach each other, and asks for a certificate",
    "control-api": "reaches containers that cannot reach each other; TLS and an operator's certificate",
    "node-exporter": "figures of the node's interfaces; listens on loopback",
  },
  /** Who may publish a port on public_api_net. */
  publicPublishers: {
    haproxy: "the API: TLS and a tenant's key or token",
    shrink: "TLS and a tenant's token",
    prometheus: "TLS and the operator's client certificate",
    alertmanager: "TLS and the operator's client certificate",
    "log-gate": "TLS and a node's client certificate, or a reader's token",
  },
  /** Who may publish one elsewhere. */
  publishers: {
    redis: "store: TLS, an ACL user a purpose",
    postgres: "store: TLS, a login role a purpose",
    qdrant: "store: TLS, a token a tenant",
    "dbe-gateway": "the bus between the nodes: mutual identities",
    "dbe-quic": "the bus between the nodes: mutual identities",
    "l3-router": "a tenant's ingest port: TLS and its token",
    portainer: "TLS and its own accounts; off by default",
    shrink: "a port a tenant where each has its own: TLS and its token",
  },
} as const;

/** Whether `service` is excepted by a list. */
export function excepted(list: Readonly<Record<string, unknown>>, service: string | undefined): boolean {
  return service !== undefined && Object.hasOwn(list, service);
}
