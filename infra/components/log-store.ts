import * as pulumi from "@pulumi/pulumi";
import { RandomId } from "@pulumi/random/randomId.js";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { GATE_CERTS, GATE_OPERATOR, GATE_TENANTS } from "../model/containers/log-gate.ts";
import { LOKI_FOLDER, LOKI_TENANTS } from "../model/containers/loki.ts";
import type { Model } from "../model/types.ts";
import { NodeFiles } from "../provider/index.ts";
import { renderLokiConf, renderLokiOverrides } from "../render/loki-conf.ts";
import type { DataOutputs } from "../stacks/outputs.ts";
import type { ServerCertificate } from "./fleet-anchors.ts";
import { KEPT_FOLDER } from "./kept-folder.ts";
import { SERVICE_UID } from "./service-container.ts";
import { tokenDoor } from "./token-door.ts";

export interface LogStoreArgs {
  readonly model: Model;
  /** Node that runs Loki and the gate before it. */
  readonly node: string;
  /** Certificate of a server on this node. */
  readonly certificate: (id: string) => pulumi.Output<ServerCertificate>;
}

/** Files of Loki and of its gate, and the tokens that the gate is asked with: on the node are their digests alone. */
export class LogStore extends pulumi.ComponentResource {
  /** What a container waits for, by its service's id. */
  readonly requires: Readonly<Record<string, readonly pulumi.Resource[]>>;
  /** Secret. */
  readonly tokens: pulumi.Output<NonNullable<DataOutputs["logs"]>>;
  private readonly args: LogStoreArgs;

  constructor(args: LogStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:LogStore", "logs", {}, opts);
    this.args = args;
    const operator = this.token("logs-operator");
    const readers = args.model.tenants.map(({ id }) => [id, this.token(`${id}-logs`)] as const);
    const logTenants = new Map(args.model.tenants.map(({ id }) => [id, this.logTenant(id)]));
    this.requires = { loki: this.loki(logTenants), "log-gate": this.gate(operator) };
    // The gate looks for tenants while it runs: none of them waits for another.
    for (const [id, token] of readers) {
      this.door(`${id}-logs`, `${GATE_TENANTS}/${id}`, { token, texts: { log_tenant: logTenants.get(id) ?? "" } });
    }
    this.tokens = pulumi.secret(pulumi.output({ operator, readers: Object.fromEntries(readers) }));
    this.registerOutputs({});
  }

  /** It reads what single tenants have again and again; the rest is read once: it ends, and the engine starts it again. */
  private loki(logTenants: ReadonlyMap<string, pulumi.Output<string>>): pulumi.Resource[] {
    const { model, node } = this.args;
    const kept = model.tenants.map(({ id, retentionLogsHours }) =>
      pulumi.output(logTenants.get(id) ?? id).apply((logTenant) => [logTenant, retentionLogsHours] as const),
    );
    const overrides = pulumi.all(kept).apply((each) => renderLokiOverrides({ tenants: Object.fromEntries(each) }));
    const owned = { node, uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0750" };
    const container = model.containers.find((c) => c.service === "loki")?.name ?? "";
    const files = {
      "loki.yaml": { content: renderLokiConf({ retentionHours: model.logs.retentionHours }), mode: "0444" },
    };
    const tenants = { "overrides.yaml": { content: overrides, mode: "0444" } };
    const reload = [{ container, signal: "SIGTERM" }];
    return [
      new NodeFiles("loki", { ...owned, path: LOKI_FOLDER, files, reload }, { parent: this }),
      new NodeFiles("loki-tenants", { ...owned, path: LOKI_TENANTS, files: tenants }, { parent: this }),
    ];
  }

  private gate(token: pulumi.Output<string>): pulumi.Resource[] {
    const { node, certificate } = this.args;
    const kept = { node, path: GATE_TENANTS, uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0700", files: KEPT_FOLDER };
    return [
      this.door("log-gate-tls", GATE_CERTS, { certificate: certificate("log-gate") }),
      this.door("log-gate-operator", GATE_OPERATOR, { token }),
      new NodeFiles("log-gate-tenants", kept, { parent: this }),
    ];
  }

  private door(name: string, path: string, what: Omit<Parameters<typeof tokenDoor>[1], "node" | "path">): NodeFiles {
    return tokenDoor(name, { node: this.args.node, path, ...what }, this);
  }

  /** A tenant's name in Loki: with a part that is made for it and goes with it, as its lines stay until their time is over. */
  private logTenant(id: string): pulumi.Output<string> {
    const { hex } = new RandomId(`${id}-logs`, { byteLength: 5 }, { parent: this });
    return pulumi.interpolate`${id}.${hex}`;
  }

  private token(name: string): pulumi.Output<string> {
    return new RandomPassword(name, { length: 48, special: false }, { parent: this }).result;
  }
}
