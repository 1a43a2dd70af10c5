import { open, readdir } from "node:fs/promises";
import { type EngineMessage, parseMessage } from "../../runtime/engine/message.ts";

/** Bytes from the end of a container's log that are looked at. */
export const TAIL_BYTES = 512 * 1024;

export interface Tail {
  /** Oldest first. */
  readonly messages: readonly EngineMessage[];
  /** Whether there is more before: in the same file, or in one that the engine put aside when it was full. */
  readonly cut: boolean;
}

/** The end of a container's json-file log; undefined where the engine keeps none there. */
export async function logTail(dir: string, id: string, bytes = TAIL_BYTES): Promise<Tail | undefined> {
  const file = await open(`${dir}/${id}/${id}-json.log`, "r").catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
    // The first one may have begun before, and the last one is being written.
    if (from > 0) lines.shift();
    return {
      messages: joinParts(lines.flatMap((line) => parseMessage(line) ?? [])),
      cut: from > 0 || (await isRotated(dir, id)),
    };
  } finally {
    await file.close();
  }
}

async function isRotated(dir: string, id: string): Promise<boolean> {
  return (await readdir(`${dir}/${id}`)).some((name) => name.startsWith(`${id}-json.log.`));
}

/** Lines that the engine cut at 16 KiB, whole again. */
function joinParts(messages: readonly EngineMessage[]): EngineMessage[] {
  const open = new Map<string, EngineMessage>();
  const lines: EngineMessage[] = [];
  for (const message of messages) {
    const before = open.get(message.stream);
    const joined = before === undefined ? message : { ...before, text: before.text + message.text };
    if (message.text.endsWith("\n")) {
      open.delete(message.stream);
      lines.push({ ...joined, text: joined.text.replace(/\r?\n$/, "") });
    } else open.set(message.stream, joined);
  }
  return lines;
}
