import type { Random } from "./random.ts";

/** One attempt to log in, as sshd of some machine writes it, and whether it was somebody else with the account. */
export interface LifeEvent {
  /** ms since 1970 */
  readonly at: number;
  readonly user: string;
  readonly host: string;
  readonly message: string;
  readonly stolen: boolean;
}

type Persona = "office" | "office_many_hosts" | "shift" | "admin" | "traveller" | "job";

const PERSONAS: readonly (readonly [Persona, number])[] = [
  ["office", 0.4],
  ["office_many_hosts", 0.2],
  ["shift", 0.1],
  ["admin", 0.1],
  ["traveller", 0.1],
  ["job", 0.1],
];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Life {
  readonly user: string;
  readonly persona: Persona;
  readonly networks: readonly string[];
  readonly hosts: readonly string[];
  readonly begins: number;
  readonly perDay: number;
  readonly mistypes: number;
}

/**
 * Lives of an organisation's accounts over `days` days from `start` on, oldest first: people at desks, on shifts, who
 * administer or travel, and jobs by the clock. Everybody mistypes, changes desks and machines now and then and works late at
 * times; none of that is somebody else.
 */
export function userLives(random: Random, users: number, days: number, start: number): LifeEvent[] {
  const events: LifeEvent[] = [];
  for (let n = 0; n < users; n++) {
    const life = lifeOf(random, n);
    for (let day = 0; day < days; day++) events.push(...dayOf(random, life, start + day * DAY));
  }
  return events.sort((a, b) => a.at - b.at);
}

/**
 * A theft of one of these accounts at a time: somebody who guessed or found the password comes from abroad, or from a machine
 * inside that was taken over, to machines that are at hand.
 */
export function theft(
  random: Random,
  victim: Pick<LifeEvent, "user" | "host">,
  at: number,
  from: "abroad" | "inside",
): LifeEvent[] {
  const address =
    from === "abroad" ? `203.0.113.${random.whole(1, 254)}` : `10.9.${random.whole(0, 255)}.${random.whole(1, 254)}`;
  const host = random.chance(0.3) ? victim.host : hostName(random);
  const guesses = random.chance(0.5) ? random.whole(3, 30) : 0;
  const { user } = victim;
  const rest = { user, host, stolen: true };
  const failed = Array.from({ length: guesses }, (_, n) => ({
    ...rest,
    at: at - (guesses - n) * 2000,
    message: line("Failed", user, address, random),
  }));
  return [...failed, { ...rest, at, message: line("Accepted", user, address, random) }];
}

function lifeOf(random: Random, n: number): Life {
  const persona = pickPersona(random);
  const many = persona === "office_many_hosts" || persona === "admin";
  const site = random.whole(0, 7);
  const network = (): string => `10.${site}.${random.whole(0, 255)}`;
  return {
    user: `user${n}`,
    persona,
    networks: Array.from({ length: persona === "job" ? 1 : random.whole(1, 3) }, network),
    hosts: Array.from({ length: persona === "admin" ? 25 : many ? 8 : random.whole(1, 3) }, () => hostName(random)),
    begins: persona === "shift" ? random.pick([5, 13, 21]) : random.whole(6, 9),
    perDay: persona === "job" ? 24 : persona === "admin" ? 15 : random.whole(2, 8),
    mistypes: 0.02 + random.unit() * 0.08,
  };
}

function pickPersona(random: Random): Persona {
  let left = random.unit();
  for (const [persona, share] of PERSONAS) {
    left -= share;
    if (left < 0) return persona;
  }
  return "office";
}

function dayOf(random: Random, life: Life, midnight: number): LifeEvent[] {
  const { persona, begins, perDay } = life;
  if (persona === "job") {
    return Array.from({ length: perDay }, (_, hour) =>
      attempt(random, life, midnight + hour * HOUR + 60_000 * begins, false),
    ).flat();
  }
  const weekend = [0, 6].includes(new Date(midnight).getUTCDay());
  const works = persona === "shift" ? random.chance(0.7) : weekend ? random.chance(0.04) : random.chance(0.92);
  if (!works) return [];
  const away = persona === "traveller" && random.chance(0.25);
  const late = random.chance(0.03) ? random.whole(2, 5) : 0;
  return Array.from({ length: Math.max(1, random.poisson(perDay)) }, () => {
    const hours = begins + random.unit() * (8 + late) + random.normal() * 0.5;
    return attempt(random, life, midnight + hours * HOUR, away);
  }).flat();
}

function attempt(random: Random, { user, networks, hosts, mistypes }: Life, at: number, away: boolean): LifeEvent[] {
  // The first ones are used most; one in 200 logins is from a new desk, one in 300 to a new machine.
  const near = (list: readonly string[]): string => list[Math.floor(random.unit() ** 2 * list.length)] ?? "";
  const network = away
    ? `${random.pick(["198.51.100", "192.0.2", "45.80.7"])}`
    : random.chance(0.005)
      ? `10.${random.whole(0, 7)}.${random.whole(0, 255)}`
      : near(networks);
  const host = random.chance(0.0033) ? hostName(random) : near(hosts);
  const address = `${network}.${random.whole(1, 254)}`;
  const rest = { user, host, stolen: false };
  const wrong = random.chance(mistypes) ? random.whole(1, 3) : 0;
  const failed = Array.from({ length: wrong }, (_, n) => ({
    ...rest,
    at: at - (wrong - n) * 8000,
    message: line("Failed", user, address, random),
  }));
  return [...failed, { ...rest, at, message: line("Accepted", user, address, random) }];
}

const hostName = (random: Random): string =>
  `${random.pick(["web", "db", "app", "build", "files"])}-${random.whole(1, 60)}`;

const line = (what: string, user: string, address: string, random: Random): string =>
  `${what} password for ${user} from ${address} port ${random.whole(1024, 65_535)} ssh2`;
