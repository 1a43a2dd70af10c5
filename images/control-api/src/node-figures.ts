import { readFile, statfs } from "node:fs/promises";
import { availableParallelism, freemem, loadavg, totalmem, uptime } from "node:os";
import type { NodeAnswer } from "../../runtime/control/answers.ts";

/** Figures of the machine, as its kernel tells them. @param disk a folder on the engine's disk */
export async function nodeFigures(id: string, disk: string): Promise<NodeAnswer> {
  const [room, available] = await Promise.all([statfs(disk).catch(() => undefined), availableMemory()]);
  return {
    id,
    time: new Date().toISOString(),
    uptimeSeconds: Math.floor(uptime()),
    cpus: availableParallelism(),
    load: loadavg().map((load) => Math.round(load * 100) / 100),
    memoryBytes: totalmem(),
    memoryAvailableBytes: available,
    ...(room !== undefined && { diskBytes: room.blocks * room.bsize, diskFreeBytes: room.bavail * room.bsize }),
  };
}

/** What files hold can be given back, and counts as available. */
async function availableMemory(): Promise<number> {
  const info = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(info)?.[1];
  return kib === undefined ? freemem() : Number(kib) * 1024;
}
