import type { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import type { Container, Model, Node } from "../model/types.ts";
import { NodeFiles } from "../provider/index.ts";
import { renderPgHba } from "../render/pg-hba.ts";
import { renderPostgresConf } from "../render/postgres-conf.ts";
import { renderRedisConf } from "../render/redis-conf.ts";
import type { FleetAnchors } from "./fleet-anchors.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { SERVICE_UID, ServiceContainer } from "./service-container.ts";

export interface DataServicesArgs {
  readonly model: Model;
  readonly node: Node;
  readonly engine: Provider;
  readonly runtime: NodeRuntime;
  readonly anchors: FleetAnchors;
}

/** A store's own files: configuration and the secret its entry point needs. */
type StoreFiles = Record<string, { content: pulumi.Input<string>; mode?: string }>;

/** A running store and the volume that holds its data. */
export interface Store {
  readonly container: ServiceContainer;
  readonly volume: pulumi.Resource;
}

/** Redis, PostgreSQL and Qdrant with their configuration, certificates and administrators. */
export class DataServices extends pulumi.ComponentResource {
  /** By store id; tenant resources depend on them. */
  readonly stores: ReadonlyMap<string, Store>;
  private readonly args: DataServicesArgs;

  constructor(args: DataServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:DataServices", "data", {}, opts);
    this.args = args;
    const admin = Object.fromEntries(
      ["redis", "postgres", "qdrant"].map((store) => [store, this.password(`${store}-admin`)]),
    ) as Record<"redis" | "postgres" | "qdrant", pulumi.Output<string>>;
    this.adminFiles(admin);
    const { model } = args;
    this.stores = new Map([
      [
        "redis",
        this.store("redis", { "redis.conf": conf(renderRedisConf(model)), admin_password: secret(admin.redis) }),
      ],
      [
        "postgres",
        this.store("postgres", {
          "postgresql.conf": conf(renderPostgresConf(model)),
          "pg_hba.conf": conf(renderPgHba(model)),
          superuser_password: secret(admin.postgres),
        }),
      ],
      ["qdrant", this.store("qdrant", { api_key: secret(admin.qdrant) })],
    ]);
    this.registerOutputs({});
  }

  private password(name: string): pulumi.Output<string> {
    return new RandomPassword(name, { length: 40, special: false }, { parent: this }).result;
  }

  /** Root-only copies; the provider reads them over SSH, so that no other resource carries an administrator's secret. */
  private adminFiles(admin: Record<"redis" | "postgres" | "qdrant", pulumi.Output<string>>): void {
    const files = {
      redis_password: { content: admin.redis, mode: "0600" },
      postgres_password: { content: admin.postgres, mode: "0600" },
      qdrant_api_key: { content: admin.qdrant, mode: "0600" },
    };
    new NodeFiles(
      "admin",
      { node: this.args.node.id, path: "/etc/dsmil/admin", files, dirMode: "0700" },
      { parent: this },
    );
  }

  private store(id: "redis" | "postgres" | "qdrant", files: StoreFiles): Store {
    const { model, node, engine, runtime, anchors } = this.args;
    const plan = model.containers.find((c) => c.service === id) as Container;
    const own = { node: node.id, uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0750" };
    const child = { parent: this };
    const reload = [{ container: plan.name, exec: ["/usr/local/bin/reload"] }];
    const config = new NodeFiles(id, { ...own, path: `/etc/dsmil/${id}`, files, reload }, child);
    const certificate = anchors.certificate(id);
    const tls = new NodeFiles(
      `${id}-tls`,
      {
        ...own,
        path: `/etc/dsmil/certs/${id}`,
        files: {
          "tls.crt": { content: certificate.cert, mode: "0444" },
          "tls.key": { content: certificate.key, mode: "0400" },
          "ca.crt": { content: anchors.caCert, mode: "0444" },
        },
        reload,
      },
      child,
    );
    const volumes = plan.mounts.filter((m) => m.type === "volume").map((m) => m.source);
    const container = new ServiceContainer(
      { plan, fleet: model.fleet, hosts: model.hosts, address: node.address, image: runtime.image(plan.image) },
      {
        parent: this,
        providers: { docker: engine },
        dependsOn: [config, tls, ...runtime.requirements(plan.image, volumes)],
      },
    );
    return { container, volume: runtime.volume(volumes[0] ?? "") };
  }
}

const conf = (content: string) => ({ content, mode: "0444" });
const secret = (content: pulumi.Output<string>) => ({ content, mode: "0400" });
