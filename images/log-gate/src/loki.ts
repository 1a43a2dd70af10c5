import { Refusal } from "../../runtime/api/refusal.ts";

/** How Loki answered. */
export interface LokiAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

const TIMEOUT_MS = 30_000;
const MOST_ANSWER = 32 * 1024 * 1024;

/** Loki as the gate asks it: always in the name of a tenant, with no header that a client sent. */
export class Loki {
  private readonly url: string;

  /** @param url `http://10.212.2.11:3100` */
  constructor(url: string) {
    this.url = url;
  }

  push(tenant: string, body: string): Promise<LokiAnswer> {
    return this.ask("push", tenant, { method: "POST", body, headers: { "content-type": "application/json" } });
  }

  query(scope: string, question: string): Promise<LokiAnswer> {
    return this.ask(question, scope, { method: "GET" });
  }

  /** Whether it says that it is ready. */
  async ready(): Promise<boolean> {
    const answer = await fetch(`${this.url}/ready`, { signal: AbortSignal.timeout(4000) }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  }

  private async ask(path: string, scope: string, init: RequestInit): Promise<LokiAnswer> {
    const headers = { ...(init.headers as Record<string, string> | undefined), "x-scope-orgid": scope };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const away = new Refusal(503, "loki_unavailable", "Loki does not answer.", 5);
    try {
      const answer = await fetch(`${this.url}/loki/api/v1/${path}`, { ...init, headers, signal, redirect: "error" });
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of answer.body ?? []) {
        size += chunk.length;
        if (size > MOST_ANSWER) throw new Refusal(502, "too_large", "Loki's answer is too large; ask for less.");
        chunks.push(chunk);
      }
      const type = answer.headers.get("content-type") ?? "text/plain";
      return { status: answer.status, type, body: Buffer.concat(chunks) };
    } catch (error) {
      throw error instanceof Refusal ? error : away;
    }
  }
}
