import type { Model } from "../model/types.ts";
import { ctl, type Programs, project, quoted } from "./programs.ts";

/** First words of what is written, by which it is known again. */
export const MARK = "# Written by `bin/dsmil cockpit`";

/** Text of a kitty session for the fleet: a tab for all of it, then one a node, one a layer that has services, one a tenant. */
export function cockpitSession(model: Model, programs: Programs): string {
  const dsmil = (...words: string[]): readonly string[] => project(programs, ...words);
  const follow = (...words: string[]): readonly string[] => dsmil("logs", "--follow", ...words);
  const fleet = tab("fleet", [
    ["status", ctl(programs, "status", "--watch")],
    ["warnings", follow("--level", "warn")],
  ]);
  const nodes = model.nodes.map(({ id, role }) => {
    const shared = servicesOf(model, (c) => c.node === id && c.tenant === undefined);
    return tab(`${id} (${role})`, [
      [`${id}: warnings`, follow("--node", id, "--level", "warn")],
      ...(shared.length > 0 ? ([[`${id}: shared services`, follow("--node", id, ...shared)]] as const) : []),
    ]);
  });
  const layers = model.layers.flatMap(({ id, name }) => {
    const services = servicesOf(model, ({ layer }) => layer === id);
    return services.length === 0 ? [] : tab(`${id} ${name}`, [[`${id}: logs`, follow(...services)]]);
  });
  const tenants = model.tenants.map(({ id, prefix }) =>
    tab(prefix, [
      [`${id}: SOC`, ctl(programs, "soc", "top", "--tenant", id)],
      [`${id}: events`, dsmil("events", "tail", "--tenant", id)],
      [`${id}: warnings`, follow("--tenant", id, "--level", "warn")],
    ]),
  );
  const shell = ["new_tab console", `cd ${programs.root}`, "launch --title console"].join("\n");
  return `${[`${MARK} from the manifest: kitty --session dsmil.session`, fleet, ...nodes, ...layers, ...tenants, shell].join("\n\n")}\n`;
}

function tab(title: string, windows: readonly (readonly [string, readonly string[]])[]): string {
  const launches = windows.map(([name, argv]) => `launch --hold --title ${quoted([name])} ${quoted(argv)}`);
  return [`new_tab ${title}`, "layout tall", ...launches].join("\n");
}

function servicesOf({ containers }: Model, which: (container: Model["containers"][number]) => boolean): string[] {
  return [...new Set(containers.filter(which).map(({ service }) => service))];
}
