import { readdir } from "node:fs/promises";
import type { Log } from "../../runtime/log.ts";
import { readBounded } from "../../runtime/watch/bounded-file.ts";
import { containerLabels } from "./engine/container.ts";
import { ContainerLog, type Losses } from "./engine/container-log.ts";
import type { Positions } from "./positions.ts";

export interface ContainersOptions {
  /** The engine's folder. */
  readonly dir: string;
  readonly node: string;
  readonly positions: Positions;
  readonly losses: Losses;
  readonly log: Log;
}

const ID = /^[0-9a-f]{64}$/;
/** The engine's description of a container has some tens of KiB. */
const MOST_CONFIG = 2 * 1024 * 1024;
/** More containers than a node of the fleet ever has. */
const MOST_CONTAINERS = 1024;

/** The logs of the fleet's containers on this node, as the engine's folder has them. */
export class Containers {
  private readonly options: ContainersOptions;
  private readonly logs = new Map<string, ContainerLog>();
  /** Containers that are none of ours. */
  private readonly foreign = new Set<string>();

  constructor(options: ContainersOptions) {
    this.options = options;
  }

  /** Id → log. */
  get all(): ReadonlyMap<string, ContainerLog> {
    return this.logs;
  }

  /** Looks once at what came, went and was rotated. @throws Error when the folder cannot be read */
  async look(): Promise<void> {
    const found = new Set((await readdir(this.options.dir)).filter((name) => ID.test(name)).slice(0, MOST_CONTAINERS));
    for (const id of this.foreign) if (!found.has(id)) this.foreign.delete(id);
    for (const id of found) if (!this.logs.has(id) && !this.foreign.has(id)) await this.add(id);
    for (const [id, one] of this.logs) {
      if (!found.has(id)) one.gone();
      await one.look().catch((error: NodeJS.ErrnoException) => {
        // Removed between the two looks: the next one finds it gone.
        if (error.code !== "ENOENT")
          this.options.log.warn({ container: one.labels.container, err: error }, "not looked at");
      });
      if (!one.ended) continue;
      this.logs.delete(id);
      await one.close();
    }
    this.options.positions.keepOnly(new Set([...found, ...this.logs.keys()]));
  }

  /** Bytes that only we still have; gives up the oldest of them until it is at most `most`. */
  async keepAtMost(most: number): Promise<number> {
    for (;;) {
      const sizes = await Promise.all(
        [...this.logs.values()].map(async (one) => ({ one, size: await one.keptBytes() })),
      );
      const sum = sizes.reduce((total, { size }) => total + size, 0);
      const largest = sizes.reduce((a, b) => (b.size > a.size ? b : a), {
        one: undefined as ContainerLog | undefined,
        size: 0,
      });
      if (sum <= most || largest.one === undefined) return sum;
      // Who writes most loses first.
      await largest.one.giveUpOldest();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.logs.values()].map((one) => one.close()));
    this.logs.clear();
  }

  private async add(id: string): Promise<void> {
    const { dir, node, positions, losses, log } = this.options;
    try {
      const text = await readBounded(`${dir}/${id}/config.v2.json`, MOST_CONFIG);
      // The engine makes the folder first.
      if (text === undefined) return;
      const labels = containerLabels(text, node);
      if (labels === undefined) this.foreign.add(id);
      else this.logs.set(id, new ContainerLog(`${dir}/${id}`, id, labels, losses, positions.get(id)));
    } catch (error) {
      this.foreign.add(id);
      log.error(
        { id: id.slice(0, 12), err: error },
        "a container's description cannot be read; its log is not shipped",
      );
    }
  }
}
