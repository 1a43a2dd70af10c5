import { join } from "node:path";
import type { CheckResult } from "../health.ts";
import type { Log } from "../log.ts";
import { pause } from "../pause.ts";
import { LoadedModel } from "./loaded-model.ts";
import type { ModelManifest } from "./manifest.ts";
import { readModel, versionsIn } from "./model-folder.ts";
import type { ModelSettings } from "./model-settings.ts";
import { type OpenSession, openOnnxSession } from "./onnx-session.ts";

/** What a service needs of its model. */
export interface ModelWant {
  readonly name: string;
  /** Feature set, and how many features it has. */
  readonly features: string;
  readonly width: number;
  readonly columns: readonly string[];
}

/** Pause after which a version that was refused is tried again. */
const RETRY_MS = 10_000;

/**
 * Keeps the highest version of a model loaded that lies in its folder and is proven. A version that is refused leaves
 * the one before in force; without any the service works by its rules.
 */
export class ModelSlot {
  private readonly want: ModelWant;
  private readonly settings: ModelSettings;
  private readonly log: Log;
  private readonly open: OpenSession;
  private readonly refused = new Map<string, { reason: string; until: number }>();
  private loaded: LoadedModel | undefined;
  private trouble = "";

  constructor(want: ModelWant, settings: ModelSettings, log: Log, open: OpenSession = openOnnxSession) {
    this.want = want;
    this.settings = settings;
    this.log = log;
    this.open = open;
  }

  get current(): LoadedModel | undefined {
    return this.loaded;
  }

  /** `model` in /health: name and version, or why there is none. */
  check(): CheckResult {
    const [newest] = this.refused;
    const refusal = newest ? `; ${newest[0]} refused: ${newest[1].reason}` : "";
    if (!this.loaded)
      return { value: `model not loaded: ${this.trouble || "not looked for yet"}${refusal}`, ok: false };
    const { name, version } = this.loaded.identity;
    return { value: `${name} ${version}${refusal}`, ok: refusal === "" };
  }

  /** Looks every `pollMs` until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.settings.pollMs, signal);
      if (!signal.aborted) await this.look();
    }
    await this.loaded?.retire();
  }

  /** Looks once for a version to load; never throws. */
  async look(now = Date.now()): Promise<void> {
    const folder = join(this.settings.folder, this.want.name);
    try {
      const versions = await versionsIn(folder);
      for (const version of this.refused.keys()) if (!versions.includes(version)) this.refused.delete(version);
      this.trouble = versions.length === 0 ? `no version in ${folder}` : "";
      await this.takeHighest(folder, versions, now);
    } catch (error) {
      this.trouble = (error as Error).message;
    }
  }

  private async takeHighest(folder: string, versions: readonly string[], now: number): Promise<void> {
    for (const version of versions) {
      if (this.loaded?.identity.version === version) return;
      if ((this.refused.get(version)?.until ?? 0) > now) continue;
      try {
        const next = await this.load(join(folder, version), version, now);
        const before = this.loaded;
        this.loaded = next;
        this.refused.delete(version);
        this.log.info({ model: next.identity, before: before?.identity.version }, "model loaded");
        await before?.retire();
        return;
      } catch (error) {
        const { message: reason } = error as Error;
        if (this.refused.get(version)?.reason !== reason) {
          this.log.error({ model: this.want.name, version, reason }, "model refused");
        }
        this.refused.set(version, { reason, until: now + RETRY_MS });
      }
    }
  }

  private async load(folder: string, version: string, now: number): Promise<LoadedModel> {
    const { manifest, content } = await readModel(folder, this.settings.root(), now);
    const mismatch = this.mismatch(manifest, version);
    if (mismatch) throw new Error(mismatch);
    const model = new LoadedModel(manifest, await this.open(content, manifest));
    try {
      await model.prove();
      return model;
    } catch (error) {
      await model.retire();
      throw error;
    }
  }

  private mismatch(manifest: ModelManifest, version: string): string | undefined {
    const { name, features, width, columns } = this.want;
    if (manifest.name !== name) return `it is ${manifest.name}, ${name} is needed`;
    if (manifest.version !== version) return `it is version ${manifest.version}, in the folder of ${version}`;
    if (manifest.features !== features) return `it takes features ${manifest.features}, this service makes ${features}`;
    if (manifest.selfTest.inputs.some((row) => row.length !== width)) return `it does not take ${width} features`;
    if (manifest.columns.join() !== columns.join())
      return `it answers ${manifest.columns.join()}, not ${columns.join()}`;
    return undefined;
  }
}
