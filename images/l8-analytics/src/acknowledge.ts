import type { StreamConsumer } from "../../runtime/stream-consumer.ts";
import type { EntryRef } from "./join-buffer.ts";

/** Acknowledges entries of several streams, each through its consumer. Throws when Redis does not take it. */
export async function acknowledge(
  refs: readonly EntryRef[],
  consumers: ReadonlyMap<string, StreamConsumer>,
): Promise<void> {
  const byKey = Map.groupBy(refs, ({ key }) => key);
  await Promise.all([...byKey].map(([key, of]) => consumers.get(key)?.ack(of.map(({ id }) => id))));
}
