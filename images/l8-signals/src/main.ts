import { createLog } from "../../runtime/log.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { tenantPool } from "../../runtime/tenant-pool.ts";
import { TenantService } from "../../runtime/tenant-service.ts";
import { createSignals } from "./app.ts";
import { readConfig } from "./config.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const log = createLog(config.identity);
  const service = new TenantService(config, log);
  stopOnSignals({ health: service.health, log, stop: () => service.stop() });
  const pool = tenantPool(service, config.postgres);
  const past = tenantPool(service, config.postgres, { purpose: "past", readOnly: true, statementMs: 60_000 });
  createSignals({ service, config, pool, past });
  await service.start([]);
});
