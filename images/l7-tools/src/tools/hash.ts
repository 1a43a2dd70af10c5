import { createHash } from "node:crypto";
import { type Tool, ToolError } from "../tool.ts";

export interface HashInput {
  readonly text: string;
  readonly encoding?: "utf8" | "hex" | "base64";
}

const ALGORITHMS = ["md5", "sha1", "sha256", "sha384", "sha512"] as const;

/** Digests of a text, or of the bytes that it stands for. MD5 and SHA-1 are for finding files, not for trusting them. */
export const hash: Tool<HashInput> = ({ text, encoding = "utf8" }) => {
  if (!text.isWellFormed()) throw new ToolError("text: not well-formed Unicode");
  const bare = encoding === "utf8" ? text : text.replace(/\s+/g, "");
  const form = { utf8: /^/, hex: /^(?:[0-9a-f]{2})*$/i, base64: /^[A-Za-z0-9+/]*={0,2}$/ }[encoding];
  if (!form.test(bare)) throw new ToolError(`text: no ${encoding}`);
  const bytes = Buffer.from(bare, encoding);
  const digests = ALGORITHMS.map((name) => [name, createHash(name).update(bytes).digest("hex")]);
  return { bytes: bytes.length, ...Object.fromEntries(digests) };
};
