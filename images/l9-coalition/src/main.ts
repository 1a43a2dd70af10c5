import { createLog } from "../../runtime/log.ts";
import { DECISION_STATEMENT_MS, tenantDecisions } from "../../runtime/policy/tenant-decisions.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { tenantStop } from "../../runtime/stop/tenant-stop.ts";
import { tenantPool } from "../../runtime/tenant-pool.ts";
import { TenantService } from "../../runtime/tenant-service.ts";
import { createCoalition } from "./app.ts";
import { readConfig } from "./config.ts";

/** Time that a question to the archive may take, milliseconds: the layer's objective is 3 s in all. */
const QUESTION_MS = 2000;

await startMain(async () => {
  const config = readConfig(process.env);
  const { identity, postgres, policy, officers } = config;
  const log = createLog(identity);
  const service = new TenantService(config, log);
  stopOnSignals({ health: service.health, log, stop: () => service.stop() });
  const asking = { purpose: "questions", connections: 1, statementMs: QUESTION_MS, readOnly: true };
  const questions = tenantPool(service, postgres, asking);
  const recording = { purpose: "decisions", connections: 1, statementMs: DECISION_STATEMENT_MS };
  const pool = tenantPool(service, postgres, recording);
  const decisions = await tenantDecisions({ service, policy, pool, schema: postgres.schema });
  const stop = await tenantStop({ service, officers, pool: questions, schema: postgres.schema });
  await createCoalition({ service, config, questions, decisions, stop });
  await service.start([]);
});
