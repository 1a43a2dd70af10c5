import { Agent, request } from "node:https";
import { UserError } from "../../../infra/cli/errors.ts";
import type { Endpoint } from "../../../infra/cli/stores/endpoints.ts";
import type { Fleet } from "../../../infra/cli/stores/fleet.ts";

/** A path that a line is known by; a service logs those that it refuses. */
export const markOf = (nonce: string, tenant: string, n: number): string => `/outage/${nonce}/${tenant}/${n}`;

const TIMEOUT_MS = 15_000;

/**
 * Makes real services write numbered lines: each request without a token at a tenant's ingest is refused, and logged with
 * its path.
 */
export class MarkedLines {
  /** Requests that were refused as they should: as many lines were written. */
  written = 0;
  readonly problems: string[] = [];
  private readonly nonce: string;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });
  private readonly underWay = new Set<Promise<void>>();

  /** @param rate lines a second of each tenant */
  static async start(fleet: Fleet, nonce: string, rate: number): Promise<MarkedLines> {
    const lines = new MarkedLines(nonce);
    const tenants = fleet.model.tenants.filter(({ ingestPort }) => ingestPort !== undefined);
    if (tenants.length === 0)
      throw new UserError("no tenant has an ingest_port", "give one to a tenant of the manifest");
    for (const { id } of tenants) lines.run(id, await fleet.endpoints.get(`ingest:${id}`), rate);
    return lines;
  }

  private constructor(nonce: string) {
    this.nonce = nonce;
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all(this.underWay);
    this.agent.destroy();
  }

  private run(tenant: string, endpoint: Endpoint, rate: number): void {
    let n = 0;
    const one = (): void => {
      const done = this.ask(endpoint, markOf(this.nonce, tenant, n++))
        .catch((error: Error) => {
          // Without an answer nobody knows whether the line was written: the account cannot be told.
          if (this.problems.length < 5) this.problems.push(`${tenant}: a request without an answer: ${error.message}`);
        })
        .finally(() => this.underWay.delete(done));
      this.underWay.add(done);
    };
    this.timers.push(setInterval(one, 1000 / rate));
  }

  private ask({ host, port, servername, ca }: Endpoint, path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const sent = request({ host, port, servername, ca, path, agent: this.agent, timeout: TIMEOUT_MS }, (answer) => {
        answer.resume();
        answer.on("error", reject);
        answer.on("end", () => {
          if (answer.statusCode === 401) this.written += 1;
          else if (this.problems.length < 5)
            this.problems.push(`${path}: ${answer.statusCode}, where 401 was expected`);
          resolve();
        });
      });
      sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
      sent.on("error", reject);
      sent.end();
    });
  }
}
