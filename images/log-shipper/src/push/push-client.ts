import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { readTlsFiles } from "../../../runtime/api/tls-files.ts";

/** How the gate answered. */
export interface PushAnswer {
  readonly status: number;
  /** The start of what it said. */
  readonly text: string;
}

export interface PushPlace {
  /** `https://loki.dsmil.local:3100` */
  readonly url: string;
  readonly certsDir: string;
  readonly caFile: string;
}

const TIMEOUT_MS = 20_000;
const MOST_TEXT = 1024;

/** Posts to the gate before Loki, as this node: its certificate is read anew when it was renewed. */
export class PushClient {
  private readonly place: PushPlace;
  private agent: Agent | undefined;
  private files = "";

  constructor(place: PushPlace) {
    this.place = place;
  }

  /** @throws Error when there is no answer, or no certificate to show */
  async push(body: Buffer, signal: AbortSignal): Promise<PushAnswer> {
    const headers = {
      "content-type": "application/json",
      "content-encoding": "gzip",
      "content-length": String(body.length),
    };
    const url = `${this.place.url}/loki/api/v1/push`;
    const options = { method: "POST", agent: this.current(), headers, timeout: TIMEOUT_MS, signal };
    return new Promise((resolve, reject) => {
      const asked = request(url, options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          if (text.length < MOST_TEXT) text += chunk.slice(0, MOST_TEXT);
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: text.trim() }));
        response.on("error", reject);
      });
      asked.on("timeout", () => asked.destroy(new Error("no answer in time")));
      asked.on("error", reject);
      asked.end(body);
    });
  }

  close(): void {
    this.agent?.destroy();
  }

  private current(): Agent {
    const { certsDir, caFile } = this.place;
    const files = { ...readTlsFiles(certsDir), ca: readFileSync(caFile, "utf8") };
    const text = JSON.stringify(files);
    if (this.agent === undefined || text !== this.files) {
      this.agent?.destroy();
      this.agent = new Agent({ ...files, keepAlive: true, maxSockets: 4, minVersion: "TLSv1.2" });
      this.files = text;
    }
    return this.agent;
  }
}
