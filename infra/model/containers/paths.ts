import type { Mount } from "../types.ts";

/** The CA that every client verifies servers against, inside a container. */
export const CA_FILE = "/etc/dsmil/ca/ca.crt";

/** User and group of every service; secret files and volumes belong to it. */
export const SERVICE_UID = 10001;
/** Group of all our programs. */
export const SERVICE_GID = 10001;

/** A read-only folder of the node. Folders, not files: a file replaced by rename would stay the old one inside. */
export const folder = (source: string, target: string): Mount => ({ type: "bind", source, target, readOnly: true });

/** A named volume, writable. */
export const volume = (source: string, target: string): Mount => ({ type: "volume", source, target, readOnly: false });

/** The folder with the CA's certificate. */
export const caFolder: Mount = folder("/etc/dsmil/ca", "/etc/dsmil/ca");

/** The fleet root's public key, which signs certificates, inside a container. */
export const FLEET_ROOT_FILE = "/etc/dsmil/ca/fleet-root.pub";

/** Models of a node: `<name>/<version>/…`; the same inside a container. */
export const MODELS_FOLDER = "/opt/dsmil/models";

/** Options of a private scratch space in memory, for what a read-only root does not allow. */
export function scratch(mib: number, uid = SERVICE_UID): string {
  return `rw,noexec,nosuid,nodev,size=${mib}m,mode=0700,uid=${uid},gid=${SERVICE_GID}`;
}
