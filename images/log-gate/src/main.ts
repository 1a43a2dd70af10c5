import { createLog } from "../../runtime/log.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { LogGate } from "./app.ts";
import { readConfig } from "./config.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const log = createLog(config.identity);
  const gate = new LogGate(config, log);
  stopOnSignals({ health: gate.health, log, stop: () => gate.stop() });
  await gate.start();
});
