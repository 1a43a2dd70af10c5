import { posix } from "node:path";
import { volumeName } from "../names.ts";
import type { Container, Mount, NodeKey } from "../types.ts";
import { httpHealth } from "./health.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, folder, SERVICE_GID, scratch, volume } from "./paths.ts";
import { postgresPlace } from "./postgres-place.ts";

const { dirname } = posix;

/** User of the gateway and its sidecar: the node's keys are theirs, and no service's. */
export const DBE_UID = 10002;

/** Where the containers' folders are on a node, one for each that talks on the bus; mounted as `/run/dbe`. */
export const DBE_FOLDERS = "/var/lib/dsmil/dbe";

/** The folder of a container that talks on the bus. */
export const busFolder = ({ name }: Pick<Container, "name">): string => `${DBE_FOLDERS}/${name}`;

/** The gateway of a node: keys and links to the other nodes; services reach it by a socket in a folder of their own. */
export function dbeGatewayPart({ fleet, service, dbe, nodeKey, needs, common }: PartContext): ContainerPart {
  const audit = volumeName(fleet.name, service.id, "audit");
  const sockets = socketsVolume(fleet.name);
  return {
    user: `${DBE_UID}:${SERVICE_GID}`,
    env: {
      ...common,
      HTTP_PORT: String(service.port),
      DBE_PORT: String(dbe.port),
      SECRETS_DIR: "/run/dsmil/secrets",
      AUDIT_DIR: "/audit",
      ...keyEnv(nodeKey),
      ...postgresPlace(fleet, needs),
    },
    mounts: [
      caFolder,
      folder("/etc/dsmil/dbe", "/etc/dsmil/dbe"),
      folder("/etc/dsmil/dbe-secrets", "/run/dsmil/secrets"),
      folder("/etc/dsmil/node_keys", "/etc/dsmil/node_keys"),
      folder("/etc/dsmil/peer_keys", "/etc/dsmil/peer_keys"),
      folder("/etc/dsmil/certs/node", "/etc/dsmil/certs/node"),
      { type: "bind", source: DBE_FOLDERS, target: "/run/dbe", readOnly: false },
      volume(audit, "/audit"),
      ...(dbe.transport === "quic" ? [volume(sockets, "/run/dbe-quic")] : []),
      ...keyMounts(nodeKey),
    ],
    devices: nodeKey.kind === "tpm2" && isDevice(nodeKey.device) ? [nodeKey.device] : [],
    tmpfs: { "/tmp": scratch(16, DBE_UID), "/run/dbe-control": scratch(1, DBE_UID) },
    health: httpHealth(service.port),
    publish: dbe.transport === "tls" ? [{ internal: dbe.port, external: dbe.port, protocol: "tcp" }] : [],
    stopSeconds: 15,
    volumes: [
      { name: audit, node: service.node, driverOpts: {} },
      ...(dbe.transport === "quic" ? [socketsIn(sockets, service.node)] : []),
    ],
  };
}

/** The sidecar that speaks QUIC for the gateway; the two meet at sockets in memory. */
export function dbeQuicPart({ fleet, service, dbe }: PartContext): ContainerPart {
  const sockets = socketsVolume(fleet.name);
  return {
    user: `${DBE_UID}:${SERVICE_GID}`,
    env: {},
    command: ["-listen", `0.0.0.0:${dbe.port}`, "-domain", fleet.domain],
    mounts: [folder("/etc/dsmil/certs/node", "/etc/dsmil/certs/node"), volume(sockets, "/run/dbe-quic")],
    tmpfs: {},
    health: { kind: "exec", port: dbe.port, argv: ["/dbe-quic", "-healthcheck"] },
    publish: [{ internal: dbe.port, external: dbe.port, protocol: "udp" }],
    stopSeconds: 10,
    volumes: [socketsIn(sockets, service.node)],
  };
}

/** How the gateway opens the node's key; images/runtime/dbe/keys/load.ts reads it. */
function keyEnv(key: NodeKey): Record<string, string> {
  if (key.kind === "file") return { NODE_KEY_KIND: "file" };
  if (key.kind === "tpm2") {
    const tcti = isDevice(key.device) ? `device:${key.device}` : `swtpm:path=${key.device}`;
    return { NODE_KEY_KIND: "tpm2", NODE_KEY_TPM_TCTI: tcti, NODE_KEY_TPM_PCRS: key.pcrs };
  }
  return {
    NODE_KEY_KIND: "transit",
    NODE_KEY_TRANSIT_ADDRESS: key.address,
    NODE_KEY_TRANSIT_MOUNT: key.mount,
    NODE_KEY_TRANSIT_KEY: key.key,
    NODE_KEY_TRANSIT_TOKEN_FILE: key.tokenFile,
    NODE_KEY_TRANSIT_CA_FILE: key.caFile,
  };
}

/** Folders of what the key is opened with: a software TPM's socket, the transit server's token and authority. */
function keyMounts(key: NodeKey): Mount[] {
  if (key.kind === "tpm2" && !isDevice(key.device)) {
    return [{ type: "bind", source: dirname(key.device), target: dirname(key.device), readOnly: false }];
  }
  const files = key.kind === "transit" ? [key.tokenFile, key.caFile] : [];
  return [...new Set(files.map((file) => dirname(file)))].map((path) => folder(path, path));
}

const isDevice = (path: string): boolean => path.startsWith("/dev/");

const socketsVolume = (fleet: string): string => volumeName(fleet, "dbe", "quic");

const socketsIn = (name: string, node: string) => ({
  name,
  node,
  driverOpts: { type: "tmpfs", device: "tmpfs", o: `size=1m,mode=0700,uid=${DBE_UID},gid=${SERVICE_GID}` },
});
