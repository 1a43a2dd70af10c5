import { createLog } from "../../runtime/log.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { readConfig } from "./config.ts";
import { Shrink } from "./service.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const log = createLog(config.identity);
  const shrink = new Shrink(config, log);
  stopOnSignals({ health: shrink.health, log, stop: () => shrink.stop() });
  await shrink.start();
});
