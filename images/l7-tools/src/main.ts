import { createLog } from "../../runtime/log.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { readConfig } from "./config.ts";
import { ToolsService } from "./service.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const log = createLog(config.identity);
  const service = new ToolsService(config, log);
  stopOnSignals({ health: service.health, log, stop: () => service.stop() });
  log.info({ port: await service.start() }, "started");
});
