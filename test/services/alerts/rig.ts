import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { type HttpsAnswer, type HttpsCall, httpsRequest } from "../../../infra/cli/stores/https-request.ts";
import { freePort } from "../../../infra/lab/free-port.ts";
import { ensurePackages } from "../../../infra/lab/packages.ts";
import { loadModel } from "../../../infra/model/load.ts";
import type { Model } from "../../../infra/model/types.ts";
import { renderAlertmanagerConf, renderAlertmanagerWeb } from "../../../infra/render/alertmanager-conf.ts";
import { renderPrometheusRules, ruleGroups } from "../../../infra/render/prometheus-rules.ts";
import { type Certificates, makeCertificates } from "../support/certificates.ts";
import { type Child, startChild } from "../support/child.ts";
import { MailSink, Webhook } from "./receiver.ts";

const PASSWORD = "hidden-mail-password";

/** The manifest's fleet with receivers of a test's own. */
function modelOf({
  ops,
  alpha,
  bravo,
  mail,
  folder,
}: Pick<AlertRig, "ops" | "alpha" | "bravo" | "mail" | "folder">): Model {
  const model = loadModel(resolve(import.meta.dirname, "../../../manifest.yaml"));
  const severities = ["critical", "warning"] as const;
  const notify = {
    alpha: [{ channel: "webhook", target: alpha.url }],
    bravo: [{ channel: "webhook", target: bravo.url }],
  };
  return {
    ...model,
    alerts: {
      webhooks: [
        {
          id: "ops",
          url: ops.url,
          severities,
          layers: [],
          tokenFile: `${folder}/ops.token`,
          caFile: `${folder}/ca.crt`,
        },
      ],
      email: {
        ...{
          smarthost: mail.smarthost,
          from: "dsmil@dsmil.example",
          to: ["oncall@dsmil.example"],
          severities,
          layers: [],
        },
        ...{ username: "dsmil", passwordFile: `${folder}/mail.password`, caFile: `${folder}/ca.crt` },
      },
    },
    tenants: model.tenants.map((tenant) => ({
      ...tenant,
      notify: notify[tenant.id as "alpha"] ?? [],
    })) as Model["tenants"],
  };
}

/** A real Prometheus and Alertmanager on loopback, with two services that are asked, and four who are told. */
export class AlertRig {
  readonly folder = mkdtempSync(join(tmpdir(), "t-alerts-"));
  readonly certificates: Certificates = makeCertificates(this.folder);
  readonly ports = { alertmanager: 0, prometheus: 0, alpha: 0, bravo: 0 };
  ops!: Webhook;
  alpha!: Webhook;
  bravo!: Webhook;
  mail!: MailSink;
  #model!: Model;
  #children: Child[] = [];
  readonly #targets = new Map<string, Server>();

  async start(): Promise<void> {
    await ensurePackages(["prometheus", "prometheus-alertmanager"]);
    for (const name of ["alertmanager", "prometheus", "alpha", "bravo"] as const) this.ports[name] = await freePort();
    for (const name of ["ops", "alpha", "bravo"] as const) this[name] = await Webhook.start(this.certificates);
    this.mail = await MailSink.start(this.certificates, PASSWORD);
    this.#model = modelOf(this);
    writeFileSync(join(this.folder, "ops.token"), "hidden-ops-token");
    writeFileSync(join(this.folder, "mail.password"), PASSWORD);
    copyFileSync(this.certificates.ca, join(this.folder, "clients-ca.crt"));
    writeFileSync(join(this.folder, "web.yml"), renderAlertmanagerWeb(this.folder));
    this.configure(this.#model);
    for (const tenant of ["alpha", "bravo"]) await this.up(tenant);
    await this.#alertmanager();
    await this.#prometheus();
  }

  get model(): Model {
    return this.#model;
  }

  /** Lays the alertmanager's configuration, with hardly any wait. */
  configure(model: Model): void {
    const settings = { access: this.folder, groupWait: "1s", groupInterval: "1s" };
    writeFileSync(join(this.folder, "alertmanager.yml"), renderAlertmanagerConf(model, settings));
  }

  /** Asks a server with the certificate of a client, as an operator or Prometheus does; without, if told so. */
  ask(server: "alertmanager" | "prometheus", call: HttpsCall, known = true): Promise<HttpsAnswer> {
    return httpsRequest(this.endpoint(server), { ...call, ...(known && { client: this.client }) });
  }

  endpoint(server: "alertmanager" | "prometheus") {
    return {
      host: "127.0.0.1",
      port: this.ports[server],
      servername: "localhost",
      ca: readFileSync(this.certificates.ca, "utf8"),
    };
  }

  get client(): { cert: string; key: string } {
    return { cert: readFileSync(this.certificates.cert, "utf8"), key: readFileSync(this.certificates.key, "utf8") };
  }

  /** The service of a tenant answers. */
  async up(tenant: string): Promise<void> {
    const server = createServer((_, response) => response.end("dsmil_example 1\n"));
    await new Promise<void>((done) => server.listen(this.ports[tenant as "alpha"], "127.0.0.1", () => done()));
    this.#targets.set(tenant, server);
  }

  /** It does not. */
  down(tenant: string): void {
    this.#targets.get(tenant)?.closeAllConnections();
    this.#targets.get(tenant)?.close();
  }

  async stop(): Promise<void> {
    for (const child of this.#children) await child.end("SIGTERM");
    for (const tenant of this.#targets.keys()) this.down(tenant);
    for (const webhook of [this.ops, this.alpha, this.bravo]) webhook?.close();
    await this.mail?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #alertmanager(): Promise<void> {
    const { folder, ports } = this;
    mkdirSync(join(folder, "am"));
    // Tenants' channels are trusted as the public authorities are.
    const env = ["env", `SSL_CERT_FILE=${this.certificates.ca}`];
    const files = [
      `--config.file=${folder}/alertmanager.yml`,
      `--web.config.file=${folder}/web.yml`,
      `--storage.path=${folder}/am`,
    ];
    const where = [`--web.listen-address=127.0.0.1:${ports.alertmanager}`, "--cluster.listen-address="];
    await this.#child([...env, "prometheus-alertmanager", ...files, ...where], "alertmanager");
  }

  async #prometheus(): Promise<void> {
    const { folder, ports, certificates } = this;
    // The rules as they are, but for the time that they wait.
    const groups = ruleGroups(this.#model).map((group) => ({
      ...group,
      alerts: group.alerts.map((alert) => ({ ...alert, ...(alert.for && { for: "2s" }) })),
    }));
    writeFileSync(join(folder, "rules.yml"), renderPrometheusRules(groups));
    const target = (tenant: "alpha" | "bravo") => ({
      targets: [`127.0.0.1:${ports[tenant]}`],
      labels: {
        tenant,
        node: "node-a",
        layer: "L3",
        device: "18",
        service: "l3-router",
        container: `dsmil-l3-router-${tenant}`,
      },
    });
    const { ca, cert, key } = certificates;
    const here = {
      scheme: "https",
      tls_config: { ca_file: ca, cert_file: cert, key_file: key, server_name: "localhost" },
      static_configs: [{ targets: [`127.0.0.1:${ports.alertmanager}`] }],
    };
    const conf = {
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: [`${folder}/rules.yml`],
      alerting: { alertmanagers: [here] },
      scrape_configs: [{ job_name: "services", static_configs: [target("alpha"), target("bravo")] }],
    };
    writeFileSync(join(folder, "prometheus.yml"), stringify(conf));
    const files = [`--config.file=${folder}/prometheus.yml`, `--web.config.file=${folder}/web.yml`];
    const where = [`--storage.tsdb.path=${folder}/tsdb`, `--web.listen-address=127.0.0.1:${ports.prometheus}`];
    await this.#child(["prometheus", ...files, ...where], "prometheus");
  }

  async #child(argv: readonly string[], server: "alertmanager" | "prometheus"): Promise<void> {
    const ready = async (): Promise<boolean> => {
      const answer = await this.ask(server, { method: "GET", path: "/-/ready" }).catch(() => undefined);
      return answer?.status === 200;
    };
    this.#children.push(await startChild(argv, { ready }));
  }
}
