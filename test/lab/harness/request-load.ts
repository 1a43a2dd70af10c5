import { Agent, request } from "node:https";

import { onNodeOk } from "./fleet.ts";

/** The lab's own node; load goes to no other address. */
const TARGET = { host: "172.20.0.20", port: 8001, servername: "l7.dsmil.local" };

/** A load that never runs longer than this, whoever forgets to stop it. */
const MAX_SECONDS = 180;

export interface LoadResult {
  readonly sent: number;
  /** What each failed request failed with. */
  readonly failed: readonly string[];
}

/** Sends `GET /v1/models` at a steady rate until stopped. Every answer but 200 is a failure. */
export async function requestLoad(options: {
  requestsPerSecond: number;
  key: string;
}): Promise<{ stop(): Promise<LoadResult> }> {
  const ca = await onNodeOk("node-b", "cat", "/etc/dsmil/ca/ca.crt");
  const agent = new Agent({ keepAlive: true, maxSockets: 20, ca, servername: TARGET.servername });
  const failed: string[] = [];
  const pending = new Set<Promise<void>>();
  let sent = 0;
  const one = () =>
    new Promise<void>((done) => {
      const fail = (cause: string) => {
        failed.push(cause);
        done();
      };
      const req = request(
        {
          host: TARGET.host,
          port: TARGET.port,
          path: "/v1/models",
          agent,
          headers: { authorization: `Bearer ${options.key}` },
          timeout: 10_000,
        },
        (response) => {
          response.resume();
          response.on("end", () => (response.statusCode === 200 ? done() : fail(`HTTP ${response.statusCode}`)));
        },
      );
      req.on("timeout", () => req.destroy(new Error("timeout")));
      req.on("error", (error) => fail(error.message));
      req.end();
    });
  const timer = setInterval(() => {
    sent += 1;
    const request = one();
    pending.add(request);
    void request.finally(() => pending.delete(request));
  }, 1000 / options.requestsPerSecond);
  const limit = setTimeout(() => clearInterval(timer), MAX_SECONDS * 1000);
  return {
    async stop() {
      clearInterval(timer);
      clearTimeout(limit);
      await Promise.all(pending);
      agent.destroy();
      return { sent, failed };
    },
  };
}
