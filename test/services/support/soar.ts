import { mkdirSync, writeFileSync } from "node:fs";
import pino from "pino";
import { createSoar } from "../../../images/l8-soar/src/app.ts";
import { readConfig } from "../../../images/l8-soar/src/config.ts";
import { ProposalStore } from "../../../images/l8-soar/src/proposal-store.ts";
import { DECISION_STATEMENT_MS, tenantDecisions } from "../../../images/runtime/policy/tenant-decisions.ts";
import { createPostgresPool } from "../../../images/runtime/postgres-pool.ts";
import { tenantStop } from "../../../images/runtime/stop/tenant-stop.ts";
import { TenantService } from "../../../images/runtime/tenant-service.ts";
import type { PolicyRig } from "../policy/rig.ts";
import type { Fabric, Running } from "./fabric.ts";

/** Runs ALPHA's SOAR orchestrator in this process, with a policy as the deployer lays it. */
export async function runSoar(fabric: Fabric, rig: PolicyRig): Promise<Running> {
  const variables = {
    ...fabric.variables,
    POLICY_DIR: `${rig.tenants}/alpha`,
    POLICY_SHARED_DIR: rig.rulesFolder,
    POLICY_STATE_DIR: `${rig.folder}/state/l8-soar`,
    POLICY_POLL_MS: "50",
    OFFICERS_DIR: `${rig.folder}/officers`,
  };
  mkdirSync(`${rig.folder}/officers`, { recursive: true });
  writeFileSync(`${rig.folder}/officers/officers.json`, JSON.stringify({ tenant: "ALPHA", officers: [] }));
  const config = readConfig(variables);
  const log = pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" });
  const service = new TenantService(config, log);
  const { schema } = config.postgres;
  const pool = createPostgresPool(config.postgres, "test", log, { statementMs: DECISION_STATEMENT_MS });
  const decisions = await tenantDecisions({ service, policy: config.policy, pool, schema });
  const guard = await tenantStop({ service, officers: config.officers, pool, schema });
  createSoar({ service, config, decisions, stop: guard, store: new ProposalStore(pool, schema) });
  const port = await service.start([]);
  const stop = async (): Promise<void> => {
    await service.stop();
    await pool.end();
  };
  return { service, port, stop };
}
