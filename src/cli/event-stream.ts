/** Server-sent events out of a byte stream, however the bytes arrive (WHATWG HTML 9.2.6). */

export interface ServerSentEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

export async function* eventsIn(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let lines: string[] = [];
  // Said once, an id stays the last one of the events after it.
  let id = '';
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true });
    // A CR at the end may be half of a CRLF: it waits for the next bytes.
    const pieces = rest.split(/\r\n|\n|\r(?!$)/);
    rest = pieces.pop()!;
    for (const line of pieces) {
      if (line !== '') lines.push(line);
      else {
        const event = eventOf(lines, id);
        id = event.id;
        lines = [];
        if (event.data !== undefined) yield { ...event, data: event.data };
      }
    }
  }
}

/** Without data it is none: a comment to keep the connection open, or an id alone. */
function eventOf(lines: readonly string[], lastId: string): { id: string; type: string; data: string | undefined } {
  const data: string[] = [];
  let [id, type] = [lastId, 'message'];
  for (const line of lines) {
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    else if (field === 'event') type = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
  return { id, type, data: data.length > 0 ? data.join('\n') : undefined };
}
