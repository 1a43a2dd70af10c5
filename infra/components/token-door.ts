import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { NodeFiles } from "../provider/index.ts";
import type { ServerCertificate } from "./fleet-anchors.ts";
import { SERVICE_UID } from "./service-container.ts";

export interface TokenDoorArgs {
  readonly node: string;
  /** Folder on the node. */
  readonly path: string;
  /** Of the server, where the folder holds it. */
  readonly certificate?: pulumi.Output<ServerCertificate>;
  /** The token that is asked for. */
  readonly token?: pulumi.Output<string>;
  /** Texts that are beside it, none of them secret; by file name. */
  readonly texts?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The folder of a door for outsiders: its certificate, and of the token the digest alone, as a server only compares. */
export function tokenDoor(
  name: string,
  { node, path, certificate, token, texts = {} }: TokenDoorArgs,
  parent: pulumi.Resource | undefined,
): NodeFiles {
  const files = {
    ...(certificate && {
      "tls.crt": { content: certificate.cert, mode: "0444" },
      "tls.key": { content: certificate.key, mode: "0400" },
    }),
    ...(token && { token_sha256: { content: token.apply(digest), mode: "0400" } }),
    ...Object.fromEntries(Object.entries(texts).map(([file, content]) => [file, { content, mode: "0444" }])),
  };
  return new NodeFiles(
    name,
    { node, path, uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0700", files },
    parent ? { parent } : {},
  );
}

/** An empty token, as a preview may have it, gives an empty file, which no server starts with. */
const digest = (token: string): string => (token === "" ? "" : createHash("sha256").update(token).digest("hex"));
