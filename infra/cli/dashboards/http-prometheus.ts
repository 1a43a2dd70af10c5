import { request as plain } from "node:http";
import { request as secure } from "node:https";
import { parseAnswer } from "../../dashboards/numbers/parse-answer.ts";
import type { Prometheus } from "../../dashboards/numbers/prometheus.ts";

/** Where Prometheus listens, and what it wants to see. */
export interface PrometheusAddress {
  /** `https://10.0.0.10:9090`, or a longer path below which the API is; http only where nothing is in between. */
  readonly url: URL;
  /** Name that the server's certificate must carry; absent: the host of `url`. */
  readonly servername?: string;
  /** PEM texts; absent: the system's authorities, and no certificate of ours. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** Largest answer, bytes: some thousand series. */
const MOST_BYTES = 16 * 1024 * 1024;
const TIMEOUT_MS = 15_000;

/** Prometheus over its HTTP API. */
export function httpPrometheus(address: PrometheusAddress): Prometheus {
  return {
    async query(promql) {
      const { status, body } = await get(address, `/api/v1/query?query=${encodeURIComponent(promql)}`);
      return parseAnswer(status, body);
    },
  };
}

function get({ url, servername, tls }: PrometheusAddress, path: string): Promise<{ status: number; body: string }> {
  const { protocol, hostname, port, pathname } = url;
  const target = { hostname, port, path: `${pathname.replace(/\/$/, "")}${path}`, agent: false as const };
  return new Promise((resolve, reject) => {
    const sent =
      protocol === "https:"
        ? secure({ ...target, ...tls, ...(servername && { servername }), minVersion: "TLSv1.2" })
        : plain(target);
    sent.on("response", (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        body += chunk;
        if (body.length > MOST_BYTES) sent.destroy(new Error(`an answer of more than ${MOST_BYTES} bytes`));
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
      answer.on("error", reject);
    });
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    sent.on("error", reject);
    sent.end();
  });
}
