import type { Duplex } from "node:stream";
import { firstLine } from "./first-line.ts";

/** The first line of a byte stream, both ways: which framing follows. */
const GREETING = "DBE/1";

/**
 * The dialling side's greeting. The answer comes after the peer has checked this node's certificate, which a TLS 1.3
 * client would otherwise not know, and after its gateway has taken the stream.
 * @throws Error when no such answer comes
 */
export async function greet(stream: Duplex, milliseconds: number): Promise<void> {
  stream.write(`${GREETING}\n`);
  await expectGreeting(stream, milliseconds);
}

/**
 * The accepting side's greeting.
 * @throws Error when the peer says anything else
 */
export async function answerGreeting(stream: Duplex, milliseconds: number): Promise<void> {
  await expectGreeting(stream, milliseconds);
  stream.write(`${GREETING}\n`);
}

async function expectGreeting(stream: Duplex, milliseconds: number): Promise<void> {
  const said = await firstLine(stream, GREETING.length, milliseconds);
  if (said !== GREETING) throw new Error(`the peer does not speak ${GREETING}`);
}
