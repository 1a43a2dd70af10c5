import { posix } from "node:path";
import { containerOf, label, sources } from "./container.ts";
import { EXCEPTIONS, excepted } from "./exceptions.ts";
import type { Policy } from "./policy.ts";

/** Whoever can write there is root on the node. */
const SOCKETS = [
  "/var/run/docker.sock",
  "/run/docker.sock",
  "/run/containerd/containerd.sock",
  "/run/podman/podman.sock",
];

export const engineSocket: Policy = {
  name: "engine-socket",
  description: "No container sees the engine's socket, nor a folder that it lies in, beside the stated ones.",
  validate(resource, report) {
    const container = containerOf(resource);
    if (!container) return;
    for (const source of sources(container).filter((path) => path.startsWith("/"))) {
      if (source === SOCKETS[0] && excepted(EXCEPTIONS.engineSocket, label(container, "dsmil.service"))) continue;
      const folder = posix.normalize(source).replace(/\/$/, "");
      if (/\.sock$/.test(folder) || SOCKETS.some((socket) => socket === folder || socket.startsWith(`${folder}/`)))
        report(`it mounts ${source}, where the engine's socket is`);
    }
  },
};
