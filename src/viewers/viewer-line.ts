/** One line of nginx's viewer log, as it comes by syslog (`log_format viewers` in nginx.conf.template). PURE. */

export interface ViewerLine {
  readonly status: number;
  /** Of the body, as sent. */
  readonly bytes: number;
  /** The origin was asked; otherwise nginx had it on disk, or refused by itself. */
  readonly askedOrigin: boolean;
  readonly address: string;
  /** Path and query as the client sent them. */
  readonly target: string;
  /** The values of the CMCD headers, joined by commas. */
  readonly cmcd: string;
  readonly userAgent: string;
}

/** What nginx calls itself in syslog; before it is a priority and a date that nobody needs. */
const TAG = 'lockstep: ';
const FIELDS = 10;
const LONGEST = 16_384;

/** Undefined for anything else: whoever can reach the port can send to it. */
export function parseViewerLine(datagram: string): ViewerLine | undefined {
  if (datagram.length > LONGEST) return undefined;
  const start = datagram.indexOf(TAG);
  if (start < 0) return undefined;
  const fields = datagram.slice(start + TAG.length).split('\t');
  if (fields.length !== FIELDS) return undefined;
  const [status, bytes, upstream, address, target, ...rest] = fields as [string, string, string, string, string];
  if (!/^[1-5]\d\d$/.test(status) || !/^\d{1,15}$/.test(bytes) || !target.startsWith('/')) return undefined;
  const [userAgent = '', ...cmcd] = (rest as string[]).reverse();
  return {
    ...{ status: Number(status), bytes: Number(bytes), askedOrigin: upstream !== '-', address, target, userAgent },
    cmcd: cmcd
      .map(unescaped)
      .filter((value) => value !== '' && value !== '-')
      .join(','),
  };
}

/** nginx writes what could break a line as \xHH. */
const unescaped = (text: string): string =>
  text.replace(/\\x([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
