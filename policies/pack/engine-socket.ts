import { posix } from "node:path";
import { containerOf, sources } from "./container.ts";
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
  description: "No container sees the engine's socket, nor a folder that it lies in.",
  validate(resource, report) {
    const container = containerOf(resource);
    if (!container) return;
    for (const source of sources(container).filter((path) => path.startsWith("/"))) {
      const folder = posix.normalize(source).replace(/\/$/, "");
      if (/\.sock$/.test(folder) || SOCKETS.some((socket) => socket === folder || socket.startsWith(`${folder}/`)))
        report(`it mounts ${source}, where the engine's socket is`);
    }
  },
};
