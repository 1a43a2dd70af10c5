import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeConfig } from "../../../infra/ctl/config-file.ts";
import { makeCertificates } from "../support/certificates.ts";
import { KEYS, type Tenant } from "./rig.ts";

const MAIN = resolve(import.meta.dirname, "../../../infra/ctl/main.ts");

/** dsmilctl with a configuration that says where the API is: at a TLS server before one router. */
export interface Ctl {
  /** Exit code and checks of `l7 test`, as one tenant with a tenant's key. */
  test(tenant: string, key: Tenant): Promise<{ readonly code: number; readonly checks: readonly object[] }>;
  close(): void;
}

/** Puts TLS before a router, and a configuration for dsmilctl beside it. */
export async function startCtl(router: string): Promise<Ctl> {
  const dir = mkdtempSync(join(tmpdir(), "dsmil-l7-ctl-"));
  const { ca, cert, key } = makeCertificates(dir);
  const front = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (from, to) => {
    const { method = "GET", headers } = from;
    const passed = request(`${router}${from.url}`, { method, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    from.pipe(passed);
  }).listen(0, "127.0.0.1");
  await once(front, "listening");
  const at = { address: "127.0.0.1", port: (front.address() as AddressInfo).port, serverName: "localhost" };
  const nodes = [{ name: "node-a", ...at }];
  const config = join(dir, "config.yaml");
  writeConfig(config, { contexts: { rig: { ca, cert, key, nodes, l7: { name: "l7", ...at } } } });
  return {
    test(tenant, owner) {
      const file = join(dir, `${owner}.key`);
      writeFileSync(file, `${KEYS[owner]}\n`, { mode: 0o600 });
      const argv = ["--config", config, "l7", "test", "--tenant", tenant, "--key-file", file, "--json"];
      return new Promise((done) => {
        execFile(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...argv], (error, stdout) =>
          done({ code: Number(error?.code ?? 0), checks: JSON.parse(stdout).checks }),
        );
      });
    },
    close() {
      front.close();
      front.closeAllConnections();
      rmSync(dir, { recursive: true });
    },
  };
}
