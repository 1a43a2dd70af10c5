import { compare } from "./diff.ts";
import {
  type AnyHandler,
  type CheckFailure,
  type DiffReport,
  type HandlerContext,
  type NodeLink,
  type PropertyPath,
  type Props,
  UNKNOWN,
} from "./handler.ts";
import { formatPath } from "./path.ts";
import { explain, Redactor } from "./redactor.ts";
import { type Decoded, decode, encode } from "./wire.ts";

/** Version that the plugin reports; package.json of the provider says the same. */
export const VERSION = "0.1.0";

/** What surrounds the plugin: its resource kinds, the nodes, the engine's log. */
export interface Surroundings {
  readonly registry: Readonly<Record<string, () => Promise<AnyHandler>>>;
  connect(node: string): Promise<NodeLink>;
  /** `ephemeral`: a step, shown only while the resource is being worked on. */
  log(urn: string, level: "info" | "warning", message: string, ephemeral: boolean): void;
}

/** A difference and the bags it was found between, so that it can be shown to the engine. */
export interface DiffAnswer {
  readonly report: DiffReport;
  readonly old: Props;
  readonly now: Props;
  readonly deleteBeforeReplace: boolean;
}

/**
 * The life cycle of all resource kinds, apart from gRPC: property bags as they cross the wire go in and come out.
 * Secrets are unwrapped once here, and every output that was or holds one leaves marked again. Errors carry a message
 * for a person, without stack and without any secret.
 */
export class Plugin {
  readonly #around: Surroundings;
  readonly #cancel = new AbortController();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Validates inputs; the failures name their property. */
  async check(urn: string, news: Props): Promise<{ inputs: Props; failures: readonly CheckFailure[] }> {
    const handler = await this.#handler(urn);
    const now = decode(news);
    return this.#guarded(urn, [now], 0, async () => ({
      failures: handler.check(now.props),
      inputs: this.#encode(handler, now.props, [now]),
    }));
  }

  async diff(urn: string, olds: Props, news: Props): Promise<DiffAnswer> {
    const handler = await this.#handler(urn);
    const [old, now] = [decode(olds), decode(news)];
    return this.#guarded(urn, [old, now], 0, async () => ({
      report:
        now.unknownPaths.length === 0 && handler.diff
          ? handler.diff(old.props, now.props)
          : compare(old.props, now.props, handler.outputs, handler.replaceOn),
      old: old.props,
      now: now.props,
      deleteBeforeReplace: handler.createBeforeDelete !== true,
    }));
  }

  /** @param timeoutSeconds the user's `customTimeouts.create`; 0: none. */
  async create(urn: string, news: Props, preview: boolean, timeoutSeconds = 0): Promise<{ id: string; outs: Props }> {
    const handler = await this.#handler(urn);
    const now = decode(news);
    return this.#guarded(urn, [now], timeoutSeconds, async (ctx) => {
      const known = now.unknownPaths.length === 0;
      const state = preview ? foresee(handler, now, undefined) : await reconcile(handler, now, undefined, ctx);
      return { id: known ? handler.id(now.props) : "", outs: this.#encode(handler, state, [now]) };
    });
  }

  async update(urn: string, olds: Props, news: Props, preview: boolean, timeoutSeconds = 0): Promise<Props> {
    const handler = await this.#handler(urn);
    const [old, now] = [decode(olds), decode(news)];
    return this.#guarded(urn, [old, now], timeoutSeconds, async (ctx) => {
      const state = preview ? foresee(handler, now, old.props) : await reconcile(handler, now, old.props, ctx);
      return this.#encode(handler, state, [now]);
    });
  }

  /**
   * The real thing: `undefined` when it is gone.
   * @param state empty on import
   */
  async read(
    urn: string,
    id: string,
    state: Props,
    inputs: Props,
    timeoutSeconds = 0,
  ): Promise<{ props: Props; inputs: Props } | undefined> {
    const handler = await this.#handler(urn);
    const [old, declared] = [decode(state), decode(inputs)];
    return this.#guarded(urn, [old, declared], timeoutSeconds, async (ctx) => {
      const importing = Object.keys(old.props).length === 0;
      const found = await handler.read(id, importing ? undefined : old.props, ctx);
      if (found === undefined) return undefined;
      const seen = Object.fromEntries(Object.entries(found).filter(([key]) => !handler.outputs.includes(key)));
      const before = importing ? [] : [old, declared];
      return { props: this.#encode(handler, found, before), inputs: this.#encode(handler, seen, before) };
    });
  }

  async remove(urn: string, id: string, state: Props, timeoutSeconds = 0): Promise<void> {
    const handler = await this.#handler(urn);
    const old = decode(state);
    await this.#guarded(urn, [old], timeoutSeconds, (ctx) => handler.remove(id, old.props, ctx));
  }

  /** Aborts whatever runs. */
  cancel(): void {
    this.#cancel.abort(new Error("cancelled: what is half done is finished by the next `pulumi up`"));
  }

  async #handler(urn: string): Promise<AnyHandler> {
    const token = urn.split("::")[2]?.split("$").at(-1) ?? urn;
    const load = this.#around.registry[token];
    if (load === undefined) {
      const known = Object.keys(this.#around.registry).map((name) => name.slice(name.lastIndexOf(":") + 1));
      throw new Error(`dsmil provider ${VERSION} has no resource type "${token}"; it has ${known.join(", ")}`);
    }
    return load();
  }

  /** Runs one operation with a context; whatever it throws leaves explained and redacted. */
  async #guarded<T>(
    urn: string,
    bags: readonly Decoded[],
    timeoutSeconds: number,
    work: (ctx: HandlerContext) => Promise<T>,
  ): Promise<T> {
    const redactor = new Redactor();
    for (const bag of bags) for (const text of bag.secretTexts) redactor.add(text);
    const signals = [this.#cancel.signal];
    if (timeoutSeconds > 0) signals.push(AbortSignal.timeout(timeoutSeconds * 1000));
    const ctx: HandlerContext = {
      urn,
      signal: AbortSignal.any(signals),
      connect: (node) => this.#around.connect(node),
      hide: (secret) => redactor.add(secret),
      progress: (message) => this.#around.log(urn, "info", redactor.clean(message), true),
      warn: (message) => this.#around.log(urn, "warning", redactor.clean(message), false),
    };
    try {
      ctx.signal.throwIfAborted();
      return await work(ctx);
    } catch (error) {
      if (process.env.DSMIL_DEBUG === "1" && error instanceof Error) {
        process.stderr.write(`${redactor.clean(error.stack ?? "")}\n`);
      }
      throw new Error(redactor.clean(explain(error)));
    }
  }

  #encode(handler: AnyHandler, props: object, sources: readonly Decoded[]): Props {
    const paths: PropertyPath[] = [
      ...handler.secretOutputs.map((property) => [property]),
      ...sources.flatMap((source) => source.secretPaths),
      ...(handler.secretPaths?.(props as Props) ?? []),
    ];
    return encode(props, { paths, texts: new Set(sources.flatMap((source) => [...source.secretTexts])) });
  }
}

async function reconcile(
  handler: AnyHandler,
  now: Decoded,
  old: Props | undefined,
  ctx: HandlerContext,
): Promise<object> {
  const [unknown] = now.unknownPaths;
  if (unknown !== undefined) {
    throw new Error(
      `property ${formatPath(unknown)} is still unknown: bring up what it comes from first (without --target)`,
    );
  }
  return handler.reconcile(now.props, old, ctx);
}

/** The state as far as a preview can tell it. */
function foresee(handler: AnyHandler, now: Decoded, old: Props | undefined): object {
  const unknown = Object.fromEntries(handler.outputs.map((output) => [output, UNKNOWN]));
  const planned = now.unknownPaths.length === 0 ? handler.plan?.(now.props, old) : undefined;
  return { ...now.props, ...unknown, ...planned };
}
