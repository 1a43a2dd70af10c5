import { createHash, randomBytes } from "node:crypto";
import type { RedisCommand } from "../../stores/redis.ts";
import type { RedisUser } from "./args.ts";

/** A user as the server describes it (`ACL GETUSER`), apart from its name. */
export interface ServerUser {
  readonly enabled: boolean;
  /** Any password at all is accepted. */
  readonly open: boolean;
  /** SHA-256 of the accepted passwords, hex, sorted. */
  readonly hashes: readonly string[];
  /** Everything it may do, in the server's own words: `~ALPHA_* -@all +xadd (~HEALTH_EVENTS -@all +xadd)`. */
  readonly rules: string;
}

/** `#<sha256>`: a password as it goes to the server. */
export const passwordHash = (password: string): string => createHash("sha256").update(password).digest("hex");

/** One rule an argument; selectors in parentheses stay whole. */
export const splitRules = (rules: string): string[] => rules.match(/\([^)]*\)|\S+/g) ?? [];

/** Makes the user exactly this in one step: whoever is connected as it never sees a state in between. */
export const setUser = ({ name, password, rules }: RedisUser): RedisCommand => [
  "ACL",
  "SETUSER",
  name,
  "reset",
  ...splitRules(rules),
  `#${passwordHash(password)}`,
  "on",
];

/** A throwaway user that is off and without password, to hear how the server writes these rules. */
export function probe(rules: string): { readonly name: string; readonly make: RedisCommand } {
  const name = `probe:${randomBytes(9).toString("hex")}`;
  return { name, make: ["ACL", "SETUSER", name, "reset", ...splitRules(rules)] };
}

/** Reads the reply of `ACL GETUSER`; `undefined` where there is no such user. */
export function parseUser(reply: unknown): ServerUser | undefined {
  if (reply === null || reply === undefined) return undefined;
  if (reply instanceof Error) throw reply;
  const fields = pairs(reply);
  const flags = list(fields.get("flags"));
  const selectors = list(fields.get("selectors")).map((selector) => `(${describe(pairs(selector))})`);
  // What switches a user on or off and how it logs in is told apart from what it may do.
  const others = flags.filter(
    (flag) => !["on", "off", "nopass", "allkeys", "allchannels", "allcommands"].includes(flag),
  );
  return {
    enabled: flags.includes("on"),
    open: flags.includes("nopass"),
    hashes: list(fields.get("passwords")).toSorted(),
    rules: [...others.toSorted(), describe(fields), ...selectors.toSorted()].join(" "),
  };
}

/** Keys, channels and commands of a user or selector, in an order that does not depend on the server's tables. */
function describe(fields: ReadonlyMap<string, unknown>): string {
  const [keys, channels, commands] = ["keys", "channels", "commands"].map((field) =>
    String(fields.get(field) ?? "")
      .split(" ")
      .filter((word) => word !== ""),
  ) as [string[], string[], string[]];
  // Once something is taken away again, the order of commands matters.
  const added = commands[0] === "-@all" && commands.slice(1).every((command) => command.startsWith("+"));
  const ordered = added ? ["-@all", ...commands.slice(1).toSorted()] : commands;
  return [...keys.toSorted(), ...channels.toSorted(), ...ordered].join(" ");
}

function pairs(reply: unknown): Map<string, unknown> {
  const flat = Array.isArray(reply) ? reply : [];
  return new Map(flat.flatMap((key, i) => (i % 2 === 0 ? [[String(key), flat[i + 1]] as const] : [])));
}

const list = (value: unknown): (string & unknown)[] => (Array.isArray(value) ? value : []);
