import type { FolderIdentity } from "../../../runtime/dbe/local/folder-identity.ts";
import type { CheckResult } from "../../../runtime/health.ts";
import type { Log } from "../../../runtime/log.ts";
import type { Speaker } from "../policy/hop.ts";
import { FolderServer } from "./folder-server.ts";
import { Inbox } from "./inbox.ts";

export interface FoldersOptions {
  readonly dir: string;
  /** What the folders' identity files say now, by folder. */
  readonly identities: () => ReadonlyMap<string, FolderIdentity>;
  /** Works on a frame of a container; never throws. */
  readonly handle: (from: Speaker, frame: Buffer) => Promise<Buffer>;
  readonly log: Log;
}

interface Entry {
  readonly server: FolderServer;
  readonly inbox: Inbox;
}

/** A container that may take a message. */
export interface Receiver {
  readonly speaker: Speaker;
  readonly inbox: Inbox;
}

/** The sockets of all containers' folders, made and removed as the folders come and go. */
export class Folders {
  private readonly options: FoldersOptions;
  private readonly entries = new Map<string, Entry>();
  private problems = new Map<string, string>();

  constructor(options: FoldersOptions) {
    this.options = options;
  }

  /** Containers of a device, in the order in which a message with this id tries them: copies take the same way. */
  receivers(device: number, messageId: Buffer): readonly Receiver[] {
    const found: (Receiver & { readonly rank: number })[] = [];
    for (const [name, speaker] of this.options.identities()) {
      const entry = speaker.device === device ? this.entries.get(name) : undefined;
      if (entry) found.push({ speaker, inbox: entry.inbox, rank: rank(name, messageId) });
    }
    return found.sort((a, b) => a.rank - b.rank);
  }

  /** For /health. */
  check(): CheckResult {
    const [first] = this.problems;
    return first ? { value: `${first[0]}: ${first[1]}`, ok: false } : { value: this.entries.size, ok: true };
  }

  /** Makes the sockets equal to the folders; call it after each look. Never throws. */
  async sync(): Promise<void> {
    const wanted = this.options.identities();
    const problems = new Map<string, string>();
    for (const [name, entry] of this.entries) {
      if (wanted.has(name) && (await entry.server.isThere())) continue;
      this.entries.delete(name);
      entry.inbox.close();
      await entry.server.close().catch((error: Error) => this.options.log.warn({ err: error }, "socket not closed"));
    }
    for (const name of wanted.keys()) {
      if (this.entries.has(name)) continue;
      await this.open(name).catch((error: Error) => problems.set(name, error.message));
    }
    this.tell(problems);
  }

  /** Ends all; messages under way have `graceMs`. */
  async close(graceMs = 0): Promise<void> {
    const entries = [...this.entries.values()];
    await Promise.all(entries.map(({ server }) => server.close(graceMs)));
    for (const { inbox } of entries) inbox.close();
    this.entries.clear();
  }

  private async open(name: string): Promise<void> {
    const { dir, identities, handle, log } = this.options;
    const folder = `${dir}/${name}`;
    const server = new FolderServer(
      folder,
      (frame) => {
        const speaker = identities().get(name);
        if (!speaker) throw new Error(`the folder ${name} was withdrawn`);
        return handle(speaker, frame);
      },
      log,
    );
    await server.listen();
    this.entries.set(name, { server, inbox: new Inbox(folder, name) });
    log.info({ folder: name }, "container is served");
  }

  private tell(problems: Map<string, string>): void {
    for (const [folder, reason] of problems) {
      if (this.problems.get(folder) !== reason) this.options.log.error({ folder, reason }, "container is not served");
    }
    this.problems = problems;
  }
}

/** The same order for the same message, another one for another (rendezvous hashing, FNV-1a). */
function rank(name: string, messageId: Buffer): number {
  let hash = 0x811c9dc5;
  for (const byte of [...messageId, ...Buffer.from(name)]) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
