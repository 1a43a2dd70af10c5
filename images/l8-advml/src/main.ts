import { createLog } from "../../runtime/log.ts";
import { createPostgresPool } from "../../runtime/postgres-pool.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { TenantService } from "../../runtime/tenant-service.ts";
import { createAdvml } from "./app.ts";
import { readConfig } from "./config.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const { identity, postgres } = config;
  const log = createLog(identity);
  const service = new TenantService(config, log);
  const pool = createPostgresPool(postgres, `${identity.service}-${identity.tenant}`, log);
  stopOnSignals({
    health: service.health,
    log,
    stop: async () => {
      await service.stop();
      await pool.end();
    },
  });
  createAdvml({ service, config, pool });
  await service.start([]);
});
