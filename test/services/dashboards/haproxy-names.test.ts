import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../infra/lab/free-port.ts";
import { EXPORTED } from "../../../infra/metrics/exporters.ts";
import { type Child, startChild } from "../support/child.ts";

const dir = mkdtempSync(`${tmpdir()}/dsmil-haproxy-names-`);
let haproxy: Child;
let metrics: string;

beforeAll(async () => {
  const [own, api] = [await freePort(), await freePort()];
  metrics = `http://127.0.0.1:${own}/metrics`;
  writeFileSync(
    `${dir}/haproxy.cfg`,
    `defaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s
frontend own\n  bind 127.0.0.1:${own}\n  http-request use-service prometheus-exporter if { path /metrics }
frontend api\n  bind 127.0.0.1:${api}\n  default_backend routers
backend routers\n  server one 127.0.0.1:${await freePort()}\n`,
  );
  const ready = (): Promise<boolean> =>
    fetch(metrics)
      .then(({ ok }) => ok)
      .catch(() => false);
  haproxy = await startChild(["haproxy", "-db", "-f", `${dir}/haproxy.cfg`], { ready });
  await fetch(`http://127.0.0.1:${api}/`);
});
afterAll(async () => {
  await haproxy?.end("SIGTERM");
  rmSync(dir, { recursive: true, force: true });
});

describe("HAProxy's own metrics", () => {
  it("have the names and labels that dashboards ask for", async () => {
    const text = await (await fetch(metrics)).text();
    for (const name of EXPORTED.haproxy ?? []) expect(text).toMatch(new RegExp(`^${name}\\{proxy="`, "m"));
    expect(text).toMatch(/^haproxy_frontend_http_responses_total\{proxy="api",code="5xx"\} [1-9]/m);
    expect(text).toMatch(/^haproxy_backend_active_servers\{proxy="routers"\} 1$/m);
  });
});
