/** Cuts a server-sent event stream (HTML standard, 9.2.6) into its messages, however the text arrives. PURE. */

export interface SentMessage {
  /** The last id that was sent, also with an earlier message. */
  readonly id: string;
  readonly data: string;
}

export class EventStreamParser {
  private rest = '';
  private id = '';
  private data: string[] = [];

  /** Takes the next text, gives every message it completes. Comments keep the connection and say nothing. */
  push(text: string): SentMessage[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.take(line));
  }

  private take(line: string): SentMessage[] {
    if (line === '') {
      const message = { id: this.id, data: this.data.join('\n') };
      const isComplete = this.data.length > 0;
      this.data = [];
      return isComplete ? [message] : [];
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'id' && !value.includes('\0')) this.id = value;
    if (field === 'data') this.data.push(value);
    return [];
  }
}
