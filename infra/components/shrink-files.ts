import type * as pulumi from "@pulumi/pulumi";
import { SHRINK_SOCKETS, SHRINK_TENANTS, shrinkCerts } from "../model/containers/shrink.ts";
import { shrinkCertificate } from "../model/names.ts";
import type { Model, Node } from "../model/types.ts";
import { NodeFiles } from "../provider/index.ts";
import type { TenantSecrets } from "../stacks/outputs.ts";
import type { ServerCertificate } from "./fleet-anchors.ts";
import { KEPT_FOLDER } from "./kept-folder.ts";
import { SERVICE_UID } from "./service-container.ts";
import { tokenDoor } from "./token-door.ts";

type Certificates = (id: string) => pulumi.Output<ServerCertificate>;
type Place = { readonly model: Model; readonly node: Node };

/** SHRINK as it runs on this node, if it does: for all tenants, or one for each. */
const shrinkOn = ({ model, node }: Place) =>
  model.services.find(({ id, node: on }) => id === "shrink" && on === node.id);

const owned = { uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0700" };

/** What SHRINK of all tenants waits for: its certificate, and the folders that it watches for tenants. */
export function sharedShrinkFiles(place: Place, certificate: Certificates, parent?: pulumi.Resource): NodeFiles[] {
  if (shrinkOn(place)?.scope !== "shared") return [];
  const node = place.node.id;
  const opts = parent ? { parent } : {};
  const kept = { ...owned, node, files: KEPT_FOLDER };
  return [
    tokenDoor("shrink-tls", { node, path: shrinkCerts(), certificate: certificate(shrinkCertificate()) }, parent),
    new NodeFiles("shrink-tenants", { ...kept, path: SHRINK_TENANTS }, opts),
    new NodeFiles("shrink-sockets", { ...kept, path: SHRINK_SOCKETS }, opts),
  ];
}

/** What a tenant has there: the digest of its token, the folder of its socket, and the certificate of its own SHRINK. */
export function tenantShrinkFiles(
  place: Place & { readonly tenant: { readonly id: string }; readonly secrets: pulumi.Output<TenantSecrets> },
  certificate: Certificates,
  parent: pulumi.Resource,
): NodeFiles[] {
  const shrink = shrinkOn(place);
  if (shrink === undefined) return [];
  const { id } = place.tenant;
  const node = place.node.id;
  const token = place.secrets.apply(({ tokens }) => tokens?.shrink ?? "");
  const door = tokenDoor(`${id}-shrink`, { node, path: `${SHRINK_TENANTS}/${id}`, token }, parent);
  const sockets = { ...owned, node, path: `${SHRINK_SOCKETS}/${id}`, files: KEPT_FOLDER };
  const files = [door, new NodeFiles(`${id}-shrink-socket`, sockets, { parent })];
  if (shrink.scope !== "tenant") return files;
  const tls = { node, path: shrinkCerts(id), certificate: certificate(shrinkCertificate(id)) };
  return [...files, tokenDoor(`${id}-shrink-tls`, tls, parent)];
}
