import pc from "picocolors";
import { textTable } from "../text-table.ts";

/** What a gateway says of itself, as far as people are shown it. */
export interface Shown {
  readonly node: string;
  readonly transport: string;
  readonly rotation: { readonly seconds: number; readonly messages: number };
  readonly sessions: readonly {
    readonly peer: string;
    readonly state: string;
    readonly transport?: string;
    readonly group?: string;
    readonly session?: number;
    readonly sessionAgeMs?: number;
    readonly sent: number;
    readonly received: number;
    readonly roundTripMs?: number;
    readonly delivered: number;
    readonly retried: number;
  }[];
  readonly rejections: Readonly<Record<string, number>>;
  readonly audit: { readonly seq: number; readonly spool: number; readonly away?: string; readonly unwritten: number };
  readonly tenants: readonly string[];
  readonly folders: readonly { readonly container: string }[];
  readonly problems: Readonly<Record<string, string>>;
}

const HEADER = ["peer", "state", "group", "session", "key age", "sent", "received", "delivered", "again", "ping"];

/** One gateway, for a terminal. */
export function describeGateway(shown: Shown): string {
  const { node, transport, rotation, sessions, rejections, audit, tenants, folders, problems } = shown;
  const rows = sessions.map((s) => [
    s.peer,
    s.state === "up" ? pc.green(s.state) : pc.red(s.state),
    s.group ?? "–",
    s.session === undefined ? "–" : s.session.toString(16).padStart(8, "0"),
    s.sessionAgeMs === undefined ? "–" : `${Math.round(s.sessionAgeMs / 1000)} s`,
    ...[s.sent, s.received, s.delivered, s.retried].map(String),
    s.roundTripMs === undefined ? "–" : `${s.roundTripMs.toFixed(1)} ms`,
  ]);
  const refused = Object.entries(rejections).filter(([, count]) => count > 0);
  const away = audit.away === undefined ? "" : pc.red(`, store away: ${audit.away}`);
  return [
    `${pc.bold(node)}  ${transport}, keys anew every ${rotation.seconds} s or ${rotation.messages} messages`,
    textTable(HEADER, rows, pc.dim),
    `  tenants ${tenants.join(", ") || "none"}; ${folders.length} containers`,
    `  audit entry ${audit.seq}, ${audit.spool} waiting${away}`,
    `  refused: ${refused.map(([reason, count]) => `${reason} ${count}`).join(", ") || "nothing"}`,
    ...Object.entries(problems).map(([file, problem]) => pc.red(`  ${file}: ${problem}`)),
    "",
  ].join("\n");
}
