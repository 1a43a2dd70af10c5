import { readNodeKeyConfig } from "../../runtime/dbe/keys/load.ts";
import type { SealedPlace } from "../../runtime/dbe/keys/mint-key.ts";
import { ConfigError, type Variables } from "../../runtime/environment.ts";

/** What to do with which key. */
export interface Config {
  readonly node: string;
  readonly place: SealedPlace;
  /** Make a new key even where one lies. */
  readonly fresh: boolean;
}

/**
 * Reads NODE_ID and NODE_KEY_* as every program of a node does, and NODE_KEY_FRESH (`true`).
 * @throws ConfigError with every bad key
 */
export function readConfig(variables: Variables): Config {
  const { node, place } = readNodeKeyConfig(variables);
  if (place.kind === "file")
    throw new ConfigError(["NODE_KEY_KIND is file; a bare seed is not sealed by this program"]);
  return { node, place, fresh: variables.NODE_KEY_FRESH === "true" };
}
