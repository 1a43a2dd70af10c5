import { askPrometheus, type PrometheusDoor } from "../metrics/prometheus-api.ts";
import { type FiringAlert, readAlerts, unknown } from "./read-alerts.ts";

/**
 * Asks Prometheus what fires, most severe and oldest first.
 * @throws UserError when it does not answer, refuses, or computes no rules: nothing is known then
 */
export async function firingAlerts(door: PrometheusDoor): Promise<FiringAlert[]> {
  const data = await askPrometheus(door, "/api/v1/alerts").catch((error: Error) => {
    throw unknown(error.message);
  });
  return readAlerts(data);
}
