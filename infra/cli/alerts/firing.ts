import type { Endpoint } from "../stores/endpoints.ts";
import { type HttpsCall, httpsRequest } from "../stores/https-request.ts";
import { type FiringAlert, readAlerts, unknown } from "./read-alerts.ts";

/**
 * Asks Prometheus what fires, most severe and oldest first.
 * @param client certificate and key, PEM, by which Prometheus knows who asks
 * @throws UserError when it does not answer, refuses, or computes no rules: nothing is known then
 */
export async function firingAlerts(
  endpoint: Endpoint,
  client: NonNullable<HttpsCall["client"]>,
): Promise<FiringAlert[]> {
  const answer = await httpsRequest(endpoint, { method: "GET", path: "/api/v1/alerts", client }).catch(
    (error: Error) => {
      throw unknown(`Prometheus does not answer: ${error.message}`);
    },
  );
  return readAlerts(answer);
}
