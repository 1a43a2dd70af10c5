/** The parts of WebAssembly's JavaScript interface that policies use; Node's type declarations have none of it. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** @throws RangeError beyond the maximum */
  grow(pages: number): number;
}

/** A compiled module; can be run any number of times, each with a memory of its own. */
export interface WasmModule {
  readonly brand?: "WebAssembly.Module";
}

interface WasmApi {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  readonly Instance: new (
    module: WasmModule,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (descriptor: { readonly initial: number; readonly maximum: number }) => WasmMemory;
}

/** `WebAssembly`. */
export const wasm: WasmApi = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;
