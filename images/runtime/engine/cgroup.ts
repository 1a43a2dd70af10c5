import { readBounded } from "../watch/bounded-file.ts";

/** What the kernel counts of one container; absent where it does not tell. */
export interface Usage {
  readonly cpuSeconds?: number;
  /** Seconds that it had work and was held back by its limit. */
  readonly throttledSeconds?: number;
  /** Memory that cannot be given back at once: all of it but files that were not used for long. */
  readonly memoryBytes?: number;
  readonly memoryLimitBytes?: number;
  readonly oomKills?: number;
  readonly processes?: number;
}

const MAX_FILE = 64 * 1024;
/** A limit from here on is none: the kernel writes the largest multiple of a page. */
const NO_LIMIT = 2 ** 62;

/** Control groups of a machine, version 1 or 2, with the engine's own names for containers or systemd's. */
export class Cgroups {
  private readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** What a container used; an empty answer where its group is not there. */
  async usage(id: string): Promise<Usage> {
    const unified =
      (await readBounded(`${this.dir}/cgroup.controllers`, MAX_FILE).catch(() => undefined)) !== undefined;
    return unified ? this.second(id) : this.first(id);
  }

  private async second(id: string): Promise<Usage> {
    const [cpu, current, stat, limit, events, pids] = await Promise.all(
      ["cpu.stat", "memory.current", "memory.stat", "memory.max", "memory.events", "pids.current"].map((file) =>
        this.file("", id, file),
      ),
    );
    return usage({
      cpuSeconds: scaled(entry(cpu, "usage_usec"), 1e6),
      throttledSeconds: scaled(entry(cpu, "throttled_usec"), 1e6),
      memoryBytes: difference(whole(current), entry(stat, "inactive_file")),
      memoryLimitBytes: whole(limit),
      oomKills: entry(events, "oom_kill"),
      processes: whole(pids),
    });
  }

  private async first(id: string): Promise<Usage> {
    const [used, cpu, current, stat, limit, oom, pids] = await Promise.all([
      this.file("cpuacct/", id, "cpuacct.usage"),
      this.file("cpu/", id, "cpu.stat"),
      this.file("memory/", id, "memory.usage_in_bytes"),
      this.file("memory/", id, "memory.stat"),
      this.file("memory/", id, "memory.limit_in_bytes"),
      this.file("memory/", id, "memory.oom_control"),
      this.file("pids/", id, "pids.current"),
    ]);
    return usage({
      cpuSeconds: scaled(whole(used), 1e9),
      throttledSeconds: scaled(entry(cpu, "throttled_time"), 1e9),
      memoryBytes: difference(whole(current), entry(stat, "total_inactive_file")),
      memoryLimitBytes: whole(limit),
      oomKills: entry(oom, "oom_kill"),
      processes: whole(pids),
    });
  }

  private async file(controller: string, id: string, name: string): Promise<string | undefined> {
    for (const group of [`docker/${id}`, `system.slice/docker-${id}.scope`]) {
      const path = `${this.dir}/${controller}${group}/${name}`;
      const text = await readBounded(path, MAX_FILE).catch(() => undefined);
      if (text !== undefined) return text;
    }
    return undefined;
  }
}

/** The number that a file holds; undefined for `max` and whatever is no number. */
function whole(text: string | undefined): number | undefined {
  const value = /^\d{1,20}\s*$/.test(text ?? "") ? Number(text) : undefined;
  return value !== undefined && value < NO_LIMIT ? value : undefined;
}

/** The number of a line `name number`. */
function entry(text: string | undefined, name: string): number | undefined {
  const line = text?.split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : whole(line.slice(name.length + 1));
}

const scaled = (value: number | undefined, by: number): number | undefined =>
  value === undefined ? undefined : value / by;

const difference = (value: number | undefined, less: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.max(0, value - (less ?? 0));

function usage(figures: { readonly [K in keyof Usage]: Usage[K] | undefined }): Usage {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
}
