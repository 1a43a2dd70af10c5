import type { Severity } from "../../../runtime/severity.ts";
import { Lru } from "../lru.ts";
import type { Observed } from "../observed.ts";
import type { Signal } from "../signal.ts";
import { Account, type Feature } from "./account.ts";
import type { Surprise } from "./counts.ts";
import { hourName } from "./hours.ts";
import { type Login, loginOf } from "./login.ts";

/** Accounts whose habits are kept at most; the one not used for longest goes. */
export const MOST_ACCOUNTS = 10_000;
/** Networks and hosts of all accounts together; above it the account not used for longest goes. */
const MOST_VALUES = 150_000;
/** Logins, and days with one, before anything is said of an account. */
export const LEAST_LOGINS = 30;
export const LEAST_DAYS = 5;
/** Bits above what is expected from which a login is told, and from which it is grave; docs/l8.md has what that costs. */
export const TOLD_FROM_BITS = 12;
export const GRAVE_FROM_BITS = 18;
/** The same difference of an account is told once in so long. */
const AGAIN_MS = 86_400_000;

/**
 * Device 55: how accounts are used, and logins that differ from it. A login's surprise is the sum over source network, host,
 * hour and failures before it of the bits above what the account's own past lets expect. It says what differed and by how
 * much, and nothing about who was there.
 */
export class Habits {
  private readonly toldFrom: number;
  private accounts = new Lru<string, Account>(MOST_ACCOUNTS);
  private values = 0;
  private told = new Lru<string, number>(MOST_ACCOUNTS);

  /** @param toldFrom bits above what is expected from which a login is told */
  constructor(toldFrom = TOLD_FROM_BITS) {
    this.toldFrom = toldFrom;
  }

  /** Accounts that are known. */
  get size(): number {
    return this.accounts.size;
  }

  /** Knows nothing any more. */
  forget(): void {
    this.accounts = new Lru(MOST_ACCOUNTS);
    this.values = 0;
    this.told = new Lru(MOST_ACCOUNTS);
  }

  /** Judges a login by what came before it, then learns it. */
  look(event: Observed): readonly Signal[] {
    const login = loginOf(event);
    if (!login) return [];
    if (!login.success) {
      // Names that nobody ever logged in with are guesses, and there are more of those than memory.
      this.accounts.get(login.user)?.fail(login);
      return [];
    }
    const account = this.accounts.get(login.user) ?? this.make(login.user);
    const signal = this.judge(account, login, event);
    const before = account.values;
    account.learn(login);
    this.values += account.values - before;
    while (this.values > MOST_VALUES) this.dropOldest();
    return signal ? [signal] : [];
  }

  private make(user: string): Account {
    if (this.accounts.size === MOST_ACCOUNTS) this.dropOldest();
    const account = new Account();
    this.accounts.set(user, account);
    return account;
  }

  private dropOldest(): void {
    this.values -= this.accounts.dropOldest()?.values ?? 0;
  }

  private judge(account: Account, login: Login, event: Observed): Signal | undefined {
    if (account.weight < LEAST_LOGINS || account.days < LEAST_DAYS) return undefined;
    const surprises = Object.entries(account.surprise(login)) as readonly (readonly [Feature, Surprise])[];
    const bits = surprises.reduce((sum, [, { excess }]) => sum + excess, 0);
    if (bits < this.toldFrom) return undefined;
    const key = `${login.user}\n${login.source}\n${login.host}`;
    const before = this.told.get(key);
    if (before !== undefined && Math.abs(login.at - before) < AGAIN_MS) return undefined;
    this.told.set(key, login.at);
    const values = { source: login.source, host: login.host, hour: hourName(login.at) };
    return signalOf(event, account, bits, surprises, { ...values, failures_before: account.before(login) });
  }
}

const WORDS: Readonly<Record<Feature, string>> = {
  source: "source network",
  host: "host",
  hour: "hour",
  failures_before: "failures before it",
};

const rounded = (value: number): number => Math.round(value * 10) / 10;

function signalOf(
  { id, fields: { src_ip, host, user } }: Observed,
  { weight, days }: Account,
  bits: number,
  surprises: readonly (readonly [Feature, Surprise])[],
  values: Readonly<Record<Feature, string>>,
): Signal {
  const severity: Severity = bits >= GRAVE_FROM_BITS ? "HIGH" : "MEDIUM";
  const differing = surprises
    .filter(([, { excess }]) => excess >= 1)
    .sort(([, a], [, b]) => b.excess - a.excess)
    .map(([feature, { excess, share }]) => {
      const seen = share === 0 ? "never before" : `in ${rounded(share * 100)} % of logins`;
      return `${WORDS[feature]} ${values[feature] || "unnamed"} (${seen}, ${rounded(excess)} bits)`;
    });
  const facts = surprises.map(([feature, { bits: all, excess, share }]) => {
    return [
      feature,
      { value: values[feature], bits: rounded(all), excess: rounded(excess), share: rounded(share * 100) / 100 },
    ];
  });
  return {
    flag: "UNUSUAL_LOGIN",
    severity,
    about: id,
    mark: id,
    detail: `a login differs from the account's habits by ${rounded(bits)} bits (told from ${TOLD_FROM_BITS} on): ${differing.join(", ")}`,
    facts: {
      bits: rounded(bits),
      threshold: TOLD_FROM_BITS,
      logins: Math.round(weight),
      days,
      differs: Object.fromEntries(facts),
    },
    fields: Object.fromEntries(
      Object.entries({ src_ip, host, user }).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    ),
  };
}
