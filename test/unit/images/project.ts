import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const project = resolve(import.meta.dirname, "../../..");

/** A copy of everything images are made from, to change at will; `dispose` removes it. */
export class ImageSources {
  readonly root = mkdtempSync(join(tmpdir(), "t-images-"));

  constructor() {
    cpSync(join(project, "images"), join(this.root, "images"), { recursive: true });
    for (const module of ["infra/toolchain/dbe-quic", "infra/toolchain/loki"]) {
      cpSync(join(project, module), join(this.root, module), { recursive: true });
    }
    cpSync(join(project, "package-lock.json"), join(this.root, "package-lock.json"));
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
