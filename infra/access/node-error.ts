import type { NodeAccess } from "./access.ts";

/** Something failed on, or on the way to, one node; the message names the node, its endpoint and the cause. */
export class NodeError extends Error {
  readonly node: string;
  readonly endpoint: string;
  /** True when another try cannot help: a refused host key, refused credentials. */
  readonly permanent: boolean;

  constructor(access: NodeAccess, what: string, options: { cause?: unknown; permanent?: boolean } = {}) {
    const endpoint = endpointOf(access);
    super(`${access.node} (${endpoint}): ${what}`, { cause: options.cause });
    this.name = "NodeError";
    this.node = access.node;
    this.endpoint = endpoint;
    this.permanent = options.permanent ?? false;
  }
}

/** `root@172.20.0.10:22`; an IPv6 address in brackets. */
export function endpointOf(access: Pick<NodeAccess, "user" | "host" | "port">): string {
  const host = access.host.includes(":") ? `[${access.host}]` : access.host;
  return `${access.user}@${host}:${access.port}`;
}
