import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** What is committed, not what lies there: the first `up` writes into these files. */
const committed = (file: string): string =>
  execFileSync("git", ["show", `HEAD:${file}`], { cwd: root, encoding: "utf8", stdio: "pipe" });

it.skipIf(!existsSync(join(root, ".git")))(
  "holds no salt of somebody's passphrase, with which no other clone could be deployed",
  () => {
    for (const node of ["node-a", "node-b", "node-c"]) {
      expect(committed(`Pulumi.${node}.yaml`), `take encryptionsalt out of Pulumi.${node}.yaml`).not.toContain(
        "encryptionsalt",
      );
    }
  },
);
