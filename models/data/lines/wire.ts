import type { Context } from "../context.ts";
import type { Random } from "../random.ts";

export type Part = Readonly<Record<string, unknown>>;

/** An address of the organisation. */
export function inside(random: Random): string {
  const a = random.whole(0, 255);
  const b = random.whole(1, 254);
  return random.pick([
    `10.${random.whole(0, 20)}.${a}.${b}`,
    `192.168.${a}.${b}`,
    `172.${random.whole(16, 31)}.${a}.${b}`,
  ]);
}

/** An address out of the ranges for documentation, and some others that are public. */
export function outside(random: Random): string {
  const d = random.whole(1, 254);
  return random.pick([
    `203.0.113.${d}`,
    `198.51.100.${d}`,
    `192.0.2.${d}`,
    `45.${random.whole(1, 200)}.7.${d}`,
    `2001:db8::${d.toString(16)}`,
  ]);
}

const ENDS = ["src_ip", "dest_ip", "dest_port", "src_port", "proto"];

/** A line of eve.json. Sensors differ in what they add; some leave out the ends of a connection, or one of them. */
export function eve({ random }: Context, type: string, part: Part): string {
  const time = new Date(Date.UTC(2026, 0, 5) + random.whole(0, 14 * 86_400) * 1000).toISOString().slice(0, 19);
  const way = random.unit();
  const left = way < 0.06 ? ENDS : way < 0.12 ? [random.pick(ENDS)] : [];
  const line: Part = {
    timestamp: `${time}.${random.text(6, "0123456789")}+0000`,
    ...(random.chance(0.9) && { flow_id: random.whole(1e9, 2e15) }),
    ...(random.chance(0.5) && { in_iface: random.pick(["eth0", "ens3", "bond0"]) }),
    event_type: type,
    src_port: random.whole(1024, 65_535),
    proto: "TCP",
    ...part,
  };
  return JSON.stringify(line, (key, value: unknown) => (left.includes(key) ? undefined : value));
}

/** The ends of a connection from the outside in. */
export const inbound = (random: Random, port: number): Part => ({
  src_ip: outside(random),
  dest_ip: inside(random),
  dest_port: port,
});

/** The ends of a connection from the inside out. */
export const outbound = (random: Random, port: number): Part => ({
  src_ip: inside(random),
  dest_ip: outside(random),
  dest_port: port,
});

/** The ends of a connection that stays inside. */
export const internal = (random: Random, port: number): Part => ({
  src_ip: inside(random),
  dest_ip: inside(random),
  dest_port: port,
});

/** A syslog line in one of the forms that sources use; `level` (0 to 7) and `facility` show only in some. */
export function syslog({ random, words }: Context, program: string, text: string, level = 6, facility = 3): string {
  const date = new Date(Date.UTC(2026, 0, 5) + random.whole(0, 14 * 86_400) * 1000);
  const [host, pid] = [random.pick(words.hosts), random.whole(200, 60_000)];
  const iso = date.toISOString();
  const bsd = `${iso.slice(8, 10) === "05" ? "Jan  5" : `Jan ${iso.slice(8, 10).replace(/^0/, " ")}`} ${iso.slice(11, 19)}`;
  const priority = `<${facility * 8 + level}>`;
  // Some sources cut what is long, or tell only how it began.
  const message = random.chance(0.05) ? text.split(/ ; |, | port /)[0] : text;
  const form = random.whole(0, 4);
  if (form === 0) return `${priority}1 ${iso} ${host} ${program} ${pid} - - ${message}`;
  if (form === 1) return `${priority}${bsd} ${host} ${program}[${pid}]: ${message}`;
  if (form === 2) return `${iso} ${host} ${program}[${pid}]: ${message}`;
  return `${bsd} ${host} ${program}[${pid}]: ${message}`;
}
