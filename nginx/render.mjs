/**
 * Fills in nginx.conf.template, or edge.conf.template. No dependencies, so that it runs before anything is installed.
 *
 *   ORIGIN=127.0.0.1:8083 OUTPUT_DIR=/var/www/streams node nginx/render.mjs /etc/nginx/nginx.conf
 *   ORIGIN=origin.example.com:8084 node nginx/render.mjs --edge /etc/nginx/nginx.conf
 *
 * Values come from the environment under the placeholders' names; without a file name the text goes to standard output.
 */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** What both templates ask for. */
const COMMON = {
  /** Whole directive for the workers' user, e.g. `user nginx;`. Empty where nginx is not started as root. */
  USER_DIRECTIVE: '',
  WORKER_PROCESSES: 'auto',
  /** Open files of one worker. By default what this machine allows, at most 65536. */
  MAX_OPEN_FILES: '',
  /** Connections of one worker, to viewers and to the origin together. By default half the files. */
  WORKER_CONNECTIONS: '',
  LISTEN_ADDRESS: '0.0.0.0',
  LISTEN_PORT: '8084',
  /** A second listener with TLS and HTTP/2; there is none without its port, certificate and key (PEM files). */
  TLS_PORT: '',
  TLS_CERTIFICATE: '',
  TLS_KEY: '',
  /** The server's own PLAYBACK_SECRET: only signed links are played then. Whoever reads the file can sign. */
  PLAYBACK_SECRET: '',
  SNIPPETS_DIR: join(here, 'snippets'),
  PID_FILE: '/run/nginx.pid',
  ERROR_LOG: '/var/log/nginx/error.log',
  ACCESS_LOG: '/var/log/nginx/access.log',
  /** Must exist; nginx makes its folders inside. */
  TEMP_DIR: '/var/lib/nginx',
};

/** What each placeholder of nginx.conf.template is when nobody says otherwise. */
export const NGINX_DEFAULTS = Object.freeze({
  ...COMMON,
  /** host:port of the Node server. */
  ORIGIN: '127.0.0.1:8083',
  OUTPUT_DIR: '/var/www/streams',
  /** Who is slowed down for asking for media that is not there: `address`, `forwarded` (behind a CDN) or `off`. */
  MISS_LIMIT: 'address',
  /** host:port that is told who watches: VIEWER_LOG_HOST and VIEWER_LOG_PORT of the Node server. Empty: nobody. */
  VIEWER_LOG: '',
});

/** The same for edge.conf.template. */
export const EDGE_DEFAULTS = Object.freeze({
  ...COMMON,
  /** host:port of the origin's nginx. */
  ORIGIN: '127.0.0.1:8084',
  /** Must exist, on a disk or, better, in memory. */
  CACHE_DIR: '/var/cache/nginx',
  CACHE_SIZE: '10g',
});

const HARMLESS = /^[^\s"';$\\{}]+$/;
const ALLOWED = {
  USER_DIRECTIVE: /^(user [\w-]+( [\w-]+)?;)?$/,
  MAX_OPEN_FILES: /^\d*$/,
  WORKER_CONNECTIONS: /^\d*$/,
  TLS_PORT: /^\d*$/,
  TLS_CERTIFICATE: /^[^\s"';$\\{}]*$/,
  TLS_KEY: /^[^\s"';$\\{}]*$/,
  MISS_LIMIT: /^(address|forwarded|off)$/,
  PLAYBACK_SECRET: /^([A-Za-z0-9+/=_.-]{16,256})?$/,
  VIEWER_LOG: /^([\w.-]+:\d+|\[[\da-fA-F:]+\]:\d+)?$/,
};

/**
 * The text of nginx.conf. Throws a RangeError for a name the template does not have, for a value that would end its
 * quotes or its directive, and for half a TLS listener.
 */
export function renderNginxConf(values = {}) {
  return render('nginx.conf.template', NGINX_DEFAULTS, values);
}

/** The text of an edge's nginx.conf; throws as renderNginxConf does. */
export function renderEdgeConf(values = {}) {
  return render('edge.conf.template', EDGE_DEFAULTS, values);
}

function render(file, defaults, values) {
  const unknown = Object.keys(values).filter((name) => !(name in defaults));
  if (unknown.length > 0) throw new RangeError(`${file} has no placeholder ${unknown.join(', ')}`);
  const settled = withDerived(checked({ ...defaults, ...values }));
  const template = readFileSync(join(here, file), 'utf8');
  return template.replace(/\$\{([A-Z_]+)\}/g, (placeholder, name) => String(settled[name] ?? placeholder));
}

function checked(settled) {
  for (const [name, value] of Object.entries(settled)) {
    const allowed = ALLOWED[name] ?? HARMLESS;
    if (!allowed.test(String(value))) throw new RangeError(`${name} cannot be ${JSON.stringify(value)} in nginx.conf`);
  }
  return settled;
}

function withDerived(settled) {
  const files = Number(settled.MAX_OPEN_FILES || Math.min(65_536, openFilesAllowed()));
  return {
    ...settled,
    MAX_OPEN_FILES: files,
    WORKER_CONNECTIONS: settled.WORKER_CONNECTIONS || Math.floor(files / 2),
    TLS_DIRECTIVES: tlsDirectives(settled),
    VIEWER_LOG_DIRECTIVE: viewerLogDirective(settled),
  };
}

/** The hard limit: asking for more than it, nginx would complain at every start and get nothing. */
function openFilesAllowed() {
  try {
    const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return Number(hard) || 65_536;
  } catch {
    return 65_536;
  }
}

/** The names before `viewers` are what src/viewers/viewer-line.ts looks for. */
function viewerLogDirective({ VIEWER_LOG }) {
  if (!VIEWER_LOG) return '';
  return `access_log syslog:server=${VIEWER_LOG},tag=lockstep,nohostname viewers if=$viewer_target_counts$viewer_starves;`;
}

function tlsDirectives({ TLS_PORT, TLS_CERTIFICATE, TLS_KEY, LISTEN_ADDRESS, SNIPPETS_DIR }) {
  const given = [TLS_PORT, TLS_CERTIFICATE, TLS_KEY].filter((value) => value !== '');
  if (given.length === 0) return '';
  if (given.length < 3) throw new RangeError('TLS_PORT, TLS_CERTIFICATE and TLS_KEY are needed together');
  return [
    `listen ${LISTEN_ADDRESS}:${TLS_PORT} ssl http2 backlog=4096;`,
    `ssl_certificate "${TLS_CERTIFICATE}";`,
    `ssl_certificate_key "${TLS_KEY}";`,
    `include "${SNIPPETS_DIR}/tls.conf";`,
  ].join('\n    ');
}

function main() {
  const [first, ...rest] = process.argv.slice(2);
  const isEdge = first === '--edge';
  const known = Object.keys(isEdge ? EDGE_DEFAULTS : NGINX_DEFAULTS).filter((name) => process.env[name] !== undefined);
  const values = Object.fromEntries(known.map((name) => [name, process.env[name]]));
  const text = isEdge ? renderEdgeConf(values) : renderNginxConf(values);
  const file = isEdge ? rest[0] : first;
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(file, text);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) main();
