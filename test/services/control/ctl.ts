import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { writeConfig } from "../../../infra/ctl/config-file.ts";
import type { ControlRig, Who } from "./rig.ts";

const MAIN = resolve(import.meta.dirname, "../../../infra/ctl/main.ts");

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** dsmilctl as its own process, with an operator's certificate: exit code and output. */
export function ctl(rig: ControlRig, who: Who, ...args: readonly string[]): Promise<Ended> {
  const config = `${rig.dir}/${who}.yaml`;
  const nodes = [{ name: "node-a", address: "127.0.0.1", port: rig.port, serverName: "localhost" }];
  writeConfig(config, { contexts: { rig: { ca: "ca.crt", cert: `${who}.crt`, key: `${who}.key`, nodes } } });
  const argv = ["--disable-warning=ExperimentalWarning", MAIN, "--config", config, ...args];
  return new Promise((done) => {
    execFile(process.execPath, argv, { timeout: 20_000 }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}
