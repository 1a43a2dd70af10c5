/** The plugin process: serves the engine on a loopback port, which is printed as its first line. */
import { nodeLink } from "./connect.ts";
import { EngineLog } from "./engine-log.ts";
import { Plugin } from "./plugin.ts";
import { registry } from "./registry.ts";
import { createServer, grpc } from "./server.ts";

const engine = new EngineLog();
engine.setAddress(process.argv[2] ?? "");
const plugin = new Plugin({ registry, connect: nodeLink, log: engine.log });
const server = createServer(plugin, (address) => engine.setAddress(address));

// The engine ends the plugin by SIGINT and waits for it; Ctrl-C in a terminal reaches the engine alone.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
// An engine that was killed leaves nobody to answer to.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, 2000).unref();

server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    process.stderr.write(`dsmil provider: cannot listen on loopback: ${error.message}\n`);
    process.exit(1);
  }
  process.stdout.write(`${port}\n`);
});
