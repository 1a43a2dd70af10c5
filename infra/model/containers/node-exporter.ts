import { listening } from "./listening.ts";
import type { ContainerPart, PartContext } from "./part.ts";

/**
 * Figures of the machine, at the node's loopback for its agent alone. It mounts nothing: what it reads is the kernel's, and
 * disks, which it would need the node's root folder for, are the agent's to tell of.
 */
export function nodeExporterPart({ service, common }: PartContext): ContainerPart {
  return {
    env: { NODE_ID: common.NODE_ID ?? "", SERVICE: service.id, GOMAXPROCS: "1" },
    command: [
      `--web.listen-address=127.0.0.1:${service.port}`,
      "--web.disable-exporter-metrics",
      "--web.max-requests=4",
      "--collector.disable-defaults",
      ...COLLECTORS.map((name) => `--collector.${name}`),
    ],
    mounts: [],
    tmpfs: {},
    health: { kind: "exec", port: service.port, argv: listening(service.port) },
    stopSeconds: 5,
    volumes: [],
  };
}

/** What a container sees of its machine's /proc and /sys without a mount. */
const COLLECTORS = [
  ...["cpu", "diskstats", "filefd", "loadavg", "meminfo", "netdev", "netstat", "pressure", "sockstat", "stat"],
  ...["time", "timex", "uname", "vmstat"],
] as const;
