import { writeFileSync } from "node:fs";
import { stringify } from "yaml";
import { freePort } from "../../../infra/lab/free-port.ts";
import { type Child, startChild } from "../support/child.ts";

/** Where a program answers /metrics, and what Prometheus puts on its series. */
export interface Target {
  readonly port: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** How it listens where that is not plain HTTP on any free port. */
export interface Listening {
  readonly port: number;
  /** Further arguments, such as its file of TLS. */
  readonly argv: readonly string[];
  readonly ready: () => Promise<boolean>;
}

/** A real Prometheus on loopback that scrapes `targets` as job `services` each second. */
export async function startPrometheus(
  dir: string,
  targets: readonly Target[],
  listening?: Listening,
): Promise<Child & { readonly url: string }> {
  const port = listening?.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const file = `${dir}/prometheus.yml`;
  const static_configs = targets.map((target) => ({ targets: [`127.0.0.1:${target.port}`], labels: target.labels }));
  writeFileSync(
    file,
    stringify({
      global: { scrape_interval: "1s", scrape_timeout: "1s" },
      scrape_configs: [{ job_name: "services", static_configs }],
    }),
  );
  const argv = [
    "prometheus",
    `--config.file=${file}`,
    `--storage.tsdb.path=${dir}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--log.level=warn",
    ...(listening?.argv ?? []),
  ];
  const child = await startChild(argv, { ready: listening?.ready ?? (() => isReady(url)) });
  return Object.assign(child, { url });
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}
