import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import type { Certificates } from "../support/certificates.ts";

/** One alert of a message of Alertmanager's (version 4). */
export interface Told {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of the request that brought it. */
  readonly authorization: string | undefined;
}

/** A webhook on loopback, over TLS. */
export class Webhook {
  readonly told: Told[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      request.on("end", () => {
        const { alerts } = JSON.parse(body) as { alerts: Omit<Told, "authorization">[] };
        this.told.push(...alerts.map((alert) => ({ ...alert, authorization: request.headers.authorization })));
        response.end();
      });
    });
  }

  static async start({ cert, key }: Certificates): Promise<Webhook> {
    const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Webhook(server);
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}/alerts`;
  }

  /** Whether it was told this of an alert. */
  heard(alert: string, status: Told["status"]): boolean {
    return this.told.some((one) => one.labels.alertname === alert && one.status === status);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** A mail server on loopback that takes mail after STARTTLS and a password only. */
export class MailSink {
  /** Recipient and text. */
  readonly mails: { readonly to: string; readonly text: string }[] = [];
  readonly #server: SMTPServer;

  private constructor({ cert, key }: Certificates, password: string) {
    this.#server = new SMTPServer({
      cert: readFileSync(cert),
      key: readFileSync(key),
      authMethods: ["PLAIN", "LOGIN"],
      onAuth: (auth, _session, done) =>
        auth.password === password ? done(null, { user: auth.username ?? "" }) : done(new Error("wrong password")),
      onData: (stream, session, done) => {
        let text = "";
        stream.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        stream.on("end", () => {
          for (const { address } of session.envelope.rcptTo) this.mails.push({ to: address, text });
          done();
        });
      },
    });
  }

  static async start(certificates: Certificates, password: string): Promise<MailSink> {
    const sink = new MailSink(certificates, password);
    await new Promise<void>((resolve) => sink.#server.listen(0, "127.0.0.1", () => resolve()));
    return sink;
  }

  get smarthost(): string {
    return `localhost:${(this.#server.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
