import { createLog } from "../../runtime/log.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { tenantPool } from "../../runtime/tenant-pool.ts";
import { TenantService } from "../../runtime/tenant-service.ts";
import { createNc3 } from "./app.ts";
import { readConfig } from "./config.ts";

/** Time that a statement may take, milliseconds. */
const STATEMENT_MS = 2000;

await startMain(async () => {
  const config = readConfig(process.env);
  const log = createLog(config.identity);
  const service = new TenantService(config, log);
  stopOnSignals({ health: service.health, log, stop: () => service.stop() });
  const pool = tenantPool(service, config.postgres, { connections: 1, statementMs: STATEMENT_MS });
  await createNc3({ service, config, pool });
  await service.start([]);
});
