import { OFFSETS } from "../../../../images/runtime/dbe/codec/constants.ts";
import type { Keying, LinkSession } from "../../../../images/runtime/dbe/link/keying.ts";
import type { World } from "./world.ts";

/**
 * The same handshakes, with virtual time standing still while one is worked on, one at a time so that a seed always
 * gives the same run; and with every frame that a session opens looked at: no sequence twice.
 */
export function watchedKeying(keying: Keying, world: World, replayed: (detail: string) => void): Keying {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    world.outside += 1;
    const done = last.then(work);
    last = done
      .catch(() => {})
      .finally(() => {
        world.outside -= 1;
      });
    return done;
  };
  const watch = (session: LinkSession): LinkSession => {
    const opened = new Set<number>();
    return {
      peer: session.peer,
      id: session.id,
      get sent() {
        return session.sent;
      },
      get received() {
        return session.received;
      },
      seal: (envelope) => session.seal(envelope),
      open: (frame) => {
        const envelope = session.open(frame);
        const sequence = frame.readUInt32BE(OFFSETS.sequence + 4);
        if (opened.has(sequence)) replayed(`session ${session.id} opened sequence ${sequence} twice`);
        opened.add(sequence);
        return envelope;
      },
      retire: () => session.retire(),
    };
  };
  return {
    initiate: (expect, binding) => {
      const side = keying.initiate(expect, binding);
      return {
        start: () => side.start(),
        onResponse: (frame) => inTurn(() => side.onResponse(frame)),
        onDone: (frame) => watch(side.onDone(frame)),
      };
    },
    respond: (binding) => {
      const side = keying.respond(binding);
      return {
        onInit: (frame) => inTurn(() => side.onInit(frame)),
        onFinish: (frame) =>
          inTurn(async () => {
            const { reply, session } = await side.onFinish(frame);
            return { reply, session: watch(session) };
          }),
      };
    },
  };
}
