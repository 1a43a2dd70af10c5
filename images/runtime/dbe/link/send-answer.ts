import { DbeError } from "../codec/error.ts";
import type { Envelope } from "../codec/types.ts";
import type { Line } from "./line.ts";

/**
 * Sends an answer; false when it must wait because the channel is full. Without a channel it is done with: it is kept
 * where requests are remembered, and the peer asks again by the next channel.
 */
export function sendAnswer(line: Line | undefined, answer: Envelope): boolean {
  if (!line?.ready) return true;
  if (line.congested) return false;
  try {
    line.send(answer);
  } catch (error) {
    if (error instanceof DbeError) line.reports.message(error, answer);
  }
  return true;
}
