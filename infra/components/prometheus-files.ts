import type * as pulumi from "@pulumi/pulumi";
import { PROMETHEUS_CERTS, PROMETHEUS_FOLDER } from "../model/containers/prometheus.ts";
import { NodeFiles } from "../provider/index.ts";
import { renderPrometheusConf, renderPrometheusWeb } from "../render/prometheus-conf.ts";
import { renderPrometheusRules, ruleGroups } from "../render/prometheus-rules.ts";
import type { MonitoringArgs } from "./monitoring.ts";
import { SERVICE_UID } from "./service-container.ts";

/** What Prometheus waits for: its configuration, which it reads again when told, and certificates, which it reads anew. */
export function prometheusFiles(
  { model, node, caCert, certificate, access }: MonitoringArgs,
  parent: pulumi.Resource,
): NodeFiles[] {
  const owned = { node: node.id, uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0750" };
  const container = model.containers.find((c) => c.service === "prometheus")?.name ?? "";
  const reload = [{ container, signal: "SIGHUP" }];
  const server = certificate("prometheus");
  const { clientsCa, self } = access;
  const open = (content: pulumi.Input<string>) => ({ content, mode: "0444" });
  const secret = (content: pulumi.Output<string>) => ({ content, mode: "0400" });
  const files = {
    "prometheus.yml": open(renderPrometheusConf(model)),
    "web.yml": open(renderPrometheusWeb()),
    "rules.yml": open(renderPrometheusRules(ruleGroups(model))),
  };
  const certificates = {
    "tls.crt": open(server.cert),
    "tls.key": secret(server.key),
    "ca.crt": open(caCert),
    "clients-ca.crt": open(clientsCa),
    "self.crt": open(self.cert),
    "self.key": secret(self.key),
  };
  return [
    new NodeFiles("prometheus", { ...owned, path: PROMETHEUS_FOLDER, files, reload }, { parent }),
    new NodeFiles("prometheus-tls", { ...owned, path: PROMETHEUS_CERTS, files: certificates }, { parent }),
  ];
}
