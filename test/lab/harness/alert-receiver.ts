import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

interface Told {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A receiver of alerts on the operator's machine, over TLS with an authority of its own (`ca.crt` in its folder). */
export class AlertReceiver {
  readonly url: string;
  readonly #told: Told[] = [];
  readonly #server: Server;

  /** @param address IPv4 that the nodes reach */
  static async start(folder: string, address: string): Promise<AlertReceiver> {
    makeCertificates(folder, address);
    const read = (name: string): Buffer => readFileSync(join(folder, name));
    const server = createServer({ cert: read("tls.crt"), key: read("tls.key") });
    server.listen(0, address);
    await once(server, "listening");
    return new AlertReceiver(server, `https://${address}:${(server.address() as AddressInfo).port}/alerts`);
  }

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
    server.on("request", (request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      request.on("end", () => {
        this.#told.push(...(JSON.parse(body) as { alerts: Told[] }).alerts);
        response.end();
      });
    });
  }

  heard(alert: string, status: "firing" | "resolved"): boolean {
    return this.#told.some((one) => one.labels.alertname === alert && one.status === status);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function makeCertificates(cwd: string, address: string): void {
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { cwd, stdio: "pipe" });
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...ec, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=lab receiver CA");
  const name = ["-subj", `/CN=${address}`, "-addext", `subjectAltName=IP:${address}`];
  openssl("req", ...ec, "-keyout", "tls.key", "-out", "tls.csr", ...name);
  const signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2", "-copy_extensions", "copy", "-out", "tls.crt"];
  openssl("x509", "-req", "-in", "tls.csr", ...signed);
}
