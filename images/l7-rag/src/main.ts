import { createLog } from "../../runtime/log.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { TenantService } from "../../runtime/tenant-service.ts";
import { createRag } from "./app.ts";
import { readConfig } from "./config.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const log = createLog(config.identity);
  const service = new TenantService(config, log);
  stopOnSignals({ health: service.health, log, stop: () => service.stop() });
  createRag(service, config);
  await service.start([]);
});
