import { loadNodeKey, readNodeKeyConfig } from "../../runtime/dbe/keys/load.ts";
import { createLog } from "../../runtime/log.ts";
import { createPostgresPool } from "../../runtime/postgres-pool.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { Gateway } from "./app.ts";
import { PostgresStore } from "./audit/postgres-store.ts";
import { controlSocket, readConfig } from "./config.ts";
import { ctl } from "./control/ctl.ts";
import { openTransport } from "./links/open-transport.ts";

const [command, ...args] = process.argv.slice(2);
if (command === "ctl") process.exitCode = await ctl(args, controlSocket(process.env));
else await startMain(serve);

async function serve(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.identity);
  const { node } = config.identity;
  const key = await loadNodeKey(readNodeKeyConfig(process.env));
  const pool = createPostgresPool(config.postgres, `dbe-gateway-${node}`, log);
  const stopping = new AbortController();
  const gateway = await Gateway.create({
    ...{ config, log, key, store: new PostgresStore(pool, node) },
    transport: (configuration, onRefused) => openTransport({ config, configuration, onRefused, log }, stopping.signal),
  });
  stopOnSignals({
    health: gateway.health,
    log,
    drainMs: config.drainMs,
    stop: async () => {
      stopping.abort();
      await gateway.stop();
      await pool.end();
    },
  });
  await gateway.start();
  log.info({ key: key.signer.describe(), transport: gateway.configuration.settings.transport }, "started");
}
