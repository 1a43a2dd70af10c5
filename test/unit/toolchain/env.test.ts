import { join } from "node:path";
import { expect, test } from "vitest";
import { pulumiEnv } from "../../../infra/toolchain/env.ts";
import { type PulumiInstall, writeInstall } from "../../../infra/toolchain/install.ts";
import { temporaryFolder } from "./folders.ts";

function recorded(kind: PulumiInstall["kind"]): string {
  const root = temporaryFolder();
  writeInstall(root, { kind, source: kind, version: "3.259.0", bin: "/pulumi/bin", key: "k" });
  return root;
}

test("our own build gets its home and may not fetch plugins", () => {
  const root = recorded("built");
  const env = pulumiEnv(root, { PATH: "/usr/bin" });
  expect(env.PULUMI_HOME).toBe(join(root, ".dsmil/pulumi"));
  expect(env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION).toBe("true");
  expect(env.PULUMI_BACKEND_URL).toBe(`file://${root}/.dsmil/state`);
  expect(env.PULUMI_CONFIG_PASSPHRASE_FILE).toBe(join(root, ".dsmil/passphrase"));
});

test("an official release fetches plugins into its own home", () => {
  const env = pulumiEnv(recorded("downloaded"), {});
  expect(env.PULUMI_HOME).toBeDefined();
  expect(env).not.toHaveProperty("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION");
});

test("an installed Pulumi keeps the user's home", () => {
  const env = pulumiEnv(recorded("installed"), {});
  expect(env).not.toHaveProperty("PULUMI_HOME");
  expect(env).not.toHaveProperty("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION");
});

test("the user's backend and passphrase win", () => {
  const root = recorded("built");
  const env = pulumiEnv(root, { PULUMI_BACKEND_URL: "s3://b", PULUMI_CONFIG_PASSPHRASE: "" });
  expect(env).not.toHaveProperty("PULUMI_BACKEND_URL");
  expect(env).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
  expect(pulumiEnv(root, { PULUMI_CONFIG_PASSPHRASE_FILE: "/f" })).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
});

test("PATH names each folder once, Node first, however often it is applied", () => {
  const root = recorded("built");
  const once = pulumiEnv(root, { PATH: "/usr/bin:/pulumi/bin" }).PATH ?? "";
  expect(once.split(":").slice(1)).toEqual(["/pulumi/bin", "/usr/bin"]);
  expect(pulumiEnv(root, { PATH: once }).PATH).toBe(once);
});
