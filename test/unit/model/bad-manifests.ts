/** One mistake, made by replacing a text of good.yaml. `▸` stands where the error must point; it is no part of the text. */
export interface BadManifest {
  readonly name: string;
  readonly find: string;
  readonly replace: string;
  readonly path: string;
  /** Part of the message. */
  readonly message: string;
  readonly suggestion?: string;
}

const bad = (
  name: string,
  find: string,
  replace: string,
  path: string,
  message: string,
  suggestion?: string,
): BadManifest => ({ name, find, replace, path, message, ...(suggestion !== undefined && { suggestion }) });

const YAML = [
  bad("a key twice", "  version: v5.0", "  version: v5.0\n  ▸name: other", "", "Map keys must be unique"),
  bad(
    "a bracket that is not closed",
    "actions: [ALERT_ONLY]\n    compartments: [SOC]\n",
    "actions: [ALERT_ONLY\n    ▸compartments: [SOC]\n",
    "",
    "not valid YAML",
  ),
  bad("a tab for indentation", "  name: dsmil", "▸\tname: dsmil", "", "Tabs are not allowed"),
  bad("an alias to nothing", "version: v5.0", "version: ▸*release", "", "Unresolved alias"),
  bad("a second document", "tenants:\n", "▸---\ntenants:\n", "", "multiple documents"),
];

const SCHEMA = [
  bad("a misspelt section", "tenants:\n", "▸tenant:\n", "tenant", 'unknown key "tenant"', "tenants"),
  bad("a misspelt key of the fleet", "  domain:", "  ▸domian:", "fleet.domian", 'unknown key "domian"', "domain"),
  bad(
    "a misspelt key of a tenant",
    "    roe_level: ANALYSIS_ONLY",
    "    ▸roe-level: ANALYSIS_ONLY",
    "tenants[1].roe-level",
    "unknown key",
    "roe_level",
  ),
  bad("a misspelt key of retention", "{ hot: 24h,", "{ ▸hott: 24h,", "tenants[0].retention.hott", "unknown key", "hot"),
  bad(
    "a key that is far from any",
    "  version: v5.0",
    "  version: v5.0\n  ▸kubernetes: true",
    "fleet.kubernetes",
    'expected "name", "domain"',
  ),
  bad(
    "a missing key",
    "- { id: node-a, role: soc, address: 172.20.0.10, memory",
    "- ▸{ id: node-a, role: soc, memory",
    "nodes[0]",
    'has no "address"',
  ),
  bad("an unknown role", "role: soc", "role: ▸sco", "nodes[0].role", 'expected "data", "soc" or "ai"', "soc"),
  bad(
    "an unknown ROE level",
    "SOC_ASSIST",
    "▸SOC_ASIST",
    "tenants[0].roe_level",
    '"SOC_ASIST" is not valid here',
    "SOC_ASSIST",
  ),
  bad(
    "an unknown action",
    "[ISOLATE_HOST, BLOCK_DOMAIN]",
    "[ISOLATE_HOST, ▸BLOCK_DOMAINS]",
    "tenants[0].actions[1]",
    "is not valid here",
    "BLOCK_DOMAIN",
  ),
  bad(
    "an unknown compartment",
    "[SIGNALS, SOC]",
    "[▸KINETIC, SOC]",
    "tenants[0].compartments[0]",
    'expected "SOC", "SIGNALS", "CRYPTO"',
  ),
  bad(
    "an action twice",
    "[ISOLATE_HOST, BLOCK_DOMAIN]",
    "[ISOLATE_HOST, ▸ISOLATE_HOST]",
    "tenants[0].actions[1]",
    '"ISOLATE_HOST" is listed twice, first as entry 1',
  ),
  bad(
    "no action at all",
    "actions: [ALERT_ONLY]",
    "actions: ▸[]",
    "tenants[1].actions",
    "an empty list is not valid here; expected at least one entry",
  ),
  bad(
    "an unknown image",
    "image: dsmil-l3-router",
    "image: ▸dsmil-l3-ruoter",
    "services[3].image",
    "is not valid here",
    "dsmil-l3-router",
  ),
  bad(
    "an address that is none",
    "address: 172.20.0.10",
    "address: ▸172.20.0.300",
    "nodes[0].address",
    "expected an IPv4 address",
  ),
  bad(
    "a size without a unit",
    "memory: 5GiB",
    "memory: ▸5120",
    "devices[2].memory",
    "5120 is not valid here; expected a size",
  ),
  bad(
    "a size in an unknown unit",
    "memory: 5GiB",
    "memory: ▸5GB",
    "devices[2].memory",
    "expected a size: a whole number and MiB or GiB",
  ),
  bad(
    "a duration in words",
    "soc: 7d",
    "soc: ▸one week",
    "tenants[0].retention.soc",
    "expected a duration: a whole number and ms, s, m, h or d",
  ),
  bad("a tenant id with _", "id: alpha", "id: ▸al_pha", "tenants[0].id", "no _ and no -"),
  bad("a tenant id in capitals", "id: alpha", "id: ▸ALPHA", "tenants[0].id", "2 to 16 lower-case letters and digits"),
  bad("a tenant id of one letter", "id: alpha", "id: ▸a", "tenants[0].id", "2 to 16 lower-case letters and digits"),
  bad(
    "a tenant id of 17 letters",
    "id: alpha",
    "id: ▸abcdefghijklmnopq",
    "tenants[0].id",
    "2 to 16 lower-case letters and digits",
  ),
  bad("no replicas", "replicas: 2", "replicas: ▸0", "services[6].replicas", "0 is not valid here; expected at least 1"),
  bad(
    "too many replicas",
    "replicas: 2",
    "replicas: ▸17",
    "services[6].replicas",
    "17 is not valid here; expected at most 16",
  ),
  bad("half a replica", "replicas: 2", "replicas: ▸1.5", "services[6].replicas", "expected a whole number"),
  bad("a privileged port", "port: 6379,", "port: ▸379,", "services[0].port", "expected at least 1024"),
  bad(
    "a device number out of range",
    "role: L7 router }",
    "role: L7 router }\n  - { id: ▸104, layer: L7, node: node-b, memory: 1GiB, role: Too many }",
    "devices[3].id",
    "104 is not valid here; expected at most 103",
  ),
  bad(
    "a yes where true belongs",
    "intercontainer: true",
    "intercontainer: ▸yes",
    "networks[2].intercontainer",
    "expected true or false",
  ),
  bad(
    "text where a list belongs",
    "api_keys: [default]",
    "api_keys: ▸default",
    "tenants[0].api_keys",
    "expected a list",
  ),
];

const REFERENCES = [
  bad(
    "a device on an unknown node",
    "layer: L4, node: node-a",
    "layer: L4, node: ▸node-aa",
    "devices[1].node",
    'there is no node "node-aa"',
    "node-a",
  ),
  bad(
    "a device of an unknown layer",
    "id: 25, layer: L4",
    "id: 25, layer: ▸L44",
    "devices[1].layer",
    'there is no layer "L44"',
    "L4",
  ),
  bad(
    "a service of an unknown device",
    "device: 18",
    "device: ▸81",
    "services[3].device",
    "there is no device 81; expected an id from devices",
    "18",
  ),
  bad(
    "a service on an unknown node",
    "node: node-b, memory: 128MiB",
    "node: ▸nodeb, memory: 128MiB",
    "services[7].node",
    'there is no node "nodeb"',
    "node-b",
  ),
  bad(
    "a service on an unknown network",
    "replicas: 2, port: 8001, networks: [public_api_net]",
    "replicas: 2, port: 8001, networks: [public_api_net, ▸metric_net]",
    "services[6].networks[1]",
    'there is no network "metric_net"',
    "metrics_net",
  ),
  bad(
    "a need of an unknown service",
    "needs: [redis, postgres]",
    "needs: [redis, ▸postgers]",
    "services[5].needs[1]",
    'there is no service "postgers"',
    "postgres",
  ),
];

const DUPLICATES = [
  bad("a tenant twice", "id: bravo", "id: ▸alpha", "tenants[1].id", 'the id "alpha" is taken by tenants[0].id'),
  bad(
    "a device twice",
    "role: L7 router }",
    "role: L7 router }\n  - { id: ▸43, layer: L7, node: node-b, memory: 1GiB, role: Again }",
    "devices[3].id",
    "the id 43 is taken by devices[2].id",
  ),
  bad(
    "a node address twice",
    "172.20.0.20",
    "▸172.20.0.10",
    "nodes[1].address",
    "the address 172.20.0.10 is taken by nodes[0].address",
  ),
  bad(
    "a published port twice on a node",
    "publish: 5432",
    "publish: ▸6379",
    "services[1].publish",
    "port 6379 of node-c is taken by services[0].publish",
  ),
];

const ADDRESSES = [
  bad(
    "pools that overlap",
    "10.211.0.0/16",
    "▸10.210.128.0/17",
    "networks[1].pool",
    'overlaps 10.210.0.0/16 of network "dsmil_net"',
  ),
  bad(
    "a pool over the nodes' LAN",
    "10.211.0.0/16",
    "▸172.20.0.0/16",
    "networks[1].pool",
    "overlaps 172.20.0.0/24 of the nodes' LAN",
  ),
  bad(
    "a pool over the engine's bridge",
    "10.211.0.0/16",
    "▸172.16.0.0/14",
    "networks[1].pool",
    "overlaps 172.17.0.0/16 of the engine's own bridge",
  ),
  bad("a pool with bits below its mask", "10.211.0.0/16", "▸10.211.7.0/16", "networks[1].pool", "is no network"),
  bad(
    "a pool too small",
    "10.211.0.0/16",
    "▸10.211.0.0/23",
    "networks[1].pool",
    "holds 2 subnets of /24; expected one for each of 4 nodes",
  ),
  bad("a loopback address for a node", "172.20.0.10", "▸127.0.0.1", "nodes[0].address", "belongs to loopback"),
  bad(
    "a network address for a node",
    "172.20.0.10",
    "▸172.20.0.0",
    "nodes[0].address",
    "is the network address of its LAN",
  ),
];

const MEMORY = [
  bad(
    "containers over a node's budget",
    "address: 172.20.0.30, memory: 4GiB",
    "address: 172.20.0.30, memory: ▸2GiB",
    "nodes[2].memory",
    "the containers of node-c claim 3GiB, 1GiB over its budget of 2GiB; the largest is redis with 1GiB",
  ),
  bad(
    "devices over a node's budget",
    "address: 172.20.0.20, memory: 8GiB",
    "address: 172.20.0.20, memory: ▸4GiB",
    "nodes[1].memory",
    "the devices of node-b claim 5GiB, 1GiB over its budget of 4GiB; the largest is device 43 with 5GiB",
  ),
  bad(
    "a container larger than its device",
    "container_memory: 128MiB",
    "container_memory: ▸2GiB",
    "devices[3].container_memory",
    "2GiB is more than the device's memory; expected at most 1GiB",
  ),
  bad(
    "a container too small to live",
    "node: node-b, memory: 128MiB",
    "node: node-b, memory: ▸8MiB",
    "services[7].memory",
    "8MiB is too little for a container; expected at least 16MiB",
  ),
  bad(
    "a wrong token",
    "token_id: 0x8036",
    "token_id: ▸0x8037",
    "devices[0].token_id",
    "0x8037 is not the token of device 18; expected 0x8036 (0x8000 + 3 × 18)",
  ),
];

const SERVICES = [
  bad(
    "a tenant service on a data node",
    "{ id: 18, layer: L3, node: node-a",
    "{ id: 18, layer: L3, node: node-c",
    "services[3].device",
    "runs on nodes of role soc; expected one, and node-c (the node of device 18) has role data",
  ),
  bad(
    "a store on a node of another role",
    "image: dsmil-qdrant, scope: shared, node: node-c",
    "image: dsmil-qdrant, scope: shared, node: ▸node-b",
    "services[2].node",
    "runs on nodes of role data",
  ),
  bad(
    "a store for each tenant",
    "image: dsmil-qdrant, scope: shared",
    "image: dsmil-qdrant, scope: ▸tenant",
    "services[2].scope",
    "expected shared",
  ),
  bad(
    "two replicas of a store",
    "port: 6333, publish",
    "replicas: ▸2, port: 6333, publish",
    "services[2].replicas",
    "it cannot share its work",
  ),
  bad(
    "a store that is not published",
    "- { id: qdrant, image: dsmil-qdrant, scope: shared, node: node-c, memory: 1GiB, cpus: 1, port: 6333, publish: 6333 }",
    "- ▸{ id: qdrant, image: dsmil-qdrant, scope: shared, node: node-c, memory: 1GiB, cpus: 1, port: 6333 }",
    "services[2]",
    'has no "publish"',
  ),
  bad(
    "a store on a port of its own",
    "port: 6333,",
    "port: ▸6334,",
    "services[2].port",
    "does not listen on 6334; expected 6333",
  ),
  bad(
    "a service that is not named after its image",
    "id: l4-classifier",
    "id: ▸classifier",
    "services[4].id",
    'expected that, not "classifier"',
  ),
  bad(
    "a program without a device",
    "- { id: l4-classifier, image: dsmil-l4-classifier, scope: tenant, device: 25,",
    "- ▸{ id: l4-classifier, image: dsmil-l4-classifier, scope: tenant,",
    "services[4]",
    'has no "device"',
  ),
  bad(
    "a limit beside a device",
    "device: 25, port",
    "device: 25, memory: ▸1GiB, port",
    "services[4].memory",
    'comes from device 25; expected no "memory" here',
  ),
  bad(
    "a store without a limit",
    "- { id: qdrant, image: dsmil-qdrant, scope: shared, node: node-c, memory: 1GiB,",
    "- ▸{ id: qdrant, image: dsmil-qdrant, scope: shared, node: node-c,",
    "services[2]",
    'has no "memory"',
  ),
  bad(
    "a published port of a tenant service",
    "device: 25, port: 8080",
    "device: 25, port: 8080, publish: ▸8080",
    "services[4].publish",
    "the containers of all tenants would want this port",
  ),
  bad(
    "tenants on a network where they could talk",
    "device: 25, port: 8080",
    "device: 25, port: 8080, networks: [▸public_api_net]",
    "services[4].networks[0]",
    "containers of tenants could talk to each other",
  ),
  bad(
    "a port for the outside on an inner network",
    "publish: 8001, networks: [public_api_net]",
    "publish: ▸8001, networks: [dsmil_net]",
    "services[7].publish",
    "ports for the outside are published on public_api_net",
  ),
  bad(
    "a port that replicas would share",
    "replicas: 2, port: 8001",
    "replicas: 2, port: 8001, publish: ▸8002",
    "services[6].publish",
    "replicas of a node cannot share a port",
  ),
  bad(
    "a balancer on another node",
    "- { id: 43, layer: L7, node: node-b",
    "- { id: 43, layer: L7, node: node-d",
    "services[7].needs[0]",
    "l7-router runs on node-d; expected it on node-b, beside its balancer",
  ),
  bad(
    "a balancer of nothing",
    "needs: [l7-router]",
    "needs: []",
    "services[7]",
    "needs 0 services; expected the one it balances",
  ),
  bad(
    "a balancer in front of a store",
    "needs: [l7-router]",
    "needs: [▸redis]",
    "services[7].needs[0]",
    "redis cannot be balanced",
  ),
  bad(
    "services that need each other",
    "publish: 6379 }",
    "publish: 6379, needs: ▸[redis] }",
    "services[0].needs",
    '"redis" needs itself in the end',
  ),
];

const TENANTS = [
  bad(
    "a reserved id",
    "id: alpha",
    "id: ▸health",
    "tenants[0].id",
    '"health" is reserved: the shared stream HEALTH_EVENTS',
  ),
  bad("the fleet's own name", "id: alpha", "id: ▸dsmil", "tenants[0].id", '"dsmil" is reserved'),
  bad("the id of a service", "id: alpha", "id: ▸redis", "tenants[0].id", '"redis" is reserved: a service'),
  bad(
    "more than its level allows",
    "actions: [ALERT_ONLY]",
    "actions: [▸ISOLATE_HOST]",
    "tenants[1].actions[0]",
    "ISOLATE_HOST goes beyond ANALYSIS_ONLY",
  ),
  bad(
    "alerts only, and more",
    "[ISOLATE_HOST, BLOCK_DOMAIN]",
    "[ALERT_ONLY, ▸BLOCK_DOMAIN]",
    "tenants[0].actions[1]",
    "BLOCK_DOMAIN contradicts ALERT_ONLY",
  ),
  bad(
    "hot streams kept too long",
    "{ hot: 24h, soc: 7d, archive: 90d }",
    "{ hot: ▸31d, soc: 31d, archive: 90d }",
    "tenants[0].retention.hot",
    "31d is out of range; expected 1h to 30d",
  ),
  bad(
    "SOC events kept too short",
    "{ hot: 24h, soc: 7d, archive: 90d }",
    "{ hot: 1h, soc: ▸59m, archive: 90d }",
    "tenants[0].retention.soc",
    "59m is out of range; expected 1h to 90d",
  ),
  bad(
    "an archive beyond ten years",
    "archive: 90d",
    "archive: ▸3651d",
    "tenants[0].retention.archive",
    "3651d is out of range; expected 1d to 3650d",
  ),
  bad(
    "an archive of half days",
    "archive: 90d",
    "archive: ▸228h",
    "tenants[0].retention.archive",
    "228h is no whole number of days",
  ),
  bad("hot longer than soc", "hot: 24h", "hot: ▸8d", "tenants[0].retention.hot", "8d is longer than soc keeps (7d)"),
  bad(
    "soc longer than archive",
    "archive: 90d",
    "archive: 6d",
    "tenants[0].retention.soc",
    "7d is longer than archive keeps (6d)",
  ),
  bad(
    "a latency nobody would wait for",
    "p99: 50ms",
    "p99: ▸2m",
    "layers[0].slo.p99",
    "2m is out of range; expected 1ms to 60s",
  ),
];

const GATEWAY = "  - { id: dbe-gateway, image: dsmil-dbe-gateway, scope: node, memory: 32MiB, cpus: 1, port: 8101 }";
const SIDECAR = "  - { id: dbe-quic, image: dsmil-dbe-quic, scope: node, memory: 32MiB, cpus: 1, port: 8100 }";
const LAST = "needs: [l7-router] }";
const OFFICER = `{ person: first.officer, public_key: ${"ab".repeat(2592)} }`;

const BUS: readonly BadManifest[] = [
  bad("QUIC without its sidecar", LAST, `${LAST}\n${GATEWAY}`, "dbe.transport", "transport quic needs its sidecar"),
  bad(
    "a sidecar without its gateway",
    LAST,
    `${LAST}\n${SIDECAR.replace("image: ", "image: ▸")}`,
    "services[8].image",
    "serves the gateway alone",
  ),
  bad(
    "a gateway on one node",
    LAST,
    `${LAST}\n${SIDECAR}\n${GATEWAY.replace("memory", "node: ▸node-a, memory")}`,
    "services[9].node",
    "runs on every node",
  ),
  bad(
    "the bus's port for somebody else",
    "publish: 8001",
    "publish: ▸8100",
    "services[7].publish",
    "port 8100 is that of the bus on every node",
  ),
  bad(
    "a revoked node that is none",
    "tenants:\n",
    "dbe: { revoked: [▸node-x] }\ntenants:\n",
    "dbe.revoked[0]",
    'there is no node "node-x"',
    "node-a",
  ),
  bad(
    "keys that never change",
    "tenants:\n",
    "dbe: { rotation: { every: ▸8d } }\ntenants:\n",
    "dbe.rotation.every",
    "8d is out of range; expected 10s to 7d",
  ),
  bad(
    "an unknown transport",
    "tenants:\n",
    "dbe: { transport: ▸udp }\ntenants:\n",
    "dbe.transport",
    'expected "quic" or "tls"',
  ),
  bad(
    "a signature that counts twice",
    "    tools: [whois]",
    `    tools: [whois]\n    officers: [${OFFICER}, ${OFFICER.replace("first", "second").replace("public_key: ", "public_key: ▸")}]`,
    "tenants[0].officers[1].public_key",
    "this key is another officer's already",
  ),
  bad(
    "a setting of another kind of key",
    "address: 172.20.0.10,",
    "address: 172.20.0.10, key: { kind: tpm2, mount: ▸transit },",
    "nodes[0].key.mount",
    "is no setting of kind tpm2; expected device, pcrs",
  ),
  bad(
    "a transit key without a server",
    "address: 172.20.0.10,",
    "address: 172.20.0.10, key: ▸{ kind: transit, token_file: /t/token, ca_file: /t/ca },",
    "nodes[0].key",
    'has no "address"',
  ),
  bad("a tenant named like the audit trail", "id: bravo", "id: ▸audit", "tenants[1].id", '"audit" is reserved'),
];

/** Every bad manifest, each with exactly one mistake. */
export const BAD_MANIFESTS: readonly BadManifest[] = [
  ...YAML,
  ...SCHEMA,
  ...REFERENCES,
  ...DUPLICATES,
  ...ADDRESSES,
  ...MEMORY,
  ...SERVICES,
  ...TENANTS,
  ...BUS,
];
