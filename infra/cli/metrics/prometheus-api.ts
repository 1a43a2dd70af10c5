import { UserError } from "../errors.ts";
import type { Endpoint } from "../stores/endpoints.ts";
import type { Fleet } from "../stores/fleet.ts";
import { type HttpsCall, httpsRequest } from "../stores/https-request.ts";
import { operatorCertificate } from "./operator-certificate.ts";
import { prometheusData } from "./prometheus-data.ts";

/** Where Prometheus is, and by what it knows who asks: it lets nobody in without. */
export interface PrometheusDoor {
  readonly endpoint: Endpoint;
  /** Certificate and key, PEM. */
  readonly client: NonNullable<HttpsCall["client"]>;
}

/** The fleet's own, as an operator. @throws UserError where the fleet has none, or no certificate for operators yet */
export async function prometheusDoor(fleet: Fleet): Promise<PrometheusDoor> {
  const client = operatorCertificate(fleet);
  return { endpoint: await fleet.endpoints.get("prometheus"), client };
}

/**
 * One question to Prometheus' HTTP API.
 * @returns `data` of its answer, as it says it
 * @throws UserError when it does not answer within 30 s, refuses, or says what is no answer
 */
export async function askPrometheus({ endpoint, client }: PrometheusDoor, path: string): Promise<unknown> {
  const call = { method: "GET", path, client, timeoutMs: 30_000 } as const;
  const answer = await httpsRequest(endpoint, call).catch((error: Error) => {
    throw new UserError(`Prometheus does not answer: ${error.message}`, "see `bin/dsmil status`");
  });
  return prometheusData(answer);
}
