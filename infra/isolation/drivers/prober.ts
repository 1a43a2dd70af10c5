import { NO_ANSWER } from "../judge.ts";
import type { Prober } from "../run.ts";
import type { Answer, Probe } from "../types.ts";
import { ClaimDriver } from "./claim-driver.ts";
import type { Credentials } from "./credentials.ts";
import type { Doors } from "./doors.ts";
import { HttpsDriver } from "./https-driver.ts";
import { inTurns } from "./in-turns.ts";
import { NodeDriver } from "./node-driver.ts";
import { PostgresDriver } from "./postgres-driver.ts";
import { RedisDriver } from "./redis-driver.ts";

/** Carries every kind of probe out; no secret appears in an answer. */
export class FleetProber implements Prober {
  private readonly redis: RedisDriver;
  private readonly postgres: PostgresDriver;
  private readonly https: HttpsDriver;
  private readonly node: NodeDriver;
  private readonly claims: ClaimDriver;

  constructor(doors: Doors, credentials: Credentials) {
    this.redis = new RedisDriver(doors, credentials);
    this.postgres = new PostgresDriver(doors, credentials);
    this.https = new HttpsDriver(doors, credentials);
    const containers = inTurns(doors);
    this.node = new NodeDriver(containers, credentials);
    this.claims = new ClaimDriver(containers, credentials);
  }

  async probe(probe: Probe): Promise<Answer> {
    try {
      return await this.dispatch(probe);
    } catch (error) {
      return { class: NO_ANSWER, detail: (error as Error).message };
    }
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await Promise.all([this.redis.close(), this.postgres.close()]);
  }

  private dispatch(probe: Probe): Promise<Answer> {
    switch (probe.kind) {
      case "redis":
        return this.redis.run(probe);
      case "redis-login":
        return this.redis.login(probe);
      case "postgres":
        return this.postgres.run(probe);
      case "postgres-login":
        return this.postgres.login(probe);
      case "qdrant":
        return this.https.qdrant(probe);
      case "api":
        return this.https.api(probe);
      case "service":
        return this.https.service(probe);
      case "monitor":
        return this.https.monitor(probe);
      case "claim":
        return this.claims.ask(probe);
      case "exec":
        return this.node.exec(probe);
      case "dial":
        return this.node.dial(probe);
      case "holds":
        return this.node.holds(probe);
    }
  }
}
