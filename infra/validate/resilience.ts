import { from, holds, names } from "./finding.ts";
import type { Criterion } from "./types.ts";

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
      from(containers, (all) => {
        const bad = all.filter(({ restart }) => restart !== "always" && restart !== "unless-stopped");
        return holds(
          bad.length === 0,
          bad.length ? `not ${names(bad.map(({ name }) => name))}` : `${all.length} of ${all.length}`,
          "`bin/dsmil up`",
        );
      }),
  },
  {
    section: "Fault tolerance",
    what: "every container has a health check",
    judge: ({ containers }) =>
      from(containers, (all) => {
        const bad = all.filter(({ healthCheck }) => !healthCheck);
        return holds(
          bad.length === 0,
          bad.length ? `not ${names(bad.map(({ name }) => name))}` : `${all.length} of ${all.length}`,
          "`bin/dsmil up`",
        );
      }),
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
