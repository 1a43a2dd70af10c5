import { expect, it } from "vitest";
import { selectContainers } from "../../../infra/cli/logs/select.ts";
import { GOOD, modelOf } from "../model/fixture.ts";

const names = (selection: Parameters<typeof selectContainers>[1]): string[] =>
  selectContainers(modelOf(GOOD), selection).map(({ name }) => name);

it("takes services, containers, tenants and nodes", () => {
  const { containers } = modelOf(GOOD);
  expect(names({ services: [] })).toEqual(containers.map(({ name }) => name));
  expect(names({ services: ["l3-router"], tenant: "alpha" })).toEqual(["dsmil-l3-router-alpha"]);
  expect(names({ services: ["dsmil-redis"] })).toEqual(["dsmil-redis"]);
  expect(names({ services: [], node: "node-c" })).toContain("dsmil-postgres");
});

it("names what there is not, and what serves all tenants", () => {
  expect(() => names({ services: ["l3-ruoter"] })).toThrow('there is no service "l3-ruoter"');
  expect(() => names({ services: [], tenant: "zulu" })).toThrow('there is no tenant "zulu"');
  expect(() => names({ services: [], node: "node-x" })).toThrow('there is no node "node-x"');
  expect(() => names({ services: ["redis"], tenant: "alpha" })).toThrow("redis serves all tenants");
});
