import type { Redis } from "ioredis";
import { jsonObject } from "../../runtime/json-object.ts";
import { toEntries } from "../../runtime/stream-entry.ts";
import type { StreamKeys } from "../../runtime/tenant-config.ts";

/** An entity by which Layer 6 expects an incident. */
export interface RiskyEntity {
  /** `ip:203.0.113.7`, `user:ada@web-1` */
  readonly entity: string;
  readonly probability: number;
}

/** What the layers below expect; null where they have said nothing of late. */
export interface Expected {
  /** Threats of the next hour, by Layer 5. */
  readonly threats: number | null;
  /** That an incident begins within the next hour, by Layer 6. */
  readonly risk: number | null;
  /** Those whose risk is HIGH, riskiest first. */
  readonly entities: readonly RiskyEntity[];
}

/** Longest entry that is read, characters. */
const MAX_TEXT = 256 * 1024;
/** Age from which on an entry says nothing any more, ms: both layers speak every minute at least. */
const STALE_MS = 10 * 60_000;
const MOST_ENTITIES = 2;

type Fields = Readonly<Record<string, unknown>>;

/** Reads the newest word of Layers 5 and 6 from their streams. A stream that cannot be read has said nothing. */
export class Outlook {
  private readonly redis: Redis;
  private readonly streams: Pick<StreamKeys, "l5Out" | "l6Out">;

  constructor(redis: Redis, streams: Pick<StreamKeys, "l5Out" | "l6Out">) {
    this.redis = redis;
    this.streams = streams;
  }

  /** @param now ms since 1970 */
  async expected(tenant: string, now: number): Promise<Expected> {
    const [forecast, risk] = await Promise.all([
      this.newest(this.streams.l5Out, tenant, now),
      this.newest(this.streams.l6Out, tenant, now),
    ]);
    return { threats: threatsOf(forecast?.forecasts), ...riskOf(risk?.risk) };
  }

  private async newest(key: string, tenant: string, now: number): Promise<Fields | undefined> {
    if (this.redis.status !== "ready") return undefined;
    const raw = await this.redis.xrevrange(key, "+", "-", "COUNT", 1).catch(() => []);
    const [entry] = toEntries(key, raw, () => 1);
    if (!entry?.event || entry.event.length > MAX_TEXT) return undefined;
    if (now - Number.parseInt(entry.id, 10) > STALE_MS) return undefined;
    const said = jsonObject(entry.event);
    return said?.tenant_id === tenant ? said : undefined;
  }
}

function threatsOf(forecasts: unknown): number | null {
  const threats = listOf(forecasts).find(({ signal }) => signal === "threats");
  const expected = listOf(threats?.steps).map((step) => step.expected);
  if (expected.length === 0 || !expected.every(isCount)) return null;
  return Math.round(expected.reduce((all, one) => all + one, 0) * 10) / 10;
}

function riskOf(risk: unknown): Pick<Expected, "risk" | "entities"> {
  const { probability, entities } = (risk ?? {}) as Fields;
  if (!isUnit(probability)) return { risk: null, entities: [] };
  const high = listOf(entities).flatMap((one): RiskyEntity[] => {
    const { entity, probability: own, level } = one;
    if (level !== "HIGH" || typeof entity !== "string" || !isUnit(own)) return [];
    return [{ entity, probability: own }];
  });
  return { risk: probability, entities: high.slice(0, MOST_ENTITIES) };
}

const listOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter((one): one is Fields => typeof one === "object" && one !== null) : [];
const isCount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isUnit = (value: unknown): value is number => isCount(value) && value <= 1;
