/** What an attacker would try, as values for fast-check. docs/security.md lists the kinds. */
import fc from 'fast-check';

/** Addresses of nobody's business, in every way to write them. */
export const INNER_HOSTS = [
  ...[
    '127.0.0.1',
    '127.1',
    '0',
    '0.0.0.0',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0x7f.1',
    'localhost',
    'LOCALHOST.',
  ],
  ...[
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1%25eth0]',
  ],
  ...[
    '169.254.169.254',
    '[fd00:ec2::254]',
    '[::ffff:a9fe:a9fe]',
    '10.0.0.1',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
  ],
];

/** A source, or a part of one, that must never be opened. */
const FORBIDDEN_SOURCES = [
  ...[
    'concat:/etc/passwd|/etc/shadow',
    'concatf:/etc/passwd',
    'subfile,,start,0,end,9,,:/etc/passwd',
    'data:,x',
    'pipe:0',
    'fd:3',
  ],
  ...[
    'tee:/tmp/lockstep-fuzz',
    'async:/etc/passwd',
    'cache:/etc/passwd',
    'crypto:/etc/passwd',
    'crypto+http://example.com/a',
  ],
  ...[
    'ftp://example.com/a',
    'sftp://example.com/a',
    'smb://example.com/a',
    'gopher://example.com/',
    'unix:/run/docker.sock',
  ],
  ...[
    'lavfi:testsrc',
    'ipfs://x',
    'rtmpt://example.com/a/b',
    'icecast://example.com',
    'javascript:alert(1)',
    'httpproxy://example.com:80/x',
  ],
  ...[
    '-i /etc/passwd',
    '-f',
    '--help',
    '-filter_complex movie=/etc/passwd',
    '@/etc/passwd',
    '|id',
    '$(id)',
    '`id`',
    ';id',
    '&&id',
  ],
  ...[
    'file:///etc/passwd',
    'file:/etc/passwd',
    'file:///proc/self/environ',
    'file://localhost/etc/passwd',
    'file:///dev/zero',
  ],
  ...[
    'file:///MEDIA/../canary',
    'file:///MEDIA/%2e%2e/canary',
    'file:///MEDIA/..%2fcanary',
    'file:///MEDIA/link',
    'file://evil.example/x',
  ],
  ...[
    'file:///etc/passwd%00.mp4',
    'http://a\u0000b/',
    'http://example.com/\r\nX: y',
    'http://example.com/ -i /etc/passwd',
  ],
  ...[
    'tcp://127.0.0.1:22?listen=0',
    'tcp://127.0.0.1:22?listen&listen=0',
    'srt://127.0.0.1:22?mode=listener&mode=caller',
  ],
  ...[
    'rtmp://',
    'rtmp:///',
    'http://',
    'http://%31%32%37.0.0.1/',
    'http://a%2f@127.0.0.1/',
    'http://example.com\\@127.0.0.1/',
  ],
  ...[
    'http://[::1',
    'http://example.com:99999999/',
    'test:?size=99999x99999',
    'test:?x=[out0];movie=/etc/passwd',
    'test:,movie=/etc/passwd',
  ],
];

const NAUGHTY = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'null',
    'undefined',
    'NaN',
    'true',
    '',
    ' ',
    '.',
    '..',
  ],
  ...[
    '../../etc/passwd',
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e%2f',
    '....//',
    '/etc/passwd',
    'a/../../b',
    'C:\\windows',
    'con',
    '.hidden',
    '~root',
  ],
  ...[
    "' OR 1=1 --",
    '"; DROP TABLE streams; --',
    '<script>alert(1)</script>',
    '{{7*7}}',
    '${7*7}',
    '%s%s%n',
    '*',
    '(((((((((((((((a*)*)*)*)*',
  ],
  ...[
    'textfile=/etc/passwd',
    "':textfile=/etc/passwd:x='",
    '%{metadata\\:a}',
    '[v0]movie=/etc/passwd[v1]',
    "\\\\';[0:v]",
    'a\u0000b',
    'a\r\nb: c',
  ],
  ...[
    '\u202egnp.exe',
    '\ufeff',
    '\ud800',
    '\uffff',
    'ａｄｍｉｎ',
    'K',
    'ı',
    '👩‍👩‍👧‍👦'.repeat(20),
    'é'.repeat(300),
    'A'.repeat(70_000),
  ],
  ...['events', 'settings', 'health', 'metrics', '-1', '0', '1e309', '9007199254740993', '0x10', '１'],
];

export const hostileSource = fc.oneof(
  fc.constantFrom(...FORBIDDEN_SOURCES),
  fc
    .tuple(
      fc.constantFrom('rtmp', 'rtmps', 'rtsp', 'rtsps', 'srt', 'tcp', 'http', 'https', 'HTTP'),
      fc.constantFrom('', 'user@', 'user:word@', 'example.com@', 'a@b@'),
      fc.constantFrom(...INNER_HOSTS),
      fc.constantFrom('', ':80', ':22/x', '/a?b=c#d', ':8083/streams'),
    )
    .map((parts) => `${parts[0]}://${parts[1]}${parts[2]}${parts[3]}`),
  fc.webUrl().map((url) => url.replace(/^https?:\/\/[^/]*/, 'ftp://nowhere.invalid')),
);

export const hostileText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAUGHTY) },
  { weight: 3, arbitrary: hostileSource },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
);

const deep = (depth: number): unknown => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 1);

/** Any JSON, with a taste for what programs trip over. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: hostileText },
  { weight: 2, arbitrary: fc.array(hostileText, { maxLength: 12 }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  fc.constantFrom(-1, 0, 0.1, 1e308, -0, 2 ** 53, null, true, false, {}, [], deep(2_000), Array(5_000).fill('x')),
  fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'url', 'name', 'height', 'polluted'), hostileText),
);

/** A path segment or a query value, as it is put on the wire: escaped like a browser's, or hardly at all. */
export const onTheWire = fc.oneof(
  { weight: 6, arbitrary: hostileText.map((text) => encodeURIComponent(Buffer.from(text).toString()).slice(0, 4_000)) },
  { weight: 1, arbitrary: hostileText.map((text) => text.replace(/[\s?#]/g, '').slice(0, 4_000)) },
);
