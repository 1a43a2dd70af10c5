import type pg from "pg";
import { createLog } from "../log.ts";
import { stopOnSignals } from "../shutdown.ts";
import { startMain } from "../start-main.ts";
import type { StopGuard } from "../stop/stop-guard.ts";
import { tenantStop } from "../stop/tenant-stop.ts";
import { tenantPool } from "../tenant-pool.ts";
import { TenantService } from "../tenant-service.ts";
import type { ProposingConfig } from "./proposing-config.ts";
import { DECISION_STATEMENT_MS, type TenantDecisions, tenantDecisions } from "./tenant-decisions.ts";

/** What the program of such a service is made of. */
export interface ProposingParts<C extends ProposingConfig> {
  readonly service: TenantService;
  readonly config: C;
  /** For the archive: it may not write, and a statement is short. */
  readonly questions: pg.Pool;
  readonly decisions: TenantDecisions;
  readonly stop: StopGuard;
}

/** Time that a question to the archive may take, ms: the objective of Layer 9 is 3 s in all. */
const QUESTION_MS = 2000;

/** What `main.ts` of a tenant's service runs that answers within the tenant's policy, unless the tenant is stopped. */
export function startProposing<C extends ProposingConfig>(
  readConfig: (variables: NodeJS.ProcessEnv) => C,
  create: (parts: ProposingParts<C>) => unknown,
): Promise<void> {
  return startMain(async () => {
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
    await create({ service, config, questions, decisions, stop });
    await service.start([]);
  });
}
