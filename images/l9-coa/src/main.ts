import { createLog } from "../../runtime/log.ts";
import { createPostgresPool } from "../../runtime/postgres-pool.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { TenantService } from "../../runtime/tenant-service.ts";
import { createCoa } from "./app.ts";
import { readConfig } from "./config.ts";

/** Time that a statement may take, milliseconds: askers wait 3 s in all (the layer's objective). */
const STATEMENT_MS = 2000;

await startMain(async () => {
  const config = readConfig(process.env);
  const { identity, postgres } = config;
  const log = createLog(identity);
  const service = new TenantService(config, log);
  const name = `${identity.service}-${identity.tenant}`;
  const limits = { connections: 1, statementMs: STATEMENT_MS };
  const questions = createPostgresPool(postgres, `${name}-questions`, log, { ...limits, readOnly: true });
  const records = createPostgresPool(postgres, `${name}-decisions`, log, limits);
  stopOnSignals({
    health: service.health,
    log,
    stop: async () => {
      await service.stop();
      await Promise.all([questions.end(), records.end()]);
    },
  });
  await createCoa({ service, config, questions, records });
  await service.start([]);
});
