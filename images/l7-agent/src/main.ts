import { createLog } from "../../runtime/log.ts";
import { DECISION_STATEMENT_MS, tenantDecisions } from "../../runtime/policy/tenant-decisions.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { tenantStop } from "../../runtime/stop/tenant-stop.ts";
import { tenantPool } from "../../runtime/tenant-pool.ts";
import { TenantService } from "../../runtime/tenant-service.ts";
import { createAgent } from "./app.ts";
import { readConfig } from "./config.ts";

/** Time that reading the emergency stop may take, ms. */
const STOP_MS = 2000;

await startMain(async () => {
  const config = readConfig(process.env);
  const { identity, postgres, policy, officers } = config;
  const log = createLog(identity);
  const service = new TenantService(config, log);
  stopOnSignals({ health: service.health, log, stop: () => service.stop() });
  const asking = { purpose: "stop", connections: 1, statementMs: STOP_MS, readOnly: true };
  const questions = tenantPool(service, postgres, asking);
  const recording = { purpose: "decisions", connections: 1, statementMs: DECISION_STATEMENT_MS };
  const pool = tenantPool(service, postgres, recording);
  const decisions = await tenantDecisions({ service, policy, pool, schema: postgres.schema });
  const stop = await tenantStop({ service, officers, pool: questions, schema: postgres.schema });
  createAgent({ service, config, decisions, stop });
  await service.start([]);
});
