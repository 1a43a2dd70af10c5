import { statfs } from "node:fs/promises";
import { Gauge, type Registry } from "prom-client";

/**
 * Size and room of the disks that folders of the machine are on, under the names of the node exporter, which would need
 * the machine's root folder for them.
 * @param folders as the machine calls a folder → as it is mounted here
 */
export function addDiskMetrics(registry: Registry, folders: Readonly<Record<string, string>>): void {
  const gauge = (what: string, help: string) =>
    new Gauge({ name: `node_filesystem_${what}`, help, labelNames: ["mountpoint"], registers: [registry] });
  const available = gauge("avail_bytes", "Room for whoever is not root on the disk of this folder");
  const files = gauge("files", "Files that the disk can have");
  const filesFree = gauge("files_free", "Files that the disk can have more");
  new Gauge({
    name: "node_filesystem_size_bytes",
    help: "Size of the disk of this folder",
    labelNames: ["mountpoint"],
    registers: [registry],
    async collect() {
      for (const [mountpoint, path] of Object.entries(folders)) {
        const disk = await statfs(path).catch(() => undefined);
        if (disk === undefined) continue;
        this.set({ mountpoint }, disk.blocks * disk.bsize);
        available.set({ mountpoint }, disk.bavail * disk.bsize);
        files.set({ mountpoint }, disk.files);
        filesFree.set({ mountpoint }, disk.ffree);
      }
    },
  });
}
