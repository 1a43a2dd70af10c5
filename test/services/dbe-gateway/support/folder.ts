import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach } from "vitest";

interface Closable {
  close(): unknown;
}

/** A container's folder for each test of a file, and what is open in it, closed after the test. */
export class TestFolder {
  /** Its path, new before each test. */
  path = "";
  private readonly closing: Closable[] = [];

  constructor() {
    beforeEach(() => {
      this.path = mkdtempSync("/tmp/dsmil-local-");
      const identity = '{"container":"one","service":"one","device":52,"tenants":["ALPHA"]}';
      writeFileSync(`${this.path}/identity.json`, identity);
    });
    afterEach(async () => {
      for (const one of this.closing.splice(0).reverse()) await one.close();
      rmSync(this.path, { recursive: true, force: true });
    });
  }

  /** Closes `one` after the test. */
  open<T extends Closable>(one: T): T {
    this.closing.push(one);
    return one;
  }
}
