import type { RuleGroup } from "./types.ts";

/** File systems that hold something: no image layers, and nothing in memory but what services keep there. */
const DISKS = 'fstype!~"tmpfs|ramfs|overlay|squashfs|nsfs|fuse.*"';

/** Disk and memory of the nodes. */
export const nodeRules: RuleGroup = {
  name: "dsmil-nodes",
  title: "Nodes",
  records: [],
  alerts: [
    {
      name: "NodeDiskLow",
      expr: `node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}} < 0.15`,
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.mountpoint }} on {{ $labels.node }} fills up",
      description: "{{ $value | humanizePercentage }} are free.",
      remedy: "`docker system df` on the node; retention of the tenants; logs are bounded by the engine.",
    },
    {
      name: "NodeDiskFull",
      expr: `node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}} < 0.05`,
      for: "1m",
      severity: "critical",
      summary: "{{ $labels.mountpoint }} on {{ $labels.node }} is almost full",
      description: "{{ $value | humanizePercentage }} are free; stores that cannot write refuse writes.",
      remedy: "Free space at once: unused images (`docker image prune`), then retention; or a larger disk.",
    },
    {
      name: "NodeInodesLow",
      expr: `node_filesystem_files_free{${DISKS}} / (node_filesystem_files{${DISKS}} > 0) < 0.1`,
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.mountpoint }} on {{ $labels.node }} runs out of inodes",
      description: "{{ $value | humanizePercentage }} of the inodes are free: no file can be made without one.",
      remedy: "Find the folder with many small files (`du --inodes -d 2`).",
    },
    {
      name: "NodeMemoryLow",
      expr: "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.1",
      for: "5m",
      severity: "warning",
      summary: "Node {{ $labels.node }} has little memory left",
      description: "{{ $value | humanizePercentage }} are available; without any the kernel ends processes.",
      remedy: "Containers stay within their limits: look for what runs beside them, or move devices to another node.",
    },
  ],
};
