/** What is asked in the same moment leaves as one batch, however much it is: a server closes the connection for a frame that is too long. @module */

const UTF8 = new TextEncoder();
/** A server takes frames of 64 KiB, and 50 calls in one. */
const FRAME_BYTES = 62 * 1024;
const FRAME_CALLS = 50;

/** The messages to send instead of one, in its order: batches that a server takes. One call that is too long by itself stays what it is. */
export function framesOf(message: string): readonly string[] {
  // All else is one call, or none.
  if (!message.startsWith("[")) return [message];
  const frames: string[][] = [];
  let room = { bytes: 0, calls: 0 };
  for (const call of JSON.parse(message) as readonly unknown[]) {
    const text = JSON.stringify(call);
    const bytes = UTF8.encode(text).length + 1; // and what separates it
    if (bytes > room.bytes || room.calls === 0) {
      frames.push([]);
      room = { bytes: FRAME_BYTES, calls: FRAME_CALLS };
    }
    frames.at(-1)?.push(text);
    room = { bytes: room.bytes - bytes, calls: room.calls - 1 };
  }
  return frames.map((calls) => calls.length === 1 ? calls.join() : `[${calls.join()}]`);
}
