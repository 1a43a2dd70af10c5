import { createLog } from "../../runtime/log.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { ControlApi } from "./app.ts";
import { readConfig } from "./config.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const log = createLog(config.identity);
  const api = new ControlApi(config, log);
  stopOnSignals({ health: api.health, log, stop: () => api.stop() });
  await api.start();
});
