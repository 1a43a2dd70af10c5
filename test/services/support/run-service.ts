import pino from "pino";
import { createL3Router } from "../../../images/l3-router/src/app.ts";
import { readConfig as readL3Config } from "../../../images/l3-router/src/config.ts";
import { createL4Classifier } from "../../../images/l4-classifier/src/app.ts";
import { readConfig as readL4Config } from "../../../images/l4-classifier/src/config.ts";
import { createForecaster } from "../../../images/l5-forecaster/src/app.ts";
import { readConfig as readL5Config } from "../../../images/l5-forecaster/src/config.ts";
import { createRiskModel } from "../../../images/l6-risk/src/app.ts";
import { readConfig as readL6Config } from "../../../images/l6-risk/src/config.ts";
import { createAnalytics } from "../../../images/l8-analytics/src/app.ts";
import { Archive } from "../../../images/l8-analytics/src/archive.ts";
import { serveBus } from "../../../images/l8-analytics/src/bus/serve-bus.ts";
import { readConfig as readL8Config } from "../../../images/l8-analytics/src/config.ts";
import { HotPathSlot } from "../../../images/l8-analytics/src/hotpath/hotpath-slot.ts";
import { ShrinkPoller } from "../../../images/l8-analytics/src/shrink-poller.ts";
import { createPostgresPool } from "../../../images/runtime/postgres-pool.ts";
import { TenantService } from "../../../images/runtime/tenant-service.ts";

export type ServiceName = "l3" | "l4" | "l5" | "l6" | "l8";

/** A running service of a test. */
export interface Running {
  readonly service: TenantService;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a service in this process with the variables of a container. */
export const runService = (name: ServiceName, variables: Readonly<Record<string, string>>): Promise<Running> =>
  name === "l8" ? runAnalytics(variables) : runStage(name, variables);

/** Layers 3 to 6: how each is told and made. */
const STAGES = {
  l3: { read: readL3Config, create: createL3Router },
  l4: { read: readL4Config, create: createL4Classifier },
  l5: { read: readL5Config, create: createForecaster },
  l6: { read: readL6Config, create: createRiskModel },
} as const;

async function runStage(name: keyof typeof STAGES, variables: Readonly<Record<string, string>>): Promise<Running> {
  const config = STAGES[name].read(variables) as ReturnType<typeof readL5Config>;
  const service = new TenantService(config, quietLog(variables));
  await STAGES[name].create(service, config);
  const port = await service.start([]);
  return { service, port, stop: () => service.stop() };
}

async function runAnalytics(variables: Readonly<Record<string, string>>): Promise<Running> {
  const config = readL8Config(variables);
  const log = quietLog(variables);
  const service = new TenantService(config, log);
  const pool = createPostgresPool(config.postgres, "test", log);
  const limits = { maxBytes: config.hotpathMaxBytes, hotSeconds: 86_400, socSeconds: 604_800 };
  const hotPath = new HotPathSlot(
    { dir: config.hotpathDir, tenant: config.identity.tenant, ...limits },
    log,
    () => undefined,
  );
  const shrink = new ShrinkPoller(config.shrinkUrl, config.shrinkPollMs, log);
  createAnalytics({ service, config, archive: new Archive(pool, config.postgres.schema), hotPath, shrink });
  const asking = { connections: 1, statementMs: 2000, readOnly: true };
  const questions = createPostgresPool(config.postgres, "test-questions", log, asking);
  serveBus({ service, config, hotPath, questions });
  const port = await service.start([]);
  const stop = async (): Promise<void> => {
    await service.stop();
    await Promise.all([pool.end(), questions.end()]);
  };
  return { service, port, stop };
}

function quietLog(variables: Readonly<Record<string, string>>) {
  return pino({ level: variables.LOG_LEVEL ?? "error" });
}
