import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checksumOf, releaseUrls } from "../../../infra/toolchain/download.ts";
import { atLeast } from "../../../infra/toolchain/version-order.ts";
import { versions } from "../../../infra/toolchain/versions.ts";
import { projectRoot } from "./folders.ts";

const text = (path: string): string => readFileSync(join(projectRoot, path), "utf8");

test("tools, Go modules and npm SDKs are of the same versions", () => {
  const { dependencies } = JSON.parse(text("package.json")) as { dependencies: Record<string, string> };
  expect(dependencies["@pulumi/pulumi"]).toBe(versions.pulumi);
  expect(text("infra/toolchain/cli/go.mod")).toContain(`github.com/pulumi/pulumi/pkg/v3 v${versions.pulumi} `);
  for (const [name, version] of Object.entries(versions.plugins)) {
    expect(dependencies[`@pulumi/${name}`]).toBe(version);
    expect(text("infra/toolchain/providers/main.go")).toMatch(
      new RegExp(`"${name}":\\s*\\{version: "${version.replaceAll(".", "\\.")}"`),
    );
  }
});

test("versions are compared by number", () => {
  expect(atLeast("v3.259.0", "3.200.0")).toBe(true);
  expect(atLeast("go1.26.8", "1.26.0")).toBe(true);
  expect(atLeast("3.99.0", "3.200.0")).toBe(false);
  expect(atLeast("go1.9", "1.21.0")).toBe(false);
  expect(atLeast("", "0.0.0")).toBe(false);
});

test("a release is named as Pulumi names it, and has to be in the list of checksums", () => {
  const { name, archive } = releaseUrls("linux", "x64");
  expect(archive).toBe(`https://get.pulumi.com/releases/sdk/pulumi-v${versions.pulumi}-linux-x64.tar.gz`);
  const sum = "a".repeat(64);
  expect(checksumOf(name, `${"b".repeat(64)}  other\n${sum}  ${name}\n`)).toBe(sum);
  expect(() => checksumOf(name, `${sum}  ${name}.sig`)).toThrow(/no checksum/);
  expect(() => checksumOf(name, `abc  ${name}`)).toThrow(/no checksum/);
});
