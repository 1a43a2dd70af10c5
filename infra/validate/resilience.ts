import { from, holds, names } from "./finding.ts";
import type { Criterion, Finding, Kept } from "./types.ts";

export const SCALING: readonly Criterion[] = [
  {
    section: "Horizontal scaling",
    what: "a service with replicas, all healthy",
    judge: ({ containers, model }) =>
      from(containers, (all) => {
        const scaled = model.services.filter(({ scope, replicas }) => scope === "shared" && replicas > 1);
        const told = scaled.map(({ id }) => {
          const own = all.filter(({ service }) => service === id);
          return { id, well: own.filter(({ healthy }) => healthy).length, of: own.length };
        });
        const evidence = told.map(({ id, well, of }) => `${id} ${well} of ${of}`).join(", ");
        const well = told.length > 0 && told.every(({ well: up, of }) => of > 1 && up === of);
        return holds(well, evidence || "none has replicas", "set `replicas` of a service; `bin/dsmil up`");
      }),
  },
];

export const FAULTS: readonly Criterion[] = [
  {
    section: "Fault tolerance",
    what: "every container comes back by itself",
    judge: ({ containers }) =>
      from(containers, (all) =>
        ofEach(all, ({ restart }) =>
          restart === undefined ? undefined : ["always", "unless-stopped"].includes(restart),
        ),
      ),
  },
  {
    section: "Fault tolerance",
    what: "every container has a health check",
    judge: ({ containers }) => from(containers, (all) => ofEach(all, ({ healthCheck }) => healthCheck)),
  },
  {
    section: "Fault tolerance",
    what: "Redis keeps its data (RDB and AOF)",
    judge: ({ redis }) =>
      from(redis, ({ save = "", appendonly = "" }) =>
        holds(
          save !== "" && appendonly === "yes",
          `save "${save}", appendonly ${appendonly}`,
          "`bin/dsmil up` lays its configuration again",
        ),
      ),
  },
  {
    section: "Fault tolerance",
    what: "PostgreSQL archives its WAL",
    judge: ({ postgres }) =>
      from(postgres, ({ archiveMode }) => holds(archiveMode === "on", `archive_mode ${archiveMode}`, "`bin/dsmil up`")),
  },
  {
    section: "Fault tolerance",
    what: "a killed service, a killed node: nothing lost",
    judge: () => ({
      verdict: "open",
      evidence: "this command kills nothing",
      remedy: "`bin/dsmil bench --only faults` kills each part under load, and counts",
    }),
  },
];

/** Whether something is so of each container; open where it fails of none, and is not known of some. */
function ofEach(all: readonly Kept[], is: (kept: Kept) => boolean | undefined): Finding {
  const bad = all.filter((kept) => is(kept) === false);
  const unknown = all.filter((kept) => is(kept) === undefined);
  if (bad.length === 0 && unknown.length > 0) {
    const evidence = `the engine did not say of ${names(unknown.map(({ name }) => name))}`;
    return { verdict: "open", evidence, remedy: "`bin/dsmil status` says why" };
  }
  const evidence = bad.length > 0 ? `not ${names(bad.map(({ name }) => name))}` : `${all.length} of ${all.length}`;
  return holds(bad.length === 0, evidence, "`bin/dsmil up`");
}
