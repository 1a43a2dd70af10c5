import { readFileSync } from "node:fs";
import type { Prometheus } from "../../dashboards/numbers/prometheus.ts";
import { UserError } from "../errors.ts";
import { httpPrometheus } from "./http-prometheus.ts";

/** How a command is told which Prometheus to ask; without an address it is the fleet's. */
export interface PrometheusFlags {
  readonly prometheus?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * The Prometheus that the flags name.
 * @throws UserError when the address is none, or a file cannot be read
 */
export function openPrometheus({ prometheus, ca, cert, key }: PrometheusFlags & { prometheus: string }): Prometheus {
  const url = URL.canParse(prometheus) ? new URL(prometheus) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username || url.search) {
    throw new UserError(
      `${JSON.stringify(prometheus)} is no address of a Prometheus`,
      "use one such as https://node-a.example:9090",
    );
  }
  if ((cert === undefined) !== (key === undefined)) throw new UserError("--cert and --key go together", "give both");
  return httpPrometheus({
    url,
    tls: {
      ...(ca !== undefined && { ca: pem(ca) }),
      ...(cert !== undefined && { cert: pem(cert) }),
      ...(key !== undefined && { key: pem(key) }),
    },
  });
}

function pem(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, "name a PEM file");
  }
}
