import { mkdir, readFile } from "node:fs/promises";
import { jsonObject } from "../../runtime/json-object.ts";
import { writeFileSafely } from "../../runtime/write-file.ts";
import type { Position } from "./engine/log-file.ts";

/** How far each container was shipped, on the node's disk: replaced in one step, so that a crash leaves the old or the new. */
export class Positions {
  private readonly folder: string;
  private readonly known = new Map<string, Position>();
  private saved = "";

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Reads what was saved. A file that cannot be understood counts as none: then everything that the engine still has is
   * shipped again, and Loki knows the lines.
   * @returns whether there was one that could be read
   */
  async load(): Promise<boolean> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const text = await readFile(this.path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "{}";
      throw error;
    });
    const saved = jsonObject(text);
    for (const [id, value] of Object.entries(saved ?? {})) {
      if (isPosition(value)) this.known.set(id, value);
    }
    return saved !== undefined;
  }

  get(id: string): Position | undefined {
    return this.known.get(id);
  }

  set(id: string, position: Position): void {
    this.known.set(id, position);
  }

  /** Forgets containers that there are no more. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.known.keys()) if (!ids.has(id)) this.known.delete(id);
  }

  /** Writes what changed. */
  async save(): Promise<void> {
    const text = JSON.stringify(Object.fromEntries(this.known));
    if (text === this.saved) return;
    await writeFileSafely(this.path, text);
    this.saved = text;
  }

  private get path(): string {
    return `${this.folder}/positions.json`;
  }
}

function isPosition(value: unknown): value is Position {
  const { inode, head, offset } = (value ?? {}) as { [K in keyof Position]?: unknown };
  return Number.isSafeInteger(inode) && typeof head === "string" && Number.isSafeInteger(offset) && Number(offset) >= 0;
}
