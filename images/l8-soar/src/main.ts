import { createLog } from "../../runtime/log.ts";
import { DECISION_STATEMENT_MS, tenantDecisions } from "../../runtime/policy/tenant-decisions.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { tenantStop } from "../../runtime/stop/tenant-stop.ts";
import { tenantPool } from "../../runtime/tenant-pool.ts";
import { TenantService } from "../../runtime/tenant-service.ts";
import { createSoar } from "./app.ts";
import { readConfig } from "./config.ts";
import { ProposalStore } from "./proposal-store.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const { identity, postgres, streams, policy, officers, retentionSocSeconds: seconds } = config;
  const log = createLog(identity);
  const service = new TenantService(config, log);
  stopOnSignals({ health: service.health, log, stop: () => service.stop() });
  const pool = tenantPool(service, postgres, { statementMs: DECISION_STATEMENT_MS });
  const decisions = await tenantDecisions({ service, policy, pool, schema: postgres.schema });
  const stop = await tenantStop({ service, officers, pool, schema: postgres.schema });
  createSoar({ service, config, decisions, stop, store: new ProposalStore(pool, postgres.schema) });
  await service.start([{ key: streams.proposals, seconds }]);
});
