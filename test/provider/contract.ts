import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { compare } from "../../infra/provider/diff.ts";
import type { NodeLink, Props, ResourceHandler } from "../../infra/provider/handler.ts";
import { Crash, type RecordedContext, recordedContext } from "./context.ts";

/** A way the real thing goes wrong behind the plugin's back. */
export interface DriftCase {
  /** `an extra grant` */
  readonly name: string;
  break(): Promise<void>;
  /** Paths that the diff after `read` must name, in any order; omit where the thing vanishes (`read` → undefined). */
  readonly paths?: readonly string[];
}

/** What the suite needs to know about one resource kind and its real server. */
export interface ContractCase<I extends object, O extends I> {
  readonly name: string;
  readonly handler: ResourceHandler<I, O>;
  /** Connections to the real server's node. */
  connect(node: string): Promise<NodeLink>;
  /** Starts the server; everything in `afterAll` goes to `teardown`. */
  setup?(): Promise<void>;
  teardown?(): Promise<void>;
  inputs(): I;
  /** The same identity with something changed in place. */
  changed(): I;
  /** Paths that a diff from `inputs` to `changed` must name. */
  readonly changedPaths: readonly string[];
  readonly drifts: readonly DriftCase[];
  /** Anything that moves when the server is written to: mtimes, inodes, write counters, xmin, table of rules. */
  fingerprint(): Promise<unknown>;
  /** Whether nothing at all is left on the server. */
  gone(): Promise<boolean>;
  /** Tries the real thing as its user does (logs in, reads the file): throws when it does not do what `inputs` say. */
  works?(inputs: I, state: O): Promise<void>;
  /** Inputs that an import cannot know (passwords); compared without them. `false`: cannot be imported. */
  readonly importWithout: readonly (keyof I & string)[] | false;
  /** Lets `remove` do its work where data is at risk. */
  readonly removable?: (state: O) => O;
  /** Longest one test may take, ms. */
  readonly timeoutMs?: number;
}

/**
 * The life every resource kind must be able to lead, against its real server: create, again without a write, change,
 * drift seen and repaired, a crash before each step, import, delete twice.
 */
export function contractSuite<I extends object, O extends I>(c: ContractCase<I, O>): void {
  const timeout = c.timeoutMs ?? 30_000;
  const context = (crashAt = 0): RecordedContext => recordedContext((node) => c.connect(node), crashAt);
  const h = c.handler;
  const apply = (inputs: I, old?: O): Promise<O> => h.reconcile(inputs, old, context());
  const remove = (state: O): Promise<void> => h.remove(h.id(state), c.removable?.(state) ?? state, context());
  const changes = (old: O, inputs: I): readonly string[] =>
    (h.diff?.(old, inputs) ?? compare(old, inputs, h.outputs, h.replaceOn)).changed;

  describe(`${c.name}: contract`, () => {
    let live: O | undefined;
    const create = async (inputs = c.inputs()): Promise<O> => {
      live = await apply(inputs);
      return live;
    };
    beforeAll(() => c.setup?.(), 120_000);
    afterAll(() => c.teardown?.(), 60_000);
    afterEach(async () => {
      if (live !== undefined) await remove(live);
      live = undefined;
    }, timeout);

    it("accepts its own inputs", () => {
      expect(h.check({ ...c.inputs() } as Props)).toEqual([]);
    });

    it(
      "creates, and what it made works",
      async () => {
        const state = await create();
        expect(state).toMatchObject(c.inputs());
        for (const output of h.outputs) expect(state, `output ${output}`).toHaveProperty(output);
        await c.works?.(c.inputs(), state);
        expect(changes(state, c.inputs())).toEqual([]);
      },
      timeout,
    );

    it(
      "writes nothing when nothing differs",
      async () => {
        const state = await create();
        const before = await c.fingerprint();
        expect(await apply(c.inputs(), state)).toEqual(state);
        expect(await c.fingerprint()).toEqual(before);
      },
      timeout,
    );

    it(
      "reads back its own state unchanged",
      async () => {
        const state = await create();
        expect(await h.read(h.id(state), state, context())).toEqual(state);
      },
      timeout,
    );

    it(
      "adopts what is there when the state was lost",
      async () => {
        await create();
        const before = await c.fingerprint();
        live = await apply(c.inputs());
        expect(await c.fingerprint()).toEqual(before);
        await c.works?.(c.inputs(), live);
      },
      timeout,
    );

    it(
      "changes in place and names the paths",
      async () => {
        const state = await create();
        const found = changes(state, c.changed());
        expect([...found].sort()).toEqual([...c.changedPaths].sort());
        live = await apply(c.changed(), state);
        expect(live).toMatchObject(c.changed());
        await c.works?.(c.changed(), live);
        expect(await h.read(h.id(live), live, context())).toEqual(live);
      },
      timeout,
    );

    for (const drift of c.drifts) {
      it(
        `sees and repairs ${drift.name}`,
        async () => {
          const state = await create();
          await drift.break();
          const seen = await h.read(h.id(state), state, context());
          if (drift.paths === undefined) expect(seen).toBeUndefined();
          else {
            expect(seen, "still there").toBeDefined();
            expect([...changes(seen as O, c.inputs())].sort()).toEqual([...drift.paths].sort());
          }
          live = await apply(c.inputs(), seen);
          await c.works?.(c.inputs(), live);
          expect(await h.read(h.id(live), live, context())).toEqual(live);
        },
        timeout,
      );
    }

    it(
      "converges after a crash before any step",
      async () => {
        live = undefined;
        for (let step = 1; ; step++) {
          const crashed = await h.reconcile(c.inputs(), undefined, context(step)).then(
            () => false,
            (error: unknown) => {
              if (!(error instanceof Crash)) throw error;
              return true;
            },
          );
          const state = await create();
          await c.works?.(c.inputs(), state);
          expect(await h.read(h.id(state), state, context())).toEqual(state);
          await remove(state);
          live = undefined;
          if (!crashed) break;
          expect(step, "reconcile never ends").toBeLessThan(50);
        }
        expect(await c.gone()).toBe(true);
      },
      timeout * 2,
    );

    it.skipIf(c.importWithout === false)(
      "imports by id",
      async () => {
        const state = await create();
        const imported = await h.read(h.id(state), undefined, context());
        const without = (value: object): object =>
          Object.fromEntries(Object.entries(value).filter(([key]) => !(c.importWithout || []).includes(key as never)));
        expect(imported, "found by its id").toBeDefined();
        expect(without(imported as O)).toMatchObject(without(c.inputs()));
      },
      timeout,
    );

    it(
      "is gone after delete, and deleting again is no error",
      async () => {
        const state = await create();
        live = undefined;
        await remove(state);
        expect(await c.gone()).toBe(true);
        await remove(state);
        expect(await h.read(h.id(state), state, context())).toBeUndefined();
      },
      timeout,
    );
  });
}
