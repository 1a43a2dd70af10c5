import { createLog } from "../../runtime/log.ts";
import { createPostgresPool } from "../../runtime/postgres-pool.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { TenantService } from "../../runtime/tenant-service.ts";
import { createNc3 } from "./app.ts";
import { readConfig } from "./config.ts";

/** Time that a statement may take, milliseconds. */
const STATEMENT_MS = 2000;

await startMain(async () => {
  const config = readConfig(process.env);
  const { identity, postgres } = config;
  const log = createLog(identity);
  const service = new TenantService(config, log);
  const name = `${identity.service}-${identity.tenant}`;
  const pool = createPostgresPool(postgres, name, log, { connections: 1, statementMs: STATEMENT_MS });
  stopOnSignals({
    health: service.health,
    log,
    stop: async () => {
      await service.stop();
      await pool.end();
    },
  });
  await createNc3({ service, config, pool });
  await service.start([]);
});
