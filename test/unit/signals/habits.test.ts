import { describe, expect, it } from "vitest";
import { Counts } from "../../../images/l8-signals/src/habits/counts.ts";
import { Habits, LEAST_LOGINS, TOLD_FROM_BITS } from "../../../images/l8-signals/src/habits/habits.ts";
import type { Observed } from "../../../images/l8-signals/src/observed.ts";
import { readSshd } from "../../../images/runtime/ingest/sshd.ts";
import { Random } from "../../../models/data/random.ts";
import { type LifeEvent, theft, userLives } from "../../../models/data/user-lives.ts";

const DAY = 86_400_000;
const MONDAY = Date.UTC(2026, 0, 5);
const observed = ({ at, host, message }: Pick<LifeEvent, "at" | "host" | "message">, id = "e"): Observed => {
  return { id, category: "AUTH", at, fields: { ...readSshd(message), host } };
};
const login = (day: number, hour: number, ip = "10.0.0.5", user = "alice", host = "web-1"): Observed =>
  observed({
    at: MONDAY + day * DAY + hour * 3_600_000,
    host,
    message: `Accepted publickey for ${user} from ${ip} port 22 ssh2`,
  });

/** Six weeks of one who logs in five times each workday. */
function office(habits: Habits, user = "alice"): void {
  for (let day = 0; day < 42; day++) {
    if (day % 7 > 4) continue;
    for (const hour of [8, 9, 11, 13, 15]) expect(habits.look(login(day, hour, "10.0.0.5", user))).toEqual([]);
  }
}

describe("habits of an account", () => {
  it("are learned before anything is said", () => {
    const habits = new Habits();
    for (let n = 0; n < LEAST_LOGINS - 1; n++) habits.look(login(Math.floor(n / 4), 8 + (n % 4)));
    expect(habits.look(login(12, 3, "203.0.113.9", "alice", "db-9"))).toEqual([]);
  });

  it("differ by bits: a login from elsewhere at night to another machine is told with what differed and by how much", () => {
    const habits = new Habits();
    office(habits);
    expect(habits.look(login(42, 10))).toEqual([]);
    const [found, ...more] = habits.look(login(43, 3, "203.0.113.9", "alice", "db-9"));
    expect(more).toEqual([]);
    expect(found).toMatchObject({ flag: "UNUSUAL_LOGIN", severity: "HIGH", about: "e" });
    expect(found?.facts).toMatchObject({
      threshold: TOLD_FROM_BITS,
      differs: {
        source: { value: "203.0.113.0/24", share: 0 },
        host: { value: "db-9", share: 0 },
        hour: { value: "Mon–Fri 03:00 UTC", share: 0 },
        failures_before: { value: "none", excess: 0, share: 1 },
      },
    });
    expect(Number(found?.facts.bits)).toBeGreaterThan(18);
    expect(found?.detail).toMatch(/^a login differs from the account's habits by [\d.]+ bits/);
    // The same difference is told once a day.
    expect(habits.look(login(43, 4, "203.0.113.9", "alice", "db-9"))).toEqual([]);
  });

  it("take failures before a login into account, and no single new thing by itself", () => {
    const habits = new Habits();
    office(habits);
    const at = MONDAY + 44 * DAY + 10 * 3_600_000;
    const failed = {
      at: at - 60_000,
      host: "web-1",
      message: "message repeated 20 times: [ Failed password for alice from 203.0.113.9 port 9 ssh2]",
    };
    expect(habits.look(observed(failed))).toEqual([]);
    expect(habits.look(login(44, 10))).toEqual([]);
    habits.look(observed({ ...failed, at: at + DAY - 60_000 }));
    expect(habits.look(login(45, 10, "203.0.113.9"))).toMatchObject([
      { facts: { differs: { failures_before: { value: "6 or more" } } } },
    ]);
    expect(habits.look(login(46, 10, "10.77.0.1"))).toEqual([]);
  });

  it("are of each account alone, and no failure makes an account known", () => {
    const habits = new Habits();
    office(habits);
    for (let n = 0; n < 1000; n++) {
      habits.look(
        observed({
          at: MONDAY,
          host: "h",
          message: `Failed password for invalid user u${n} from 203.0.113.9 port 9 ssh2`,
        }),
      );
    }
    expect(habits.size).toBe(1);
    expect(habits.look(login(43, 3, "203.0.113.9", "bob", "db-9"))).toEqual([]);
  });

  it("are of at most 32 values each, and fade", () => {
    const counts = new Counts(32);
    for (let n = 0; n < 1000; n++) counts.add(`v${n}`);
    expect(counts.surprise("v0").share).toBe(0);
    expect(counts.surprise("v999").share).toBeGreaterThan(0);
    for (let n = 0; n < 10; n++) counts.fade(0.5);
    expect(counts.surprise("v999").share).toBe(0);
  });

  it("say nothing of lines that tell of no login", () => {
    const habits = new Habits();
    const odd: Observed["fields"][] = [
      {},
      { ssh_fact: "accepted" },
      { ssh_fact: "accepted", user: "a", src_ip: "nowhere" },
      { user: "a" },
    ];
    for (const fields of odd) expect(habits.look({ id: "e", category: "AUTH", at: MONDAY, fields })).toEqual([]);
    expect(habits.size).toBe(0);
  });
});

/** MEASURE=1 makes the figures of docs/signals.md; without it less is generated. */
const MEASURE = process.env.MEASURE === "1";

describe("on lives of accounts over 60 days", () => {
  const random = new Random(55);
  const lives = userLives(random, MEASURE ? 300 : 60, 60, MONDAY);
  const byUser = Map.groupBy(lives, ({ user }) => user);
  const judged = MONDAY + 30 * DAY;
  /** Of the last 30 days: an account's own logins that are told, and thefts, each beside the account's own past. */
  function measure(bits: number) {
    const dice = new Random(56);
    const sum = { logins: 0, own: 0, people: 0, ofPeople: 0, abroad: 0, inside: 0 };
    for (const own of byUser.values()) {
      const habits = new Habits(bits);
      const isJob = own.length > 60 * 23;
      for (const one of own) {
        const found = habits.look(observed(one)).length;
        if (one.at < judged || !one.message.startsWith("Accepted")) continue;
        sum.logins += 1;
        sum.own += found;
        if (!isJob) [sum.people, sum.ofPeople] = [sum.people + 1, sum.ofPeople + found];
      }
      for (const from of ["abroad", "inside"] as const) {
        const attack = theft(dice, own.at(-1) ?? { user: "", host: "" }, judged + dice.unit() * 29 * DAY, from);
        const past = new Habits(bits);
        for (const one of own) if (one.at < (attack[0]?.at ?? 0)) past.look(observed(one));
        sum[from] += Number(attack.some((one) => past.look(observed(one)).length > 0));
      }
    }
    return sum;
  }

  it("few logins of their owners are told, and most thefts; docs/signals.md has the figures", () => {
    for (const bits of MEASURE ? [8, 10, TOLD_FROM_BITS, 14, 16] : [TOLD_FROM_BITS]) {
      const { logins, own, people, ofPeople, abroad, inside } = measure(bits);
      const percent = (part: number, of: number): string => `${((100 * part) / of).toFixed(3)} %`;
      console.info(
        `${bits} bits: ${percent(own, logins)} of ${logins} own logins, ${percent(ofPeople, people)} of ${people} of people; thefts ${percent(abroad, byUser.size)} from abroad, ${percent(inside, byUser.size)} from inside`,
      );
      if (bits !== TOLD_FROM_BITS) continue;
      expect(own / logins).toBeLessThan(0.001);
      expect(Math.min(abroad, inside) / byUser.size).toBeGreaterThan(0.75);
    }
  }, 120_000);
});
