import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:https";
import { connect } from "node:net";
import pino from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createApi } from "../../images/runtime/api/api.ts";
import { readTlsFiles } from "../../images/runtime/api/tls-files.ts";
import { Health } from "../../images/runtime/health.ts";
import type { Identity } from "../../images/runtime/identity.ts";
import { Metrics } from "../../images/runtime/metrics.ts";
import { makeCertificates } from "./support/certificates.ts";

const IDENTITY: Identity = {
  ...{ node: "node-a", service: "test", device: 0, layer: 0, tokenIdBase: 0, tenant: "ALPHA" },
  ...{ logLevel: "info", httpPort: 0 },
};
let dir: string;
beforeAll(() => {
  dir = mkdtempSync("/tmp/dsmil-api-");
  makeCertificates(dir);
});
afterAll(() => rmSync(dir, { recursive: true }));

it("lets nobody hold a connection by saying nothing: neither in TLS nor in the headers", async () => {
  const shared = { health: new Health(IDENTITY), metrics: new Metrics(IDENTITY), log: pino({ level: "silent" }) };
  const bounds = { name: "test", bodyLimit: 1024, mostUnderWay: 4, identify: () => undefined };
  const { app } = createApi({ ...shared, ...bounds, tls: readTlsFiles(dir) });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const server = app.server as unknown as Server;
  try {
    expect(server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 });
    const { port } = server.address() as { port: number };
    const begun = performance.now();
    // A client that opens TLS and does not go on.
    await new Promise<void>((done, failed) => {
      const silent = connect({ host: "127.0.0.1", port });
      silent.once("close", () => done());
      silent.on("error", () => undefined);
      setTimeout(() => failed(new Error("still open after 20 s")), 20_000).unref();
    });
    expect(performance.now() - begun).toBeGreaterThan(5000);
  } finally {
    await app.close();
  }
}, 30_000);
