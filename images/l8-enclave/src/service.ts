import type { FleetConfig } from "../../runtime/fleet/fleet-config.ts";
import { FleetService } from "../../runtime/fleet/fleet-service.ts";
import type { Log } from "../../runtime/log.ts";
import { EnclaveMetrics } from "./enclave-metrics.ts";
import { EnclaveWatcher } from "./enclave-watcher.ts";

/** Secure enclave management (device 56), for the whole fleet. */
export class EnclaveService extends FleetService {
  constructor(config: FleetConfig, log: Log) {
    super(
      config,
      log,
      ({ trail, metrics }) => new EnclaveWatcher({ config, trail, metrics: new EnclaveMetrics(metrics.registry), log }),
    );
  }
}
