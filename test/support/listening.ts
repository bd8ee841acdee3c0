/** Whether somebody listens on a port of this machine, asked of the kernel: a test connection would be taken for a viewer. */
import { readFile } from 'node:fs/promises';

/** TCP or UDP, on 127.0.0.1. */
export async function isListening(port: number | string): Promise<boolean> {
  const wanted = `0100007F:${Number(port).toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(['tcp', 'udp'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
  return tables.some((table) => table.includes(wanted));
}
