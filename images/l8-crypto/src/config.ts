import type { Variables } from "../../runtime/environment.ts";
import { type FleetConfig, readFleetConfig } from "../../runtime/fleet/fleet-config.ts";

/** Reads the configuration of the crypto watcher (device 53); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): FleetConfig {
  const identity = { service: "l8-crypto", device: 53, layer: 8 };
  return readFleetConfig(variables, identity, "/run/dsmil/crypto", () => ({}));
}
