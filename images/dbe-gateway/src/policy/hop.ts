/** A container's folder, as its identity.json tells: whose messages come from there and go there. */
export interface Speaker {
  readonly container: string;
  readonly device: number;
  /** Upper-case ids, or all that there are. */
  readonly tenants: ReadonlySet<string> | "*";
}

/**
 * Where a message stands. `local`: brought by a container of this node. `egress`: about to go to a peer. `ingress`:
 * brought by a peer. `delivery`: about to go to a container of this node, or to this node itself (device 0).
 */
export type Hop =
  | { readonly at: "local"; readonly from: Speaker }
  | { readonly at: "egress"; readonly peer: string }
  | { readonly at: "ingress"; readonly peer: string }
  | { readonly at: "delivery"; readonly to: Speaker };

/** Whether this speaker's folder is for that tenant. */
export function serves(speaker: Speaker, tenant: string): boolean {
  return speaker.tenants === "*" || speaker.tenants.has(tenant);
}
