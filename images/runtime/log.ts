import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import type { Identity } from "./identity.ts";

/** The log every part of a service is handed. */
export type Log = Logger;

/** Keys whose values must never reach a log line, wherever a caller put them. */
const SECRET_KEYS = ["password", "token", "authorization", "secret", "apiKey", "api_key"];

/**
 * One JSON object a line on stdout, each with node, service, device, layer and (if any) tenant bound, which the log
 * shipper turns into labels. Values below well-known secret keys are removed.
 */
export function createLog(identity: Identity, destination?: DestinationStream): Log {
  const options = {
    level: identity.logLevel,
    base: {
      node: identity.node,
      service: identity.service,
      device: identity.device,
      layer: identity.layer,
      ...(identity.tenant && { tenant: identity.tenant }),
    },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), remove: true },
  };
  return destination ? pino(options, destination) : pino(options);
}
