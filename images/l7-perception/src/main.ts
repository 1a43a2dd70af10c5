import { isMainThread } from "node:worker_threads";
import { createLog } from "../../runtime/log.ts";
import { stopOnSignals } from "../../runtime/shutdown.ts";
import { startMain } from "../../runtime/start-main.ts";
import { readConfig } from "./config.ts";
import { serveDecoder } from "./decoder/thread.ts";
import { PerceptionService } from "./service.ts";

// One program, as an image has one file: the thread that decodes runs it, too.
if (isMainThread) {
  await startMain(async () => {
    const config = readConfig(process.env);
    const log = createLog(config.identity);
    const service = new PerceptionService(config, log, new URL(import.meta.url));
    stopOnSignals({ health: service.health, log, stop: () => service.stop() });
    log.info({ port: await service.start() }, "started");
  });
} else serveDecoder();
