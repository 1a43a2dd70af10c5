import { Health } from "../../runtime/health.ts";
import { createLog } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { createL7Router } from "./app.ts";
import { readConfig } from "./config.ts";
import { KeyRing } from "./key-ring.ts";
import { KeyWatcher } from "./key-watcher.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const log = createLog(config.identity);
  const health = new Health(config.identity);
  const ring = new KeyRing();
  const watcher = new KeyWatcher(config.apiKeysDir, ring, log);
  const stopping = new AbortController();
  const metrics = new Metrics(config.identity);
  const app = createL7Router({ ring, models: config.models, health, metrics, log, bodyLimit: config.bodyLimit });
  health.add({ name: "api_keys", weight: "warning", read: () => watcher.check() });
  stopOnSignals({
    health,
    log,
    drainMs: config.drainMs,
    stop: async () => {
      stopping.abort();
      await app.close();
    },
  });
  // Without its keys a router would refuse everybody: it listens only once they are read.
  await watcher.look();
  void watcher.run(config.apiKeysPollMs, stopping.signal);
  await app.listen({ host: "0.0.0.0", port: config.identity.httpPort });
  log.info({ port: config.identity.httpPort, models: config.models }, "started");
});
