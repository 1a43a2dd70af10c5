import { createLog } from "../../runtime/log.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { tenantPool } from "../../runtime/tenant-pool.ts";
import { TenantService } from "../../runtime/tenant-service.ts";
import { createAnalytics } from "./app.ts";
import { Archive } from "./archive.ts";
import { serveBus } from "./bus/serve-bus.ts";
import { readConfig } from "./config.ts";
import { HotPathSlot } from "./hotpath/hotpath-slot.ts";
import { ShrinkPoller } from "./shrink-poller.ts";

/** Time that a question to the archive may take, milliseconds: askers wait 5 s in all. */
const QUESTION_MS = 2000;

await startMain(async () => {
  const config = readConfig(process.env);
  const { identity, postgres, streams, retentionHotSeconds, retentionSocSeconds } = config;
  const log = createLog(identity);
  const service = new TenantService(config, log);
  stopOnSignals({ health: service.health, log, stop: () => service.stop() });
  const pool = tenantPool(service, postgres);
  const asking = { purpose: "questions", connections: 1, statementMs: QUESTION_MS, readOnly: true };
  const questions = tenantPool(service, postgres, asking);
  const hotPath = new HotPathSlot(
    {
      dir: config.hotpathDir,
      tenant: identity.tenant,
      maxBytes: config.hotpathMaxBytes,
      hotSeconds: retentionHotSeconds,
      socSeconds: retentionSocSeconds,
    },
    log,
    () => service.metrics.failed("hotpath"),
  );
  const archive = new Archive(pool, postgres.schema);
  const shrink = new ShrinkPoller(config.shrinkUrl, config.shrinkPollMs, log);
  createAnalytics({ service, config, archive, hotPath, shrink });
  serveBus({ service, config, hotPath, questions });
  await service.start([
    { key: streams.socEvents, seconds: retentionSocSeconds },
    { key: streams.rejects, seconds: retentionSocSeconds },
  ]);
});
