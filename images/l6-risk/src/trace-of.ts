import type { DsmilEvent } from "../../runtime/event.ts";
import { Facts } from "../../runtime/facts.ts";
import type { LineFields } from "../../runtime/ingest/normalized-line.ts";
import type { Trace } from "../../runtime/models/features/entity-features.ts";

/** Longest name of an entity. */
const NAME_LENGTH = 80;

/** An event as a trace of the entity that it is about. */
export interface Attributed {
  /** `ip:203.0.113.7`, `user:bob@web-1` */
  readonly entity: string;
  readonly inside: boolean;
  readonly trace: Trace;
}

/** Whom an event of L4_OUT is about; undefined where it names nobody, or Layer 4 has not spoken. */
export function attribute(event: DsmilEvent, at: number): Attributed | undefined {
  const { l4, l3, severity } = event;
  const facts = new Facts(event.category, (event.payload.fields ?? {}) as LineFields);
  const [address, user, host] = [facts.text("src_ip"), facts.text("user"), facts.text("host")];
  if (!l4 || (address === "" && user === "")) return undefined;
  const entity = shortened(address ? `ip:${address}` : `user:${user}@${host}`);
  return {
    entity,
    inside: address === "" || !facts.isPublic("src_ip"),
    trace: {
      at,
      class: l4.class,
      severity,
      score: l3?.score ?? 0,
      target: shortened(facts.text("dest_ip") || host),
      entered: facts.is("ssh_fact", "accepted"),
    },
  };
}

/** A name of bounded length. A slice of a long text would keep the whole of it in memory, so it is made anew. */
function shortened(text: string): string {
  return text.length <= NAME_LENGTH ? text : Buffer.from(text.slice(0, NAME_LENGTH)).toString();
}
