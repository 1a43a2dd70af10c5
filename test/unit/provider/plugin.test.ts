import { describe, expect, it } from "vitest";
import {
  type AnyHandler,
  type HandlerContext,
  type Props,
  type ResourceHandler,
  UNKNOWN,
} from "../../../infra/provider/handler.ts";
import { Plugin } from "../../../infra/provider/plugin.ts";

const SIG = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const secret = (value: unknown) => ({ [SIG]: SECRET, value });
const urn = "urn:pulumi:s::p::dsmil:component:X$dsmil:index:Users::a::b";

interface Users {
  readonly node: string;
  readonly users: readonly { readonly name: string; readonly password: string; readonly rules?: string }[];
  readonly label?: string;
}
interface UsersState extends Users {
  readonly token: string;
  readonly count: number;
}

/** A resource kind in memory, recording what reached it. */
function users(override: Partial<ResourceHandler<Users, UsersState>> = {}) {
  const seen: { inputs?: Users; old?: UsersState | undefined; ctx?: HandlerContext } = {};
  const handler: ResourceHandler<Users, UsersState> = {
    token: "dsmil:index:Users",
    outputs: ["token", "count"],
    secretOutputs: ["token"],
    replaceOn: ["node"],
    id: ({ node }) => `${node}/users`,
    check: (props) => (props.node === "bad" ? [{ property: "node", reason: "is bad" }] : []),
    async reconcile(inputs, old, ctx) {
      Object.assign(seen, { inputs, old, ctx });
      return { ...inputs, token: "token-of-the-users", count: inputs.users.length };
    },
    read: async (_id, old) => old,
    remove: async () => undefined,
    ...override,
  };
  const logs: string[] = [];
  const plugin = new Plugin({
    registry: { "dsmil:index:Users": async () => handler as AnyHandler },
    connect: () => Promise.reject(new Error("no nodes here")),
    log: (_urn, level, message, ephemeral) => void logs.push(`${level}${ephemeral ? "" : "!"} ${message}`),
  });
  return { plugin, seen, logs };
}

const given = (): Props => ({
  node: "node-c",
  users: [
    { name: "reader", password: secret("hunter2-and-more"), rules: "~a" },
    { name: "writer", password: secret("swordfish-2") },
  ],
});

describe("secrets", () => {
  it("reach the handler in plain and leave marked where they were", async () => {
    const { plugin, seen } = users();
    const { id, outs } = await plugin.create(urn, given(), false);
    expect(seen.inputs?.users[0]).toEqual({ name: "reader", password: "hunter2-and-more", rules: "~a" });
    expect(id).toBe("node-c/users");
    expect(outs).toEqual({ ...given(), token: secret("token-of-the-users"), count: 2 });
  });

  it("leave marked in outputs that contain them elsewhere", async () => {
    const reconcile = async (inputs: Users) => ({
      ...inputs,
      label: `user:${inputs.users[0]?.password}`,
      token: "t",
      count: 1,
    });
    const { plugin } = users({ reconcile });
    expect((await plugin.create(urn, given(), false)).outs.label).toEqual(secret("user:hunter2-and-more"));
  });

  it("leave marked after a read, also where elements moved", async () => {
    const { plugin } = users({ read: async (_id, old) => old && { ...old, users: [...old.users].reverse() } });
    const state = (await plugin.create(urn, given(), false)).outs;
    const found = await plugin.read(urn, "node-c/users", state, given());
    expect(JSON.stringify(found)).not.toMatch(/"password":"/);
    expect(found?.inputs).toEqual({ node: "node-c", users: [...(given().users as unknown[])].reverse() });
  });

  it("leave marked on import when they are secret by nature", async () => {
    const imported = { node: "node-c", users: [{ name: "x", password: "found-there" }], token: "t", count: 1 };
    const { plugin } = users({
      read: async () => imported,
      secretPaths: () => [["users", 0, "password"]],
    });
    const found = await plugin.read(urn, "node-c/users", {}, {});
    expect(found?.inputs.users).toEqual([{ name: "x", password: secret("found-there") }]);
    expect(found?.props.token).toEqual(secret("t"));
  });

  it("stay whole when a whole property is secret", async () => {
    const { plugin } = users();
    const all = { node: "node-c", users: secret([{ name: "x", password: "long-enough" }]) };
    expect((await plugin.create(urn, all, false)).outs.users).toEqual(all.users);
    expect((await plugin.check(urn, all)).inputs).toEqual(all);
  });
});

describe("unknown values", () => {
  const partly = () => ({ node: "node-c", users: [{ name: "x", password: secret(UNKNOWN_VALUE) }] });

  it("pass the check as UNKNOWN and leave as they came", async () => {
    let checked: Props = {};
    const check = (props: Props) => {
      checked = props;
      return [];
    };
    const { plugin } = users({ check });
    expect((await plugin.check(urn, partly())).inputs).toEqual(partly());
    expect(checked.users).toEqual([{ name: "x", password: UNKNOWN }]);
  });

  it("make a preview that touches nothing and promises nothing", async () => {
    const { plugin, seen } = users();
    const { id, outs } = await plugin.create(urn, partly(), true);
    expect(seen.inputs).toBeUndefined();
    expect(id).toBe("");
    expect(outs).toEqual({ ...partly(), token: secret(UNKNOWN_VALUE), count: UNKNOWN_VALUE });
  });

  it("let a preview show what follows from known inputs", async () => {
    const { plugin } = users({ plan: (inputs) => ({ count: inputs.users.length }) });
    const { id, outs } = await plugin.create(urn, given(), true);
    expect([id, outs.count, outs.token]).toEqual(["node-c/users", 2, secret(UNKNOWN_VALUE)]);
    expect((await plugin.update(urn, outs, partly(), true)).count).toBe(UNKNOWN_VALUE);
  });

  it("differ from whatever was there", async () => {
    const { plugin } = users();
    const { report } = await plugin.diff(urn, { ...given(), token: "t" }, { ...given(), node: UNKNOWN_VALUE });
    expect(report).toEqual({ changed: ["node"], replace: ["node"] });
  });

  it("are refused when it gets serious", async () => {
    const { plugin } = users();
    await expect(plugin.create(urn, partly(), false)).rejects.toThrow("property users[0].password is still unknown");
  });
});

describe("differences", () => {
  it("name elements of lists, and ignore outputs and order", async () => {
    const { plugin } = users();
    const old = { ...given(), token: "t", count: 9 };
    const now = given();
    (now.users as Props[]).reverse();
    expect((await plugin.diff(urn, old, now)).report.changed).toEqual([]);
    (now.users as Props[])[1] = { name: "reader", password: secret("hunter2-and-more"), rules: "~b" };
    (now.users as Props[])[0] = { name: "guest", password: secret("x") };
    expect([...(await plugin.diff(urn, old, now)).report.changed].sort()).toEqual([
      'users["guest"]',
      'users["reader"].rules',
      'users["writer"]',
    ]);
  });

  it("come from the handler where it has its own mind", async () => {
    const { plugin } = users({ diff: () => ({ changed: ["token"], replace: [] }) });
    expect((await plugin.diff(urn, given(), given())).report.changed).toEqual(["token"]);
  });
});

describe("errors", () => {
  const failing = (error: Error) => users({ reconcile: async () => Promise.reject(error) });

  it("say message and cause without stack, and without secrets in any form", async () => {
    const cause = new Error(`refused "swordfish-2", ${Buffer.from("hunter2-and-more").toString("base64")}`);
    const { plugin } = failing(new Error("cannot log in as hunter2-and-more", { cause }));
    const error = await plugin.create(urn, given(), false).catch((e: Error) => e);
    expect((error as Error).message).toBe('cannot log in as [secret]: refused "[secret]", [secret]');
  });

  it("cut out what the handler hides, also from progress and warnings", async () => {
    const { plugin, logs } = users({
      async reconcile(_inputs, _old, ctx) {
        ctx.hide("admin-password");
        ctx.progress("logging in with admin-password");
        ctx.warn("hunter2-and-more is weak");
        throw new Error("admin-password is wrong");
      },
    });
    await expect(plugin.create(urn, given(), false)).rejects.toThrow("[secret] is wrong");
    expect(logs).toEqual(["info logging in with [secret]", "warning! [secret] is weak"]);
  });

  it("name a type that does not exist, and those that do", async () => {
    const { plugin } = users();
    const unknown = plugin.check("urn:pulumi:s::p::dsmil:index:Nonsense::n", {});
    await expect(unknown).rejects.toThrow('has no resource type "dsmil:index:Nonsense"; it has Users');
  });

  it("return failures of a check with their property", async () => {
    const { plugin } = users();
    expect((await plugin.check(urn, { node: "bad" })).failures).toEqual([{ property: "node", reason: "is bad" }]);
  });
});

describe("life cycle", () => {
  it("gives update the old state in plain", async () => {
    const { plugin, seen } = users();
    const { outs } = await plugin.create(urn, given(), false);
    await plugin.update(urn, outs, given(), false);
    expect(seen.old).toMatchObject({ token: "token-of-the-users", users: [{ password: "hunter2-and-more" }, {}] });
  });

  it("reports a thing that is gone", async () => {
    const { plugin } = users({ read: async () => undefined });
    expect(await plugin.read(urn, "id", given(), given())).toBeUndefined();
  });

  it("aborts what runs, and starts nothing more, when the engine cancels", async () => {
    const { plugin } = users({
      reconcile: (_inputs, _old, ctx) =>
        new Promise((_resolve, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason))),
    });
    const running = plugin.create(urn, given(), false);
    setTimeout(() => plugin.cancel(), 20);
    await expect(running).rejects.toThrow("cancelled");
    await expect(plugin.remove(urn, "id", given())).rejects.toThrow("cancelled");
  });

  it("ends an operation after the user's time limit", async () => {
    const { plugin } = users({
      reconcile: (_inputs, _old, ctx) =>
        new Promise((_resolve, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason))),
    });
    await expect(plugin.create(urn, given(), false, 0.05)).rejects.toThrow("timeout");
  });
});
