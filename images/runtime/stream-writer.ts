import type { Redis } from "ioredis";

/** One entry to append: stream key and event text. */
export interface StreamAppend {
  readonly key: string;
  readonly event: string;
}

/** Characters sent in one pipeline; what is beyond goes in the next, so that buffers stay small. */
const PIPELINE_LENGTH = 1024 * 1024;

/** Appends events to streams. */
export class StreamWriter {
  private readonly redis: Redis;

  constructor(redis: Redis) {
    this.redis = redis;
  }

  /**
   * Appends all entries in order and returns when Redis has taken each. Throws on the first that was not taken;
   * those before it may have been, so a caller that repeats writes duplicates (events are idempotent by id).
   */
  async append(entries: readonly StreamAppend[]): Promise<void> {
    let pipeline = this.redis.pipeline();
    let length = 0;
    for (const { key, event } of entries) {
      pipeline.xadd(key, "*", "event", event);
      length += event.length;
      if (length >= PIPELINE_LENGTH) {
        await flush(pipeline);
        pipeline = this.redis.pipeline();
        length = 0;
      }
    }
    if (length > 0) await flush(pipeline);
  }
}

async function flush(pipeline: ReturnType<Redis["pipeline"]>): Promise<void> {
  const replies = await pipeline.exec();
  for (const [error] of replies ?? []) {
    if (error) throw error;
  }
}
