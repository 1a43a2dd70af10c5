import type { Random } from "./random.ts";

/** One connection or query as a sensor tells it, under the names that lines have. */
export interface TrafficEvent {
  /** ms since 1970 */
  readonly at: number;
  readonly category: "NETWORK" | "DNS";
  readonly fields: Readonly<Record<string, string | number>>;
}

const SECOND = 1000;
const HOUR = 3_600_000;
const KIB = 1024;
const SITES = 400;
const WORDS = ["www", "mail", "api", "cdn", "static", "img", "login", "shop", "news", "assets", "video", "edge"];

/** What machines of an office do over `hours` hours: visits, mail, names, backups, updates; nobody means harm. */
export function everydayTraffic(random: Random, machines: number, hours: number, start: number): TrafficEvent[] {
  const events: TrafficEvent[] = [];
  for (let n = 0; n < machines; n++) {
    const source = `10.1.${Math.floor(n / 250)}.${(n % 250) + 1}`;
    const busy = random.magnitude(5, 120);
    const usual = random.magnitude(200 * KIB, 20 * KIB * KIB);
    for (let hour = 0; hour < hours; hour++) {
      const clock = (new Date(start).getUTCHours() + hour) % 24;
      const visits = random.poisson(busy * (clock >= 7 && clock <= 18 ? 1 : 0.1));
      for (let visit = 0; visit < visits; visit++) {
        const at = start + hour * HOUR + random.unit() * HOUR;
        // Few sites get most visits.
        const site = Math.floor(random.unit() ** 3 * SITES);
        events.push(...visitTo(random, source, at, site, (usual / busy) * random.magnitude(0.2, 5)));
      }
    }
  }
  return events.sort((a, b) => a.at - b.at);
}

function visitTo(random: Random, source: string, at: number, site: number, bytes: number): TrafficEvent[] {
  const domain = `${random.pick(WORDS)}${random.chance(0.2) ? random.whole(1, 40) : ""}.site${site}.example`;
  const query = { event_type: "dns", src_ip: source, dest_ip: "10.0.0.53", dest_port: 53, domain };
  return [
    { at, category: "DNS", fields: query },
    flow(
      random,
      source,
      `198.51.100.${(site % 250) + 1}`,
      443,
      at + 50,
      Math.round(bytes),
      random.magnitude(2 * KIB, 5000 * KIB),
    ),
  ];
}

/** A program that calls home every `every` seconds, up to `jitter` (0 to 1) of that earlier or later. */
export function beacon(
  random: Random,
  source: string,
  start: number,
  every: number,
  jitter: number,
  calls: number,
): TrafficEvent[] {
  let at = start;
  return Array.from({ length: calls }, () => {
    at += every * SECOND * (1 + (random.unit() * 2 - 1) * jitter);
    return flow(random, source, "203.0.113.66", 443, at, random.whole(300, 900), random.whole(300, 900));
  });
}

/** Probes of `count` ports of one machine, or of `count` machines on one port, within `seconds`. */
export function scan(
  random: Random,
  source: string,
  start: number,
  kind: "ports" | "hosts",
  count: number,
  seconds: number,
): TrafficEvent[] {
  return Array.from({ length: count }, (_, n) => {
    const at = start + ((n + random.unit()) / count) * seconds * SECOND;
    const [target, port] =
      kind === "ports" ? ["10.2.0.9", n + 1] : [`10.2.${Math.floor(n / 250)}.${(n % 250) + 1}`, 445];
    return flow(random, source, target, port, at, 60, random.pick([0, 54]));
  });
}

/** Names that carry `count` pieces of data to one domain within `seconds`; a piece has `length` characters of base 32. */
export function tunnel(
  random: Random,
  source: string,
  start: number,
  count: number,
  length: number,
  seconds: number,
): TrafficEvent[] {
  return Array.from({ length: count }, (_, n) => ({
    at: start + (n / count) * seconds * SECOND,
    category: "DNS" as const,
    fields: {
      ...{ event_type: "dns", src_ip: source, dest_ip: "10.0.0.53", dest_port: 53 },
      domain: `${random.text(length, "abcdefghijklmnopqrstuvwxyz234567")}.t.badexample.invalid`,
    },
  }));
}

/** One upload of so many bytes in `parts` connections, some minutes in all. */
export function upload(random: Random, source: string, start: number, bytes: number, parts: number): TrafficEvent[] {
  return Array.from({ length: parts }, (_, n) =>
    flow(random, source, "203.0.113.80", 443, start + n * 10 * SECOND, Math.round(bytes / parts), 4000),
  );
}

function flow(
  random: Random,
  source: string,
  target: string,
  port: number,
  at: number,
  out: number,
  back: number,
): TrafficEvent {
  const ends = { src_ip: source, dest_ip: target, dest_port: port, src_port: random.whole(1024, 65_535), proto: "TCP" };
  const flow_id = random.whole(1e9, 2e15);
  return { at, category: "NETWORK", fields: { event_type: "flow", flow_id, ...ends, bytes_out: out, bytes_in: back } };
}
