import { Fields } from "../../runtime/fields.ts";
import type { CheckResult } from "../../runtime/health.ts";
import type { Log } from "../../runtime/log.ts";
import { pause } from "../../runtime/pause.ts";
import { SHARED_KINDS, type SharedKind } from "../../runtime/soc/coalition.ts";
import { readBounded } from "../../runtime/watch/bounded-file.ts";
import { Watched } from "../../runtime/watch/watched.ts";
import { MARKINGS, type Marking } from "./stix-bundle.ts";

/** Somebody that indicators are exchanged with. */
export interface Partner {
  readonly id: string;
  /** What it may be told of. */
  readonly shares: readonly SharedKind[];
  /** 0 to 1, of Layer 4. */
  readonly minConfidence: number;
  readonly marking: Marking;
  /** Hex of the raw ML-DSA-87 key; without it nothing of the partner's is taken. */
  readonly publicKey?: string;
}

/** What the deployer says of a tenant's coalition: partners.json. */
export interface Coalition {
  /** The fleet's domain, which no partner learns. */
  readonly domain: string;
  readonly partners: ReadonlyMap<string, Partner>;
}

/** Largest file, bytes: 32 partners with their keys take half of it. */
const MAX_BYTES = 512 * 1024;
const MOST_PARTNERS = 32;
const FILE = "partners.json";
const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Reads partners.json as the deployer lays it for one tenant.
 * @throws Error naming what is wrong, also where it is another tenant's
 */
export function readPartners(text: string, tenant: string): Coalition {
  const file = Fields.parse(text, ["tenant", "domain", "partners"]);
  if (file.raw("tenant") !== tenant) throw new Error(`is not for ${tenant}`);
  const partners = file.list("partners", MOST_PARTNERS).map(readPartner);
  return {
    domain: file.text("domain", /^[a-z0-9.-]{1,253}$/),
    partners: new Map(partners.map((partner) => [partner.id, partner])),
  };
}

function readPartner(value: unknown): Partner {
  const entry = Fields.of(value, "a partner", ["id", "shares", "min_confidence", "marking", "public_key"]);
  const shares = entry.list("shares", SHARED_KINDS.length);
  const marking = MARKINGS.find((one) => one === entry.raw("marking"));
  const minConfidence = entry.raw("min_confidence");
  if (!marking) throw entry.wrong("marking", `must be one of ${MARKINGS.join(", ")}`);
  if (typeof minConfidence !== "number" || !(minConfidence >= 0 && minConfidence <= 1)) {
    throw entry.wrong("min_confidence", "must be a number from 0 to 1");
  }
  return {
    ...{ id: entry.text("id", ID), minConfidence, marking },
    shares: SHARED_KINDS.filter((kind) => shares.includes(kind)),
    ...(entry.has("public_key") && { publicKey: entry.text("public_key", /^[0-9a-f]{5184}$/) }),
  };
}

/**
 * The tenant's partners, from a file that is looked at again and again. While there is none, nobody is a partner; one that
 * cannot be read leaves in force what it said before.
 */
export class Partners {
  private readonly path: string;
  private readonly log: Log;
  private readonly watched: Watched<Coalition>;
  private problem: string | undefined;

  /** @param tenant upper-case id */
  constructor(folder: string, tenant: string, log: Log) {
    this.path = `${folder}/${FILE}`;
    this.log = log;
    this.watched = new Watched((text) => readPartners(text, tenant));
  }

  get current(): Coalition | undefined {
    return this.watched.values.get(FILE);
  }

  /** For /health: how many partners there are. */
  check(): CheckResult {
    if (this.problem !== undefined) return { value: this.problem, ok: false };
    return { value: this.current?.partners.size ?? 0, ok: true };
  }

  /** Looks once; never throws. */
  async look(): Promise<void> {
    const text = await readBounded(this.path, MAX_BYTES).catch((error: Error) => error);
    const changed = this.watched.update(text === undefined ? new Map() : new Map([[FILE, text]]));
    const problem = text === undefined ? `${FILE} is missing; \`dsmil up\` lays it` : this.watched.problems.get(FILE);
    if (problem !== undefined && problem !== this.problem) {
      this.log.error({ file: this.path, reason: problem }, "partners not read; what was said before stays in force");
    }
    this.problem = problem;
    const partners = [...(this.current?.partners.keys() ?? [])];
    if (changed.length > 0) this.log.info({ audit: true, partners }, "partners changed");
  }

  /** Looks again and again until `signal` aborts. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(everyMs, signal);
      if (!signal.aborted) await this.look();
    }
  }
}
