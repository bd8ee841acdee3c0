/** Where a bad source sends to: whoever connects to it, or the far end it pushes to. */
export interface Outlet {
  /** What a reader connects to, or what is pushed to. */
  readonly url: string;
  /** Readers, or far ends, connected at this moment. */
  readonly connections: number;
  write(bytes: Buffer): void;
  /** Closes every connection and lets no new one come about. */
  refuse(): void;
  /** Lets connections come about again. */
  accept(): void;
  stop(): Promise<void>;
}

/** Whoever lets this much pile up does not read any more; the connection is given up. */
export const MOST_BYTES_WAITING = 16 * 1024 * 1024;
