import type { ToolDescription } from "../../runtime/l7/tool-call.ts";

const text = { type: "string", minLength: 1, maxLength: 65_536 } as const;
const moment = { oneOf: [{ type: "string", minLength: 1, maxLength: 64 }, { type: "number" }] } as const;

function input(required: readonly string[], properties: Readonly<Record<string, object>>) {
  return { type: "object", additionalProperties: false, required: [...required], properties };
}

/** Every tool that there is. A name is also that of its program, with - for _. */
export const CATALOGUE: readonly ToolDescription[] = [
  {
    name: "decode",
    description: "Decodes base64, hex, percent-encoding and gzip (in base64); `auto` takes off up to five layers.",
    input: input(["text"], {
      text,
      encoding: { enum: ["auto", "base64", "hex", "url", "gzip"], default: "auto" },
    }),
  },
  {
    name: "extract_indicators",
    description: "Finds IP addresses, URLs, mail addresses, domains and hashes in a text, defanged ones too.",
    input: input(["text"], {
      text,
      types: { type: "array", minItems: 1, maxItems: 5, items: { enum: ["ip", "url", "email", "domain", "hash"] } },
    }),
  },
  {
    name: "hash",
    description: "MD5, SHA-1, SHA-256, SHA-384 and SHA-512 of a text or of the bytes that it stands for.",
    input: input(["text"], {
      text: { ...text, minLength: 0 },
      encoding: { enum: ["utf8", "hex", "base64"], default: "utf8" },
    }),
  },
  {
    name: "ip_info",
    description: "Kind of an IP address (private, public, documentation …) and in which given networks it lies.",
    input: input(["address"], {
      address: { type: "string", minLength: 2, maxLength: 64 },
      networks: { type: "array", maxItems: 64, items: { type: "string", minLength: 3, maxLength: 64 } },
    }),
  },
  {
    name: "json_query",
    description: "What stands at a path of a JSON text, such as $.events[*].src_ip; 100 matches at most.",
    input: input(["json", "path"], { json: text, path: { type: "string", minLength: 1, maxLength: 512 } }),
  },
  {
    name: "parse_log",
    description: "Understands syslog and Suricata EVE lines as the ingest does: time, category, severity and fields.",
    input: input(["lines"], {
      lines: { type: "array", minItems: 1, maxItems: 50, items: { type: "string", maxLength: 16_384 } },
      format: { enum: ["auto", "eve", "syslog"], default: "auto" },
      source: { type: "string", minLength: 1, maxLength: 128, default: "tool" },
      received_at: { type: "string", minLength: 10, maxLength: 40 },
    }),
  },
  {
    name: "text_search",
    description: "How often literal terms stand in a text, and in which lines.",
    input: input(["text", "terms"], {
      text,
      terms: { type: "array", minItems: 1, maxItems: 20, items: { type: "string", minLength: 1, maxLength: 256 } },
      case_sensitive: { type: "boolean", default: true },
    }),
  },
  {
    name: "time",
    description:
      "A moment (RFC 3339, seconds, milliseconds or Windows file time) in other forms, and the time until another.",
    input: input(["value"], {
      value: moment,
      unit: { enum: ["auto", "seconds", "milliseconds", "filetime"], default: "auto" },
      until: moment,
    }),
  },
];

/** File of a tool's program: `ip-info.js`. */
export const programOf = (tool: string): string => `${tool.replaceAll("_", "-")}.js`;
