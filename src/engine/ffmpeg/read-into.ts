/** Reads a child's output into memory of ours, instead of into a new buffer each time. */
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

export interface ByteSink {
  /** Where the next bytes belong; never empty, and the same until it is told. */
  readonly room: Buffer;
  /** So many bytes have been put there. */
  took(bytes: number): void;
}

/** While it is paused the child cannot write. */
export type Flow = Pick<Readable, 'pause' | 'resume'>;

/** The pipe below a stream of `child_process`, which Node keeps to itself. */
interface OnItsHandle {
  _handle?: object | null;
}

/**
 * Node reads every 64 KB of a pipe into a buffer of its own, and a ladder's raw pictures make it collect garbage all day.
 * Its sockets can read into a given buffer (`onread`, net.Socket), but only one that is made with it: so the output's pipe is
 * handed to such a socket. Call it in the same turn as the child was started; the output ends and closes as it would have.
 * Should the pipe not be where Node has it, the bytes are copied.
 */
export function readInto(output: Readable, sink: ByteSink): Flow {
  const above = output as OnItsHandle;
  if (!above._handle) {
    return output.on('data', (bytes: Buffer) => copyInto(sink, bytes));
  }
  const onread = {
    buffer: () => sink.room,
    callback: (bytes: number) => {
      sink.took(bytes);
      return true;
    },
  };
  const options = { handle: above._handle, readable: true, writable: false, onread };
  above._handle = null;
  const reader = new Socket(options);
  reader.on('error', () => undefined);
  reader.once('close', () => output.destroy());
  output.once('close', () => reader.destroy());
  // Node does that when the child is gone, so that what it left is read, and its end seen, even by who had paused.
  output.once('resume', () => reader.resume());
  return reader.resume();
}

/** Memory that bytes are read into before they are copied out: as much as a read of a pipe gives. */
const BITE = 65_536;

/** As `data` events would tell the bytes, but in buffers of their own size instead of 64 KB each. */
export function readBytes(output: Readable, onBytes: (bytes: Buffer) => void): Flow {
  const room = Buffer.allocUnsafeSlow(BITE);
  return readInto(output, { room, took: (bytes) => onBytes(Buffer.from(room.subarray(0, bytes))) });
}

function copyInto(sink: ByteSink, bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0;) {
    const copied = rest.copy(sink.room);
    sink.took(copied);
    rest = rest.subarray(copied);
  }
}
