import { stringify } from "yaml";
import { LOKI_UID, PROMETHEUS_UID } from "./datasource-uid.ts";
import type { Source, Sources } from "./sources.ts";

/** Where Grafana's container sees its folder, and the PEM files that the operator lays into it. */
const FOLDER = "/etc/grafana";
const TLS = `${FOLDER}/tls`;

/** Text of provisioning/datasources/dsmil.yaml. Certificates are named, never written into it. */
export function datasourcesYaml({ prometheus, loki }: Sources): string {
  const datasources = [
    ...(prometheus ? [datasource("Prometheus", "prometheus", PROMETHEUS_UID, prometheus)] : []),
    ...(loki ? [datasource("Loki", "loki", LOKI_UID, loki)] : []),
  ];
  // What was taken out of the file is taken out of Grafana.
  return stringify({ apiVersion: 1, prune: true, datasources });
}

function datasource(name: string, type: "prometheus" | "loki", uid: string, source: Source): object {
  const { url, serverName, by = "certificate" } = source;
  return {
    ...{ name, type, uid, url, access: "proxy", isDefault: type === "prometheus", editable: false },
    jsonData: {
      ...(type === "prometheus" && { httpMethod: "POST", timeInterval: "15s" }),
      ...{ tlsAuth: by === "certificate", tlsAuthWithCACert: true, tlsSkipVerify: false, serverName },
      ...(by === "header" && { httpHeaderName1: "Authorization" }),
    },
    secureJsonData: {
      tlsCACert: `$__file{${TLS}/ca.crt}`,
      ...(by === "header"
        ? { httpHeaderValue1: `$__file{${TLS}/loki-authorization}` }
        : { tlsClientCert: `$__file{${TLS}/client.crt}`, tlsClientKey: `$__file{${TLS}/client.key}` }),
    },
  };
}

/** Text of provisioning/dashboards/dsmil.yaml. @param folder name of the folder that people see */
export function providerYaml(folder: string): string {
  const provider = {
    ...{ name: "dsmil", type: "file", folder, allowUiUpdates: false, disableDeletion: true },
    ...{ updateIntervalSeconds: 60, options: { path: `${FOLDER}/dashboards` } },
  };
  return stringify({ apiVersion: 1, providers: [provider] });
}
