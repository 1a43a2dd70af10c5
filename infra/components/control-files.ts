import * as pulumi from "@pulumi/pulumi";
import { CONTROL_CERTS, CONTROL_OPERATORS, CONTROL_SUMMARIES } from "../model/containers/control-api.ts";
import { controlCertificate } from "../model/names.ts";
import { NodeFiles } from "../provider/index.ts";
import { renderOperators, renderSummary } from "../render/control.ts";
import { KEPT_FOLDER } from "./kept-folder.ts";
import type { MonitoringArgs } from "./monitoring.ts";

/** What a node's control API waits for; it follows all of it, and is not restarted for a change. */
export function controlFiles(args: MonitoringArgs, parent: pulumi.Resource): NodeFiles[] {
  const { model, node, certificate, access, control } = args;
  const files = (name: string, path: string, content: NodeFilesContent): NodeFiles =>
    new NodeFiles(name, { node: node.id, path, dirMode: "0700", files: content }, { parent });
  const { cert, key } = certificate(controlCertificate(node.id));
  const open = (content: pulumi.Input<string>) => ({ content, mode: "0444" });
  const secret = (content: pulumi.Input<string>) => ({ content, mode: "0400" });
  const asks = model.services.some((service) => service.id === "prometheus" && service.node === node.id);
  const own = access.apply((found) => found.control ?? { cert: "", key: "" });
  const tls = files("control-tls", CONTROL_CERTS, {
    "tls.crt": open(cert),
    "tls.key": secret(key),
    "clients-ca.crt": open(control.clientsCa),
    ...(asks && { "control.crt": open(own.cert), "control.key": secret(own.key) }),
  });
  const summary = (tenant: string | undefined): NodeFiles =>
    files(`${tenant ?? "shared"}-summary`, `${CONTROL_SUMMARIES}/${tenant ?? "shared"}`, {
      "summary.json": open(renderSummary(model, node.id, tenant)),
    });
  for (const { id } of model.tenants) summary(id);
  const known = model.operators.map(({ name }) => control.publicKey(name).apply((key) => [name, key] as const));
  // Names, roles and digests of public keys: nothing of the secret output that they come from.
  const listed = pulumi.unsecret(
    pulumi.all(known).apply((keys) => renderOperators(model.operators, Object.fromEntries(keys))),
  );
  return [
    tls,
    files("control-summaries", CONTROL_SUMMARIES, KEPT_FOLDER),
    files("control-operators", CONTROL_OPERATORS, KEPT_FOLDER),
    files("shared-operators", `${CONTROL_OPERATORS}/shared`, { "operators.json": open(listed) }),
    summary(undefined),
  ];
}

type NodeFilesContent = Record<string, { content: pulumi.Input<string>; mode: string }>;
