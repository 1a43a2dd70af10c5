import { readdir, stat } from "node:fs/promises";
import { readBounded } from "../watch/bounded-file.ts";
import { type EngineContainer, engineContainer } from "./engine-container.ts";

/** Of one container's file; the engine's check of its health leaves up to 20 KiB there. */
const MAX_FILE = 512 * 1024;
/** Containers that are looked at; a node has a few dozen. */
const MAX_CONTAINERS = 1024;
/** How long what was read counts, ms: one read serves the many questions of one round. */
const FRESH_MS = 1000;
/** Files that are read at once. */
const WIDTH = 16;
const ID = /^[0-9a-f]{64}$/;

interface Known {
  /** Of the file that it was read from: the engine writes a new one each time. */
  readonly version: string;
  readonly container: EngineContainer | undefined;
}

/** The engine's folder of containers: what runs on this node, without asking the engine. */
export class EngineFolder {
  private readonly dir: string;
  private readonly node: string;
  private last: { readonly at: number; readonly found: Promise<ReadonlyMap<string, EngineContainer>> } | undefined;
  private problem: string | undefined;
  private known: ReadonlyMap<string, Known> = new Map();

  constructor(dir: string, node: string) {
    this.dir = dir;
    this.node = node;
  }

  /** Why the folder could not be read the last time; undefined while it can. */
  get trouble(): string | undefined {
    return this.problem;
  }

  /**
   * The fleet's containers by name, at most a second old.
   * @throws Error when the folder cannot be read or holds too many
   */
  containers(): Promise<ReadonlyMap<string, EngineContainer>> {
    const now = performance.now();
    if (this.last !== undefined && now - this.last.at < FRESH_MS) return this.last.found;
    const found = this.read();
    this.last = { at: now, found };
    found.then(
      () => {
        this.problem = undefined;
      },
      (error: Error) => {
        this.problem = error.message;
      },
    );
    return found;
  }

  private async read(): Promise<ReadonlyMap<string, EngineContainer>> {
    const ids = (await readdir(this.dir)).filter((name) => ID.test(name));
    if (ids.length > MAX_CONTAINERS) throw new Error(`${ids.length} containers; at most ${MAX_CONTAINERS} are read`);
    const known = new Map<string, Known>();
    for (let i = 0; i < ids.length; i += WIDTH) {
      const some = ids.slice(i, i + WIDTH);
      const found = await Promise.all(some.map((id) => this.one(id)));
      some.forEach((id, at) => {
        const one = found[at];
        if (one !== undefined) known.set(id, one);
      });
    }
    this.known = known;
    return new Map([...known.values()].flatMap(({ container }) => (container ? [[container.name, container]] : [])));
  }

  /** A file that is gone, or that is being written, tells of no container now. */
  private async one(id: string): Promise<Known | undefined> {
    const path = `${this.dir}/${id}/config.v2.json`;
    const seen = await stat(path, { bigint: true }).catch(() => undefined);
    if (seen === undefined) return undefined;
    const version = `${seen.ino} ${seen.size} ${seen.mtimeNs}`;
    const known = this.known.get(id);
    if (known?.version === version) return known;
    const text = await readBounded(path, MAX_FILE).catch(() => undefined);
    if (text === undefined) return undefined;
    const container = engineContainer(text, this.node);
    return { version, container: container?.id === id ? container : undefined };
  }
}
