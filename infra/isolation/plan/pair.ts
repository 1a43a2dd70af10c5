import type { Model, Tenant } from "../../model/types.ts";
import type { CredentialSource } from "../types.ts";

/** Stores whose credentials are delivered to a node as files. */
export type DeliveredStore = "redis" | "postgres" | "qdrant";

/** Two tenants, and what planning needs to know beside the model. */
export interface Pair {
  readonly model: Model;
  readonly victim: Tenant;
  readonly attacker: Tenant;
  /**
   * The attacker's credentials to try in each store. The stack's always; the one found on the node as well where it
   * differs, as a delivered file that somebody changed is a credential too.
   */
  readonly sources: Readonly<Record<DeliveredStore, readonly CredentialSource[]>>;
  /** Marks everything this run makes: eight hex digits. */
  readonly nonce: string;
}

/** `bravo_writer (stack and node)`: whose credential it is, and where it was taken from. */
export function credentialName(
  { sources }: Pair,
  store: DeliveredStore,
  user: string,
  source: CredentialSource,
): string {
  const same = source === "stack" && !sources[store].includes("node");
  return `${user} (${same ? "stack and node" : source})`;
}
