import { POLICY_LIMITS } from "./limits.ts";
import { PolicyError } from "./policy-error.ts";
import { type WasmMemory, type WasmModule, wasm } from "./webassembly.ts";
import { withinTime } from "./within-time.ts";

const PAGE = 64 * 1024;
const INITIAL_PAGES = 4;

/** What a module that OPA compiled exports (its WebAssembly ABI 1.2 and later), as far as it is used here. */
interface Exports {
  readonly opa_wasm_abi_version: { readonly value: number };
  readonly opa_wasm_abi_minor_version: { readonly value: number };
  entrypoints(): number;
  builtins(): number;
  opa_malloc(bytes: number): number;
  opa_json_parse(address: number, bytes: number): number;
  opa_json_dump(value: number): number;
  opa_heap_ptr_get(): number;
  opa_eval(
    reserved: 0,
    entrypoint: number,
    data: number,
    input: number,
    inputBytes: number,
    heap: number,
    format: 0,
  ): number;
}

/**
 * Rules that OPA compiled to WebAssembly, with their data, in a memory of bounded size. Gives them nothing but that: no
 * function of the host, no clock, no output. After an error or a timeout it is of no use any more.
 */
export class RegoModule {
  private readonly memory: WasmMemory;
  private readonly exports: Exports;
  private readonly entrypoints: ReadonlyMap<string, number>;
  private readonly data: number;
  private readonly heap: number;

  /**
   * @param data JSON text
   * @throws PolicyError `module` where the module is none of OPA's, wants functions of the host or more memory
   */
  constructor(module: WasmModule, data: string) {
    this.memory = new wasm.Memory({ initial: INITIAL_PAGES, maximum: POLICY_LIMITS.memoryPages });
    try {
      this.exports = this.instantiate(module);
      this.entrypoints = new Map(Object.entries(this.object(this.exports.entrypoints()) as Record<string, number>));
      this.data = this.parsed(data);
      this.heap = this.exports.opa_heap_ptr_get();
    } catch (error) {
      throw asPolicyError(error);
    }
  }

  /** `dsmil/tenant/allow_action`, … */
  get names(): readonly string[] {
    return [...this.entrypoints.keys()];
  }

  /**
   * The value of an entrypoint, undefined where the rules give none.
   * @param input JSON text, at most {@link POLICY_LIMITS}.input bytes
   * @param ms longest time
   * @throws PolicyError `module`, `time`
   */
  evaluate(entrypoint: string, input: string, ms: number = POLICY_LIMITS.evaluationMs): unknown {
    const id = this.entrypoints.get(entrypoint);
    if (id === undefined) throw new PolicyError("module", `the rules have no entrypoint ${entrypoint}`);
    try {
      const bytes = Buffer.from(input);
      const end = this.put(bytes, this.heap);
      const { opa_eval: evaluate } = this.exports;
      const answer = withinTime(ms, () => evaluate(0, id, this.data, this.heap, bytes.length, end, 0));
      const results = JSON.parse(this.text(answer)) as readonly { readonly result?: unknown }[];
      return results[0]?.result;
    } catch (error) {
      throw asPolicyError(error);
    }
  }

  private instantiate(module: WasmModule): Exports {
    const refuse = (): never => {
      throw new PolicyError("module", "the rules call a function of the host; there is none");
    };
    const abort = (address: number): never => {
      throw new PolicyError("module", `the rules gave up: ${this.text(address)}`);
    };
    const builtins = Object.fromEntries([0, 1, 2, 3, 4].map((n) => [`opa_builtin${n}`, refuse]));
    const env = { memory: this.memory, opa_abort: abort, opa_println: () => {}, ...builtins };
    const exports = new wasm.Instance(module, { env }).exports as unknown as Exports;
    const [major, minor] = [exports.opa_wasm_abi_version?.value, exports.opa_wasm_abi_minor_version?.value];
    if (major !== 1 || !(minor !== undefined && minor >= 2)) {
      throw new PolicyError("module", `the rules have ABI ${major}.${minor}, 1.2 or a later 1.x is needed`);
    }
    return this.withoutBuiltins(exports);
  }

  private withoutBuiltins(exports: Exports): Exports {
    const wanted = Object.keys(JSON.parse(this.text(exports.opa_json_dump(exports.builtins()))) as object);
    if (wanted.length === 0) return exports;
    throw new PolicyError("module", `the rules want functions of the host: ${wanted.join(", ").slice(0, 200)}`);
  }

  private object(value: number): unknown {
    return JSON.parse(this.text(this.exports.opa_json_dump(value)));
  }

  private parsed(json: string): number {
    const bytes = Buffer.from(json);
    const at = this.exports.opa_malloc(bytes.length);
    this.put(bytes, at);
    const value = this.exports.opa_json_parse(at, bytes.length);
    if (value === 0) throw new PolicyError("module", "the rules cannot read their data");
    return value;
  }

  /** @returns the address behind what was written */
  private put(bytes: Uint8Array, at: number): number {
    const end = at + bytes.length;
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    new Uint8Array(this.memory.buffer).set(bytes, at);
    return end;
  }

  /** The text at an address, up to its zero byte. */
  private text(address: number): string {
    const memory = Buffer.from(this.memory.buffer);
    const end = memory.indexOf(0, address);
    if (end < address || end - address > POLICY_LIMITS.output) {
      throw new PolicyError("module", `an answer of more than ${POLICY_LIMITS.output} bytes`);
    }
    return memory.toString("utf8", address, end);
  }
}

function asPolicyError(error: unknown): PolicyError {
  if (error instanceof PolicyError) return error;
  return new PolicyError("module", `the rules cannot run: ${error instanceof Error ? error.message : String(error)}`);
}
