import { createLog } from "../../runtime/log.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { LogShipper } from "./app.ts";
import { readConfig } from "./config.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const log = createLog(config.identity);
  const shipper = new LogShipper(config, log);
  stopOnSignals({ health: shipper.health, log, stop: () => shipper.stop() });
  await shipper.start();
});
