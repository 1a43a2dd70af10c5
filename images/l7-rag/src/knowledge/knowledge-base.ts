import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { ListedDocument, Passage } from "../../../runtime/l7/rag/answer.ts";
import type { RagPage } from "../../../runtime/l7/rag/question.ts";
import type { Log } from "../../../runtime/log.ts";
import { type ChunkPayload, listed, passageOf, pointId } from "./point.ts";
import type { QdrantClient } from "./qdrant-client.ts";

export interface KnowledgeBaseParts {
  readonly client: QdrantClient;
  /** Upper-case id of the only tenant whose points there are. */
  readonly tenant: string;
  readonly collection: string;
  readonly log: Log;
}

/** A chunk with its vector. */
export interface StoredChunk {
  readonly vector: Float32Array;
  readonly payload: ChunkPayload;
}

/** Which chunks are meant, by values of their payloads. */
type Which = Partial<Pick<ChunkPayload, "document_id" | "revision" | "chunk" | "model">>;

interface Found {
  readonly score?: number;
  readonly payload?: ChunkPayload | null;
}

/** Points that one request writes. */
const BATCH = 50;

/** A tenant's documents in its own collection of Qdrant. Whatever says it is another tenant's is passed to nobody. */
export class KnowledgeBase {
  private readonly parts: KnowledgeBaseParts;

  constructor(parts: KnowledgeBaseParts) {
    this.parts = parts;
  }

  /** Upper-case id of whose it is. */
  get tenant(): string {
    return this.parts.tenant;
  }

  /** How many chunks there are. */
  async count(which: Which, signal: AbortSignal): Promise<number> {
    const { count } = (await this.ask("points/count", { filter: this.filter(which), exact: true }, signal)) as {
      count: number;
    };
    return count;
  }

  /** Writes chunks; those of the same document and number are replaced. */
  async put(chunks: readonly StoredChunk[], signal: AbortSignal): Promise<void> {
    const { client, collection, tenant } = this.parts;
    for (let from = 0; from < chunks.length; from += BATCH) {
      const points = chunks.slice(from, from + BATCH).map(({ vector, payload }) => ({
        ...{ id: pointId(tenant, payload.document_id, payload.chunk), vector: [...vector], payload },
      }));
      await stored(client.call("PUT", `/collections/${collection}/points?wait=true`, { points }, signal));
    }
  }

  /** Removes chunks of a document: all of them, or those of other revisions than `kept`. */
  async remove(document_id: string, kept: string | undefined, signal: AbortSignal): Promise<void> {
    const others = kept === undefined ? {} : { must_not: [matches("revision", kept)] };
    await this.ask("points/delete?wait=true", { filter: { ...this.filter({ document_id }), ...others } }, signal);
  }

  /** Documents by their first chunks, in the order of their ids in the store. */
  async list(
    { limit, after }: RagPage,
    signal: AbortSignal,
  ): Promise<{ documents: ListedDocument[]; next: string | null }> {
    const body = { filter: this.filter({ chunk: 0 }), limit, with_payload: true, ...(after && { offset: after }) };
    const answer = await this.ask("points/scroll", body, signal);
    const { points, next_page_offset } = answer as { points: Found[]; next_page_offset?: unknown };
    const next = typeof next_page_offset === "string" ? next_page_offset : null;
    return { documents: points.map((point) => listed(this.own(point))), next };
  }

  /** The passages that are nearest to a vector of `model`, best first. */
  async search(
    { vector, model, limit, min_score }: { vector: Float32Array; model: string; limit: number; min_score: number },
    signal: AbortSignal,
  ): Promise<Passage[]> {
    const filter = this.filter({ model });
    const body = { vector: [...vector], filter, limit, score_threshold: min_score, with_payload: true };
    const found = (await this.ask("points/search", body, signal)) as Found[];
    return found.map((point) => passageOf(this.own(point), point.score ?? 0));
  }

  private filter(which: Which) {
    const { tenant } = this.parts;
    return { must: Object.entries({ tenant_id: tenant, ...which }).map(([key, value]) => matches(key, value)) };
  }

  private ask(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    const { client, collection } = this.parts;
    return stored(client.call("POST", `/collections/${collection}/${path}`, body, signal));
  }

  private own({ payload }: Found): ChunkPayload {
    const { tenant, log } = this.parts;
    if (payload?.tenant_id === tenant) return payload;
    log.error(
      { audit: true, action: "rag.read", outcome: "denied" },
      "Qdrant answered with a point that is not the tenant's",
    );
    throw new DbeError("INTERNAL", "a point that is not the tenant's");
  }
}

const matches = (key: string, value: unknown) => ({ key, match: { value } });

/** Qdrant's troubles as the bus tells them: the store cannot be reached, or refuses. */
async function stored<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: Error) => {
    throw new DbeError("DESTINATION_UNAVAILABLE", error.message.slice(0, 200), { cause: error });
  });
}
