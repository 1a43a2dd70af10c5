import type { Loose, Manifest, ManifestService } from "../manifest.ts";
import type { Finding } from "../manifest-error.ts";
import { type ImageProfile, profileOf, serviceIdOf } from "../profiles.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";
import { nodeOf } from "./placement.ts";

/** Network that ports for the outside are published on. */
const PUBLIC_NETWORK = "public_api_net";

/** The image that loads a language model. */
const WORKER = "dsmil-l7-worker";

type Service = Loose<ManifestService>;
/** A rule: what is wrong with this service, if anything, and at which of its keys. */
type Problem = { readonly key?: keyof ManifestService; readonly item?: number; readonly message: string };

/** Services are what their image can be, run where their stack looks for them, and cannot bring tenants together. */
export const checkServices: Check = (manifest) => {
  const findings: Finding[] = [];
  for (const { path, value } of entries("services", manifest.services)) {
    if (value.image === undefined) continue;
    const profile = profileOf(value.image);
    const problems = [
      ...identity(value, value.image, profile),
      ...limitsSource(value, profile),
      ...placement(manifest, value, profile),
      ...exposure(manifest, value, profile),
      ...(profile.kind === "balancer" ? balancing(manifest, value) : []),
    ];
    for (const { key, item, message } of problems) {
      findings.push({ path: [...path, ...(key ? [key] : []), ...(item === undefined ? [] : [item])], message });
    }
  }
  return [...findings, ...cycles(manifest)];
};

function identity(service: Service, image: string, profile: ImageProfile): Problem[] {
  const { id, scope, replicas, port } = service;
  const problems: Problem[] = [];
  const further = profile.several === true && id?.startsWith(`${serviceIdOf(image)}-`);
  if (id !== undefined && id !== serviceIdOf(image) && !further) {
    problems.push({
      key: "id",
      message: `a service of image ${image} has the id "${serviceIdOf(image)}"; expected that, not "${id}"`,
    });
  }
  if (scope !== undefined && scope !== profile.scope) {
    problems.push({ key: "scope", message: `${image} cannot be of scope ${scope}; expected ${profile.scope}` });
  }
  if ((replicas ?? 1) > 1 && !profile.scalable) {
    const why = profile.scope === "tenant" ? "it has one container a tenant" : "it cannot share its work";
    problems.push({ key: "replicas", message: `${image} takes no ${replicas} replicas, as ${why}; expected 1` });
  }
  if (profile.port !== undefined && port !== undefined && port !== profile.port) {
    problems.push({ key: "port", message: `${image} does not listen on ${port}; expected ${profile.port}` });
  }
  if (service.model !== undefined && image !== WORKER) {
    problems.push({ key: "model", message: `${image} loads no language model; expected one at ${WORKER} only` });
  }
  return problems;
}

/**
 * A program takes node, layer and limits from its device; the rest state their own. A key whose value the schema
 * refused is still there, without the value: it is not missing as well.
 */
function limitsSource(service: Service, profile: ImageProfile): Problem[] {
  if (profile.kind === "program" && !profile.deviceless) {
    if (!("device" in service))
      return [{ message: 'has no "device"; expected the number of the device it speaks for' }];
    const stated = (["node", "layer", "memory", "cpus"] as const).filter((key) => key in service);
    return stated.map((key) => ({ key, message: `comes from device ${service.device}; expected no "${key}" here` }));
  }
  const everywhere = profile.scope === "node";
  const missing = ([...(everywhere ? [] : ["node"]), "memory", "cpus"] as const).filter((key) => !(key in service));
  return [
    ...(everywhere && "node" in service
      ? [{ key: "node" as const, message: `${service.image} runs on every node; expected no "node" here` }]
      : []),
    ...(service.device === undefined
      ? []
      : [{ key: "device" as const, message: `${service.image} speaks for no device; expected none` }]),
    ...missing.map((key) => ({ message: `has no "${key}"; expected one, as there is no device to take it from` })),
  ];
}

function placement(manifest: Loose<Manifest>, service: Service, profile: ImageProfile): Problem[] {
  const id = nodeOf(manifest, service);
  const role = manifest.nodes?.find((node) => node?.id === id)?.role;
  if (role === undefined || profile.role === undefined || role === profile.role) return [];
  const via = service.device === undefined ? "" : ` (the node of device ${service.device})`;
  const message = `${service.image} runs on nodes of role ${profile.role}; expected one, and ${id}${via} has role ${role}`;
  return [{ key: service.device === undefined ? "node" : "device", message }];
}

function exposure(manifest: Loose<Manifest>, service: Service, profile: ImageProfile): Problem[] {
  const problems: Problem[] = [];
  if (profile.scope === "tenant") {
    if (service.publish !== undefined) {
      problems.push({
        key: "publish",
        message: "the containers of all tenants would want this port; expected no publish",
      });
    }
    for (const [item, id] of (service.networks ?? []).entries()) {
      if (manifest.networks?.find((network) => network?.id === id)?.intercontainer !== true) continue;
      const message = `on "${id}" the containers of tenants could talk to each other; expected a network without intercontainer`;
      problems.push({ key: "networks", item, message });
    }
  } else if (profile.ownNetwork) {
    problems.push(...aloneOnNetworks(manifest, service));
  } else if (profile.hostNetwork && service.publish !== undefined) {
    problems.push({ key: "publish", message: "it listens on its node already; expected no publish" });
  } else if (profile.scalable && service.publish !== undefined && (service.replicas ?? 1) > 1) {
    const message = "replicas of a node cannot share a port; expected no publish here, and a balancer that has one";
    problems.push({ key: "publish", message });
  } else if (profile.kind === "store") {
    if (!("publish" in service))
      problems.push({ message: 'has no "publish"; expected the port where other nodes reach the store' });
  } else if (service.publish !== undefined && service.networks && !service.networks.includes(PUBLIC_NETWORK)) {
    problems.push({
      key: "publish",
      message: `ports for the outside are published on ${PUBLIC_NETWORK}; expected it among networks`,
    });
  }
  return problems;
}

/** Who gets into such a service has the node: no container is to reach it. */
function aloneOnNetworks({ services = [] }: Loose<Manifest>, service: Service): Problem[] {
  const networks = service.networks ?? [];
  if (networks.length !== 1) {
    return [{ message: `${service.image} stands on a network of its own; expected "networks" with that one` }];
  }
  const beside = services.filter((other) => other?.id !== service.id && networkOf(other).includes(networks[0] ?? ""));
  const names = beside.map((other) => other?.id).join(", ");
  return names === ""
    ? []
    : [{ key: "networks", item: 0, message: `${names} would reach it there; expected a network of its own` }];
}

/** Where a service that says nothing is. */
const DEFAULT_NETWORK = "dsmil_net";
const networkOf = (service: Service | undefined): readonly string[] =>
  (service?.networks as readonly string[] | undefined) ?? [DEFAULT_NETWORK];

/** What a balancer passes requests to is reached at fixed addresses of a network of the same engine. */
function balancing(manifest: Loose<Manifest>, service: Service): Problem[] {
  const needs = service.needs ?? [];
  if (needs.length !== 1) {
    return [
      {
        ...(needs.length > 1 && { key: "needs" as const }),
        message: `needs ${needs.length} services; expected the one it balances`,
      },
    ];
  }
  const behind = manifest.services?.find((other) => other?.id === needs[0]);
  if (behind?.image === undefined) return [];
  const at = { key: "needs" as const, item: 0 };
  if (!profileOf(behind.image).scalable)
    return [{ ...at, message: `${behind.id} cannot be balanced; expected a service with replicas` }];
  const [here, there] = [nodeOf(manifest, service), nodeOf(manifest, behind)];
  const known = manifest.nodes?.some((node) => node?.id === here) && manifest.nodes.some((node) => node?.id === there);
  if (known && here !== there) {
    return [{ ...at, message: `${behind.id} runs on ${there}; expected it on ${here}, beside its balancer` }];
  }
  const joint = manifest.networks?.find(
    (net) =>
      net?.id &&
      net.intercontainer !== false &&
      service.networks?.includes(net.id) &&
      behind.networks?.includes(net.id),
  );
  if (joint === undefined)
    return [{ ...at, message: `${behind.id} shares no network with intercontainer with its balancer; expected one` }];
  return [];
}

/** Services that need each other in a ring could not be deployed in any order. */
function cycles(manifest: Loose<Manifest>): Finding[] {
  const needs = new Map(entries("services", manifest.services).map(({ value }) => [value.id, value.needs ?? []]));
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    (needs.get(from) ?? []).some((next) => {
      if (next === undefined || seen.has(next)) return false;
      seen.add(next);
      return next === target || reaches(next, target, seen);
    });
  return entries("services", manifest.services).flatMap(({ path, value }) => {
    if (value.id === undefined || !reaches(value.id, value.id, new Set())) return [];
    return [
      {
        path: [...path, "needs"],
        message: `"${value.id}" needs itself in the end; expected services that come before it`,
      },
    ];
  });
}
