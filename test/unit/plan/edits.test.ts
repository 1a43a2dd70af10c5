import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { expect, it } from "vitest";
import { parseDocument } from "yaml";
import { containerArgs } from "../../../infra/components/container-args.ts";
import { checkManifestText } from "../../../infra/model/load-manifest.ts";
import { resolve } from "../../../infra/model/resolve.ts";
import type { Model } from "../../../infra/model/types.ts";
import type { Preview, PreviewStep } from "../../../infra/plan/preview.ts";
import { summarize } from "../../../infra/plan/summarize.ts";

/**
 * Generated edits of the manifest, at the level of the model: containers with the arguments they are registered with, and
 * volumes. What the plan announces from the engine's steps must be what a comparison of the two sets says.
 */
const EDITS = 200;
const SEED = 20261130;
const CONTAINER = "docker:index/container:Container";
const VOLUME = "docker:index/volume:Volume";
const MANIFEST = readFileSync(new URL("../../../manifest.yaml", import.meta.url), "utf8");

/** What the docker provider changes in a running container; anything else replaces it. */
const IN_PLACE = new Set(["memory", "memorySwap", "restart"]);

interface Registered {
  readonly node: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Mulberry32: the same edits on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
const next = random(SEED);
const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;

function modelOf(text: string): Model | undefined {
  const manifest = checkManifestText("manifest.yaml", text);
  return Array.isArray(manifest) ? undefined : resolve(manifest);
}

type Document = ReturnType<typeof parseDocument>;
const indexes = (document: Document, list: string): number[] => [
  ...(document.toJS() as Record<string, unknown[]>)[list]!.keys(),
];
const NAMES = ["charlie", "delta", "echo", "foxtrot"];

/** Kinds of edits; one that the manifest's checks refuse is drawn anew. */
const KINDS: readonly ((document: Document) => void)[] = [
  (d) => d.addIn(["tenants"], d.createNode({ ...(d.toJS().tenants[1] as object), id: pick(NAMES), ingest_port: 8603 })),
  (d) => d.deleteIn(["tenants", pick(indexes(d, "tenants"))]),
  (d) => d.setIn(["tenants", pick(indexes(d, "tenants")), "retention", "archive"], pick(["30d", "60d", "365d"])),
  (d) => d.setIn(["tenants", pick(indexes(d, "tenants")), "ingest_port"], 8610 + Math.floor(next() * 50)),
  (d) => d.setIn(["services", pick(indexes(d, "services")), "memory"], pick(["96MiB", "320MiB", "640MiB"])),
  (d) => d.setIn(["services", pick(indexes(d, "services")), "cpus"], pick([0.25, 0.75, 2])),
  (d) => d.setIn(["services", pick(indexes(d, "services")), "replicas"], pick([1, 2, 3, 4])),
  (d) => d.setIn(["services", pick(indexes(d, "services")), "tag"], `v5.0-${Math.floor(next() * 1e6)}`),
  (d) => d.setIn(["devices", pick(indexes(d, "devices")), "container_memory"], pick(["160MiB", "224MiB"])),
  (d) => d.setIn(["fleet", "log_level"], pick(["DEBUG", "WARN"])),
  (d) => d.deleteIn(["services", pick(indexes(d, "services"))]),
];

function edited(): Model {
  for (;;) {
    const document = parseDocument(MANIFEST);
    pick(KINDS)(document);
    const model = modelOf(document.toString({ lineWidth: 0 }));
    if (model) return model;
  }
}

function registered(model: Model): Registered[] {
  const containers = model.containers.map((plan): Registered => {
    const address = model.nodes.find(({ id }) => id === plan.node)?.address ?? "";
    const tag = model.services.find(({ image }) => image === plan.image)?.imageTag ?? "v5.0-now";
    const args = containerArgs({
      plan,
      fleet: model.fleet,
      hosts: model.hosts,
      address,
      image: `${plan.image}:${tag}`,
    });
    return { node: plan.node, type: CONTAINER, name: plan.name, inputs: { ...args } };
  });
  const volumes = model.volumes.map(
    ({ node, name, driverOpts }): Registered => ({ node, type: VOLUME, name, inputs: { name, driverOpts } }),
  );
  return [...containers, ...volumes];
}

const keyOf = ({ node, type, name }: Registered): string => `${node} ${type} ${name}`;

/** The engine's steps from one set to the other, as `pulumi preview --json` has them. */
function engine(old: readonly Registered[], now: readonly Registered[]): Map<string, Preview> {
  const steps = new Map<string, PreviewStep[]>();
  const before = new Map(old.map((r) => [keyOf(r), r]));
  const add = (
    op: string,
    was: Registered | undefined,
    is: Registered | undefined,
    paths: readonly string[] = [],
  ): void => {
    const { node, type, name } = (is ?? was) as Registered;
    const urn = `urn:pulumi:${node}::dsmil::${type}::${name}`;
    const state = (r: Registered) => ({ type, urn, inputs: r.inputs });
    const one: PreviewStep = {
      ...{ op, urn, detailedDiff: Object.fromEntries(paths.map((path) => [path, { kind: "update" }])) },
      ...(was && { oldState: state(was) }),
      ...(is && { newState: state(is) }),
    };
    steps.set(node, [...(steps.get(node) ?? []), one]);
  };
  for (const is of now) {
    const was = before.get(keyOf(is));
    before.delete(keyOf(is));
    if (was === undefined) add("create", undefined, is);
    else {
      const keys = new Set([...Object.keys(was.inputs), ...Object.keys(is.inputs)]);
      const paths = [...keys].filter((key) => !isDeepStrictEqual(was.inputs[key], is.inputs[key]));
      if (paths.length === 0) add("same", was, is);
      else if (paths.every((path) => IN_PLACE.has(path))) add("update", was, is, paths);
      else for (const op of ["delete-replaced", "replace", "create-replacement"]) add(op, was, is, paths);
    }
  }
  for (const was of before.values()) add("delete", was, undefined);
  return new Map([...steps].map(([node, list]) => [node, { steps: list }]));
}

/** The same from the two sets alone; whose a thing is says the model, not a label. */
function compared(old: Model, now: Model): string[] {
  const [a, b] = [old, now].map((model) => new Map(registered(model).map((r) => [keyOf(r), JSON.stringify(r.inputs)])));
  const owners = new Map<string, string | undefined>(
    [old, now].flatMap((model) => [
      ...model.containers.map((c) => [`${c.node} ${CONTAINER} ${c.name}`, c.tenant] as const),
      ...model.volumes.map((v) => [`${v.node} ${VOLUME} ${v.name}`, v.tenant] as const),
    ]),
  );
  const plain = (text = "{}"): object => {
    const { memory: _, memorySwap: __, restart: ___, ...rest } = JSON.parse(text) as Record<string, unknown>;
    return rest;
  };
  return [...new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])].flatMap((key) => {
    const [was, is] = [a?.get(key), b?.get(key)];
    if (was === is) return [];
    const changed = isDeepStrictEqual(plain(was), plain(is)) ? "update" : "replace";
    const action = was === undefined ? "create" : is === undefined ? "delete" : changed;
    return [`${action} ${key} of ${owners.get(key) ?? "shared"}`];
  });
}

it(`announces exactly what ${EDITS} generated edits change, and for whom`, { timeout: 180_000 }, () => {
  const base = modelOf(MANIFEST) as Model;
  const before = registered(base);
  const seen = { create: 0, update: 0, replace: 0, delete: 0 };
  for (let i = 0; i < EDITS; i++) {
    const model = edited();
    // Back again as well: what was created is deleted.
    const [from, to] = next() < 0.5 ? [base, model] : [model, base];
    const plan = summarize(engine(from === base ? before : registered(from), to === base ? before : registered(to)));
    const announced = plan.groups.flatMap(({ tenant, changes }) =>
      changes.map((c) => `${c.action} ${c.stack} ${c.type} ${c.name} of ${tenant}`),
    );
    expect(announced.sort(), `edit ${i}`).toEqual(compared(from, to).sort());
    for (const action of ["create", "update", "replace", "delete"] as const) seen[action] += plan.totals[action];
  }
  for (const [action, count] of Object.entries(seen)) expect(count, action).toBeGreaterThan(20);
});
