import type { FleetConfig } from "../../runtime/fleet/fleet-config.ts";
import { FleetService } from "../../runtime/fleet/fleet-service.ts";
import type { Log } from "../../runtime/log.ts";
import { CryptoMetrics } from "./crypto-metrics.ts";
import { Watcher } from "./watcher.ts";

/** The crypto watcher (device 53), for the whole fleet. */
export class CryptoService extends FleetService {
  constructor(config: FleetConfig, log: Log) {
    const { fleetDir, peerKeysDir } = config;
    super(
      config,
      log,
      ({ trail, metrics }) =>
        new Watcher({ fleetDir, peerKeysDir, trail, metrics: new CryptoMetrics(metrics.registry), log }),
    );
  }
}
