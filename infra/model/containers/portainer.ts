import { volumeName } from "../names.ts";
import { listening } from "./listening.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { volume as dataVolume, folder } from "./paths.ts";

/** Folder on the node with its certificate and its administrator's first password; root's alone. */
export const PORTAINER_FOLDER = "/etc/dsmil/portainer";

const SOCKET = "/var/run/docker.sock";

/**
 * Portainer of its maker, without plain HTTP. The engine's socket makes whoever gets in root of the node; that the mount is
 * read-only keeps the socket's file as it is, not what is asked through it.
 */
export function portainerPart({ fleet, service }: PartContext): ContainerPart {
  const data = volumeName(fleet.name, service.id, "data");
  return {
    env: {},
    command: [
      `--bind-https=:${service.port}`,
      "--http-disabled",
      "--sslcert=/run/portainer/tls.crt",
      "--sslkey=/run/portainer/tls.key",
      "--admin-password-file=/run/portainer/admin_password",
      "--data=/data",
    ],
    mounts: [folder(SOCKET, SOCKET), folder(PORTAINER_FOLDER, "/run/portainer"), dataVolume(data, "/data")],
    tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=32m,mode=0700" },
    // The socket is root's; capabilities are dropped all the same.
    user: "0:0",
    health: { kind: "tcp", port: service.port, argv: listening(service.port) },
    stopSeconds: 15,
    volumes: [{ name: data, node: service.node, driverOpts: {} }],
  };
}
