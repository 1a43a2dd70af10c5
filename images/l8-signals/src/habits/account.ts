import { Counts, type Surprise } from "./counts.ts";
import { Hours } from "./hours.ts";
import type { Login } from "./login.ts";

/** What habits are kept of. */
export type Feature = "source" | "host" | "hour" | "failures_before";

/** Values of one kind that are kept of an account. */
const MOST_VALUES = 32;
const DAY_MS = 86_400_000;
/** After so long what was seen counts half. */
const HALF_LIFE_DAYS = 30;
/** Failures before a login that count as belonging to it. */
const BEFORE_MS = 600_000;

/** How one account is used. Only logins that succeeded teach it where, to what and when; failures are counted before them. */
export class Account {
  private readonly sources = new Counts(MOST_VALUES);
  private readonly hosts = new Counts(MOST_VALUES);
  private readonly failures = new Counts(8);
  private readonly hours = new Hours();
  private faded = Number.NaN;
  private lastDay = -1;
  private failedAt = 0;
  private failed = 0;
  /** Logins that it knows of, older ones counting for less. */
  weight = 0;
  /** Days on which there was one. */
  days = 0;

  /** Networks and hosts that are kept. */
  get values(): number {
    return this.sources.size + this.hosts.size;
  }

  /** How surprising a login is, feature by feature; nothing is learned by it. */
  surprise(login: Login): Readonly<Record<Feature, Surprise>> {
    return {
      source: this.sources.surprise(login.source),
      host: this.hosts.surprise(login.host),
      hour: this.hours.surprise(login.at),
      failures_before: this.failures.surprise(this.before(login)),
    };
  }

  /** Failures before a login, as far as they are told apart. */
  before({ at }: Login): string {
    const count = at - this.failedAt > BEFORE_MS ? 0 : this.failed;
    if (count === 0) return "none";
    if (count <= 2) return "1 or 2";
    return count <= 5 ? "3 to 5" : "6 or more";
  }

  fail({ at, times }: Login): void {
    this.failed = Math.min(1000, (at - this.failedAt > BEFORE_MS ? 0 : this.failed) + times);
    this.failedAt = Math.max(this.failedAt, at);
  }

  learn(login: Login): void {
    this.fade(login.at);
    this.failures.add(this.before(login));
    this.sources.add(login.source);
    this.hosts.add(login.host);
    this.hours.add(login.at);
    this.weight += 1;
    this.failed = 0;
    const day = Math.floor(login.at / DAY_MS);
    if (day > this.lastDay) {
      this.days += 1;
      this.lastDay = day;
    }
  }

  private fade(at: number): void {
    if (Number.isNaN(this.faded)) this.faded = at;
    const days = (at - this.faded) / DAY_MS;
    if (days < 1) return;
    const factor = 2 ** (-days / HALF_LIFE_DAYS);
    for (const kind of [this.sources, this.hosts, this.failures, this.hours]) kind.fade(factor);
    this.weight *= factor;
    this.faded = at;
  }
}
