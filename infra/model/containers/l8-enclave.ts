import { fleetWatcherPart } from "./l8-crypto.ts";
import type { ContainerPart, PartContext } from "./part.ts";

/** What secure enclave management reads on its node: how keys are to be kept, and its way into the audit trail. */
export const ENCLAVE_FOLDER = "/etc/dsmil/enclave";

/** Secure enclave management: serves the fleet, not a tenant; no folder with a private key is mounted. */
export const l8EnclavePart = (context: PartContext): ContainerPart =>
  fleetWatcherPart(context, ENCLAVE_FOLDER, "/run/dsmil/enclave");
