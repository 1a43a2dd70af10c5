import type { Variables } from "../../runtime/environment.ts";
import { type FleetConfig, readFleetConfig } from "../../runtime/fleet/fleet-config.ts";

/** Reads the configuration of secure enclave management (device 56); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): FleetConfig {
  const identity = { service: "l8-enclave", device: 56, layer: 8 };
  return readFleetConfig(variables, identity, "/run/dsmil/enclave", () => ({}));
}
