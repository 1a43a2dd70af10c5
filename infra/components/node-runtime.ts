import type { Provider } from "@pulumi/docker/provider.js";
import { Volume } from "@pulumi/docker/volume.js";
import * as pulumi from "@pulumi/pulumi";
import { imageTag } from "../images/tag.ts";
import { DBE_UID } from "../model/containers/dbe.ts";
import { SERVICE_GID } from "../model/containers/paths.ts";
import { keyImage } from "../model/node-key.ts";
import type { Model, Node } from "../model/types.ts";
import { ImageOnNode, NodeFiles, NodeNetwork, PqcNodeIdentity } from "../provider/index.ts";

/** What a node needs of the fleet before any service can start on it. */
export interface NodeRuntimeArgs {
  readonly model: Model;
  readonly node: Node;
  /** The node's engine. */
  readonly engine: Provider;
  /** Project folder, whose image sources decide the content tags. */
  readonly root: string;
  /** The fleet's CA certificate, PEM. */
  readonly caCert: pulumi.Input<string>;
  /** ML-DSA-87 root that certifies the node's identity. */
  readonly rootSeed: pulumi.Input<string>;
  readonly rootPublicKey: pulumi.Input<string>;
}

/** Networks, volumes, images, CA and post-quantum identity of one node: everything services take for granted. */
export class NodeRuntime extends pulumi.ComponentResource {
  /** The identity's public half, hex. */
  readonly identity: pulumi.Output<string>;
  /** The root's certificate of it. */
  readonly certificate: pulumi.Output<string>;
  /** Certificates of the node's earlier keys. */
  readonly formerIdentities: pulumi.Output<string[]>;
  /** The node's keys and those of its peers, as files. */
  readonly keys: pulumi.Resource;
  /** Groups on the node that may use its TPM, where the key is sealed by it. */
  readonly tpmGroups: pulumi.Output<string[]>;
  private readonly images = new Map<string, ImageOnNode>();
  private readonly imageRefs = new Map<string, string>();
  private readonly networks: NodeNetwork[];
  private readonly volumes = new Map<string, Volume>();
  private readonly ca: NodeFiles;

  constructor(args: NodeRuntimeArgs, opts?: pulumi.ComponentResourceOptions) {
    const { model, node, engine } = args;
    super("dsmil:component:NodeRuntime", node.id, {}, opts);
    const child = { parent: this };
    const onEngine = { parent: this, provider: engine };

    this.networks = model.networks.map((net) => new NodeNetwork(net.id, networkArgs(net, node), child));
    for (const { name, driverOpts } of model.volumes.filter((v) => v.node === node.id)) {
      this.volumes.set(name, new Volume(name, { name, driver: "local", driverOpts: { ...driverOpts } }, onEngine));
    }
    const mintImage = keyImage(node.key);
    const wanted = new Set([mintImage, ...model.containers.filter((c) => c.node === node.id).map((c) => c.image)]);
    for (const name of wanted) {
      const pinned = model.services.find((s) => s.image === name)?.imageTag;
      const ref = pinned === undefined ? imageTag(args.root, name) : `${name}:${pinned}`;
      const tag = ref.slice(ref.lastIndexOf(":") + 1);
      this.imageRefs.set(name, ref);
      this.images.set(name, new ImageOnNode(name, { node: node.id, name, tag }, child));
    }
    this.ca = new NodeFiles(
      "ca",
      {
        node: node.id,
        path: "/etc/dsmil/ca",
        files: {
          "ca.crt": { content: args.caCert, mode: "0444" },
          "fleet-root.pub": { content: pulumi.interpolate`${args.rootPublicKey}\n`, mode: "0444" },
        },
      },
      child,
    );
    const identity = new PqcNodeIdentity(
      "identity",
      {
        node: node.id,
        rootSeed: args.rootSeed,
        rootPublicKey: args.rootPublicKey,
        image: this.image(mintImage),
        peers: model.nodes.map((n) => n.id).filter((id) => id !== node.id),
        ...(node.key.kind !== "file" && { sealing: node.key }),
        owner: `${DBE_UID}:${SERVICE_GID}`,
      },
      { ...child, dependsOn: [this.images.get(mintImage) as ImageOnNode] },
    );
    this.keys = identity;
    this.tpmGroups = identity.tpmGroup.apply((group) => (group ? [group] : []));
    this.identity = identity.publicKey;
    this.certificate = identity.certificate;
    this.formerIdentities = identity.former;
    this.registerOutputs({ identity: this.identity });
  }

  /** Reference of a catalogue image, with its content tag. */
  image(name: string): string {
    const ref = this.imageRefs.get(name);
    if (ref === undefined) throw new Error(`image ${name} is not among those of this node`);
    return ref;
  }

  /** A named volume of this node. */
  volume(name: string): Volume {
    const found = this.volumes.get(name);
    if (found === undefined) throw new Error(`volume ${name} is not among those of this node`);
    return found;
  }

  /** What a container that uses this image and these volumes must wait for. */
  requirements(image: string, volumes: readonly string[]): pulumi.Resource[] {
    const found = [this.images.get(image), ...volumes.map((v) => this.volumes.get(v))];
    return [...this.networks, this.ca, ...found.filter((r) => r !== undefined)];
  }
}

function networkArgs(net: Model["networks"][number], node: Node) {
  const subnet = net.subnets[node.id];
  if (subnet === undefined) throw new Error(`network ${net.id} has no subnet on ${node.id}`);
  return {
    node: node.id,
    name: net.id,
    subnet,
    gateway: subnet.replace(/0\/\d+$/, "1"),
    options: { "com.docker.network.bridge.enable_icc": String(net.intercontainer) },
    labels: { "dsmil.node": node.id },
  };
}
