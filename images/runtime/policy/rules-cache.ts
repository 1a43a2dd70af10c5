import { createHash } from "node:crypto";
import { POLICY_LIMITS } from "./limits.ts";
import { PolicyError } from "./policy-error.ts";
import { readBytes } from "./read-bytes.ts";
import { type WasmModule, wasm } from "./webassembly.ts";

/** Length of the part of a module's digest that is its file's name, hex digits. */
const NAME_DIGITS = 32;

/** Compiled rules by digest: they are the same for all tenants, so a service with many compiles them once. */
export class RulesCache {
  private readonly folder: string;
  private readonly compiled = new Map<string, WeakRef<WasmModule>>();

  /** @param folder holds `<first 32 digits of the digest>.wasm` */
  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * @param digest SHA-384, hex
   * @throws PolicyError `incomplete`, `malformed`, `digest`, `module`
   */
  async get(digest: string): Promise<WasmModule> {
    const known = this.compiled.get(digest)?.deref();
    if (known !== undefined) return known;
    const file = `${this.folder}/${digest.slice(0, NAME_DIGITS)}.wasm`;
    const bytes = await readBytes(file, POLICY_LIMITS.wasm, "incomplete");
    if (createHash("sha384").update(bytes).digest("hex") !== digest) {
      throw new PolicyError("digest", `${file} is not the file that was signed; lay it again with \`dsmil up\``);
    }
    const module = await compile(bytes, file);
    for (const [other, held] of this.compiled) if (held.deref() === undefined) this.compiled.delete(other);
    this.compiled.set(digest, new WeakRef(module));
    return module;
  }
}

async function compile(bytes: Buffer, file: string): Promise<WasmModule> {
  try {
    return await wasm.compile(bytes);
  } catch (error) {
    throw new PolicyError("module", `${file} does not compile: ${(error as Error).message.slice(0, 200)}`);
  }
}
