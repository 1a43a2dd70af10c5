import { type AskGate, askLoki } from "../../../infra/cli/logs/ask-loki.ts";

/** Marked lines in Loki. */
export interface Marked {
  readonly distinct: number;
  /** Marks of which there is more than one line. */
  readonly twice: number;
}

const PAGE = 5000;
const MARK = /\/outage\/[0-9a-f]+\/[a-z0-9]+\/\d+/;

/** Reads all lines with the nonce, page by page, of all tenants. */
export async function countMarked(
  ask: AskGate,
  { nonce, since }: { readonly nonce: string; readonly since: Date },
  signal: AbortSignal,
): Promise<Marked> {
  const lines = new Map<string, string>();
  const query = `{service="l3-router"} |= "/outage/${nonce}/"`;
  const start = BigInt(since.getTime()) * 1_000_000n;
  let end = BigInt(Date.now() + 60_000) * 1_000_000n;
  while (!signal.aborted) {
    const page = await askLoki(ask, undefined, { query, start, end, limit: PAGE });
    const known = lines.size;
    for (const { labels, time, text } of page) lines.set(JSON.stringify([labels, String(time), text]), text);
    const oldest = page.at(-1)?.time;
    // Those of the oldest instant come once more, so that none of them is left out.
    if (oldest === undefined || page.length < PAGE || lines.size === known) break;
    end = oldest + 1n;
  }
  return tally([...lines.values()]);
}

/** Of lines that Loki has, as it tells them. */
export function tally(texts: readonly string[]): Marked {
  const marks = Map.groupBy(
    texts.flatMap((text) => MARK.exec(text)?.[0] ?? []),
    (mark) => mark,
  );
  return { distinct: marks.size, twice: [...marks.values()].filter((own) => own.length > 1).length };
}
