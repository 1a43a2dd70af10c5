import { createLog } from "../../runtime/log.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { readConfig } from "./config.ts";
import { L7Service } from "./service.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const log = createLog(config.identity);
  const service = new L7Service(config, log);
  stopOnSignals({ health: service.health, log, drainMs: config.drainMs, stop: () => service.stop() });
  await service.start();
  log.info({ port: config.identity.httpPort, workers: config.workers.length }, "started");
});
