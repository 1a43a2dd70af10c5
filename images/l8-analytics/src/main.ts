import { createLog } from "../../runtime/log.ts";
import { createPostgresPool } from "../../runtime/postgres-pool.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { TenantService } from "../../runtime/tenant-service.ts";
import { createAnalytics } from "./app.ts";
import { Archive } from "./archive.ts";
import { readConfig } from "./config.ts";
import { HotPathSlot } from "./hotpath/hotpath-slot.ts";
import { ShrinkPoller } from "./shrink-poller.ts";

await startMain(async () => {
  const config = readConfig(process.env);
  const { identity, postgres, streams, retentionHotSeconds, retentionSocSeconds } = config;
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
  createAnalytics({
    service,
    config,
    archive: new Archive(pool, postgres.schema),
    hotPath: new HotPathSlot(
      {
        dir: config.hotpathDir,
        tenant: identity.tenant,
        maxBytes: config.hotpathMaxBytes,
        hotSeconds: retentionHotSeconds,
        socSeconds: retentionSocSeconds,
      },
      log,
      () => service.metrics.failed("hotpath"),
    ),
    shrink: new ShrinkPoller(config.shrinkUrl, config.shrinkPollMs, log),
  });
  await service.start([
    { key: streams.socEvents, seconds: retentionSocSeconds },
    { key: streams.rejects, seconds: retentionSocSeconds },
  ]);
});
