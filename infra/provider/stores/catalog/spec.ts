import type { Pool } from "pg";
import type { Facts } from "./facts.ts";
import type { SchemaNames } from "./names.ts";

/** A role that logs in, with its password. */
export interface Login {
  readonly role: string;
  readonly password: string;
}

/** A schema with its roles, as one resource keeps it. */
export interface SchemaSpec {
  /** Node that runs PostgreSQL. */
  readonly node: string;
  readonly names: SchemaNames;
  /** Version of the layout that this release makes; a later one is left alone. */
  readonly version: number;
  readonly logins: readonly Login[];
  /** Beginning of role names that only this schema has; roles of such a name that are not in `names` are dropped. */
  readonly rolePrefix?: string;
  /** Whether repairs may drop rows. */
  readonly repairsMayDrop: boolean;
  /** Whether removal may drop rows. */
  readonly removalMayDrop: boolean;
  /** Whether removal only ends the logins. */
  readonly retain: boolean;
  /** What the catalog must say, in the server's own words. */
  desired(pool: Pool): Promise<Facts>;
}
