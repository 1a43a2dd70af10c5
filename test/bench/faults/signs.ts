import { countArchive } from "../../../infra/cli/events/archive.ts";
import { deployedTenant, type Fleet } from "../../../infra/cli/stores/fleet.ts";
import { httpsRequest } from "../../../infra/cli/stores/https-request.ts";
import { connectPostgres } from "../../../infra/cli/stores/postgres-client.ts";
import { postgresRole } from "../../../infra/model/names.ts";
import type { RunLoad } from "../load/run-load.ts";
import type { Sign } from "./targets.ts";

/** Longest that one look may take, milliseconds. */
const LOOK_MS = 6000;
/** An address of documentation: nothing is known of it, and the question is a whole one all the same. */
const INDICATOR = { type: "ip", value: "203.0.113.7" };

/** Looks once whether what a sign stands for works now. Any failure means that it does not. */
export type Look = () => Promise<boolean>;

/** Makes looks at the fleet for one tenant under load. */
export class Signs {
  private readonly fleet: Fleet;
  private readonly load: RunLoad;

  constructor(fleet: Fleet, load: RunLoad) {
    this.fleet = fleet;
    this.load = load;
  }

  /** A look for what began after this call. */
  of(sign: Exclude<Sign, "none">): Look {
    if (sign === "event") return this.event();
    if (sign === "models") return async () => (await this.ask("GET", "/v1/models")) === 200;
    if (sign === "enrich")
      return async () => (await this.ask("POST", "/v1/soc/enrich", { indicator: INDICATOR })) === 200;
    if (sign === "coa") return async () => (await this.ask("POST", "/v1/soc/coa", { indicator: INDICATOR })) === 200;
    const messages = [{ role: "user", content: "Which ports are open?" }];
    return async () =>
      (await this.ask("POST", "/v1/chat/completions", { model: "l7-tiny", messages, max_tokens: 1 })) === 200;
  }

  /** Whether a line that had not been read for sending yet is archived or rejected now. */
  private event(): Look {
    const { tenant: id, run } = this.load.options;
    const { tenant, secrets } = deployedTenant(this.fleet, id);
    const from = this.load.tally.lines + 1;
    return async () => {
      const db = await connectPostgres(await this.fleet.endpoints.get("postgres"), {
        ...{ user: postgresRole(tenant.id, "reader"), password: secrets.postgres.reader, statementMs: LOOK_MS },
        database: this.fleet.model.fleet.database,
      });
      try {
        const { archived, rejected } = await countArchive(db, tenant.schema, { tenant: id, run, from });
        return archived + rejected > 0;
      } finally {
        await db.end();
      }
    };
  }

  private async ask(method: "GET" | "POST", path: string, body?: object): Promise<number> {
    const { secrets } = deployedTenant(this.fleet, this.load.options.tenant);
    const headers = { authorization: `Bearer ${Object.values<string>(secrets.apiKeys)[0] ?? ""}` };
    const call = { method, path, headers, timeoutMs: LOOK_MS, ...(body && { body }) };
    return (await httpsRequest(await this.fleet.endpoints.get("haproxy"), call)).status;
  }
}
