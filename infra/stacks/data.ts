import * as pulumi from "@pulumi/pulumi";
import { AuditTrail } from "../components/audit-trail.ts";
import { ControlAnchors } from "../components/control-anchors.ts";
import { DataServices } from "../components/data-services.ts";
import { DbeGateway } from "../components/dbe-gateway.ts";
import { FleetAnchors } from "../components/fleet-anchors.ts";
import { LogStore } from "../components/log-store.ts";
import { ModelSignatures } from "../components/model-signatures.ts";
import { Monitoring } from "../components/monitoring.ts";
import { NodeRuntime } from "../components/node-runtime.ts";
import { OperatorAnchors } from "../components/operator-anchors.ts";
import { signPolicies } from "../components/sign-policies.ts";
import { StoreMetrics } from "../components/store-metrics.ts";
import { TenantData } from "../components/tenant-data.ts";
import { certifiedServers } from "../model/certified-servers.ts";
import {
  agentCertificate,
  controlCertificate,
  ingestCertificate,
  shipperCertificate,
  shrinkCertificate,
} from "../model/names.ts";
import { type NodeStackArgs, nodeEngine } from "./node-stack.ts";

/** The data node: the fleet's anchors, the stores, and what each tenant owns in them. Depends on no other stack. */
export function dataStack({ model, node, root, rules, allowDataLoss }: NodeStackArgs): Record<string, unknown> {
  const engine = nodeEngine(node);
  const anchors = new FleetAnchors(model);
  const { caCert, rootSeed, rootPublicKey } = anchors;
  const runtime = new NodeRuntime({ model, node, engine, root, caCert, rootSeed, rootPublicKey });
  const { stores } = new DataServices({ model, node, engine, runtime, anchors });
  const tenants = model.tenants.map((tenant) => {
    const data = new TenantData({ model, tenant, node: node.id, rootSeed, allowDataLoss, stores });
    return [tenant.id, data.secrets] as const;
  });
  const secrets = new Map(tenants);
  const postgres = stores.get("postgres");
  if (postgres === undefined) throw new Error("the manifest has no postgres");
  const audit = new AuditTrail({ model, node: node.id, allowDataLoss, database: postgres });
  new DbeGateway({
    ...{ model, node, engine, runtime, caCert, rootPublicKey },
    certificate: anchors.certificate(node.id),
    auditPassword: audit.passwords[node.id] ?? "",
    tenantCertificate: ({ id }) =>
      pulumi.unsecret(pulumi.output(secrets.get(id)).apply((all) => all?.signing.certificate ?? "")),
    dependsOn: [audit.trail],
  });
  const { access } = new OperatorAnchors(model);
  const control = new ControlAnchors(model);
  const certificate = (id: string) => anchors.certificate(id);
  const { requires } = new StoreMetrics({ model, node: node.id, stores });
  const logs = model.logs.loki ? new LogStore({ model, node: node.id, certificate }) : undefined;
  const waits = { ...requires, ...logs?.requires };
  new Monitoring({ model, node, engine, runtime, caCert, certificate, access, control: control.keys, requires: waits });
  const models = new ModelSignatures({ model, root, rootSeed });
  const elsewhere = [
    ...model.services.filter((s) => ["haproxy", "prometheus", "alertmanager", "portainer"].includes(s.id)),
    ...model.services
      .filter((s) => s.id === "node-agent" && s.node !== node.id)
      .map((s) => ({ id: agentCertificate(s.node) })),
    ...model.services
      .filter((s) => s.id === "log-shipper" && s.node !== node.id)
      .map((s) => ({ id: shipperCertificate(s.node) })),
    ...model.services
      .filter((s) => s.id === "control-api" && s.node !== node.id)
      .map((s) => ({ id: controlCertificate(s.node) })),
    ...model.nodes.filter(({ id }) => id !== node.id),
  ];
  const ingests = model.tenants.filter((t) => t.ingestPort !== undefined).map((t) => ({ id: ingestCertificate(t.id) }));
  const shrink = model.services.find(({ id }) => id === "shrink");
  const shrinks =
    shrink?.scope === "tenant"
      ? model.tenants.map(({ id }) => shrinkCertificate(id))
      : shrink
        ? [shrinkCertificate()]
        : [];
  const remote = [...elsewhere, ...ingests, ...shrinks.map((id) => ({ id }))].map(
    ({ id }) => [id, anchors.certificate(id)] as const,
  );
  const serverCertificates = certifiedServers(model).map(
    (id) => [id, pulumi.unsecret(anchors.certificate(id)).cert] as const,
  );
  return {
    caCert,
    rootPublicKey,
    rootSeed,
    certificates: pulumi.secret(pulumi.all(Object.fromEntries(remote))),
    serverCertificates: pulumi.all(Object.fromEntries(serverCertificates)),
    auditPasswords: pulumi.secret(pulumi.all(audit.passwords)),
    audit: pulumi.secret({ readerPassword: audit.readerPassword }),
    monitoring: access,
    ...(logs && { logs: logs.tokens }),
    control: control.access,
    tenants: pulumi.secret(pulumi.all(Object.fromEntries(tenants))),
    modelSignatures: models.signatures,
    policies: signPolicies({ tenants: model.tenants, rules, rootSeed }),
    identity: runtime.identity,
    formerIdentities: runtime.formerIdentities,
  };
}
