import type { Model } from "../model/types.ts";
import { ctl, type Programs, project, quoted } from "./programs.ts";
import { MARK } from "./session.ts";

/** What a key does: the keys, what it shows, the command. */
export interface CockpitKey {
  readonly keys: string;
  readonly shows: string;
  readonly argv: readonly string[];
}

/** Keys that follow the prefix for a tenant: as many as there are digits. */
const MOST_TENANTS = 9;
const PREFIX = "ctrl+shift+d";

/** The cockpit's keys for a fleet. Two stand alone; the others follow a prefix, so that kitty's own keys stay. */
export function cockpitKeys(model: Model, programs: Programs): readonly CockpitKey[] {
  const logs = project(programs, "logs", "--level", "warn", "--since", "1h");
  const tenants = model.tenants.slice(0, MOST_TENANTS).map(({ id }, i) => ({
    ...{ keys: `${PREFIX}>${i + 1}`, shows: `tenant ${id}` },
    argv: ctl(programs, "tenant", "show", id),
  }));
  return [
    { keys: "ctrl+shift+s", shows: "status", argv: ctl(programs, "status") },
    { keys: "ctrl+shift+g", shows: "service levels", argv: project(programs, "dashboards", "--show", "slo") },
    { keys: `${PREFIX}>s`, shows: "status, again and again", argv: ctl(programs, "status", "--watch") },
    { keys: `${PREFIX}>o`, shows: "service levels, as dsmilctl tells", argv: ctl(programs, "slo") },
    { keys: `${PREFIX}>e`, shows: "events of the SOC", argv: ctl(programs, "soc", "top") },
    { keys: `${PREFIX}>a`, shows: "alerts", argv: project(programs, "alerts") },
    { keys: `${PREFIX}>l`, shows: "warnings of the last hour", argv: logs },
    {
      keys: `${PREFIX}>m`,
      shows: "targets that Prometheus cannot reach",
      argv: project(programs, "metrics", "targets"),
    },
    { keys: `${PREFIX}>b`, shows: "the bus", argv: project(programs, "dbe", "show") },
    ...tenants,
  ];
}

/** The same as a file that kitty.conf includes. */
export function cockpitConf(model: Model, programs: Programs): string {
  const maps = cockpitKeys(model, programs).map(
    ({ keys, shows, argv }) =>
      `# ${shows}\nmap ${keys} launch --hold --type=overlay --title ${quoted([shows])} ${quoted(argv)}`,
  );
  return `${[`${MARK} from the manifest: include it in kitty.conf`, ...maps].join("\n\n")}\n`;
}
