/**
 * Fills in nginx.conf.template. No dependencies, so that it runs before anything is installed.
 *
 *   ORIGIN=127.0.0.1:8083 OUTPUT_DIR=/var/www/streams node nginx/render.mjs /etc/nginx/nginx.conf
 *
 * Values come from the environment under the placeholders' names; without a file name the text goes to standard output.
 */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** What each placeholder is when nobody says otherwise. */
export const NGINX_DEFAULTS = Object.freeze({
  /** Whole directive for the workers' user, e.g. `user nginx;`. Empty where nginx is not started as root. */
  USER_DIRECTIVE: '',
  WORKER_PROCESSES: 'auto',
  LISTEN_ADDRESS: '0.0.0.0',
  LISTEN_PORT: '8084',
  /** host:port of the Node server. */
  ORIGIN: '127.0.0.1:8083',
  OUTPUT_DIR: '/var/www/streams',
  SNIPPETS_DIR: join(here, 'snippets'),
  PID_FILE: '/run/nginx.pid',
  ERROR_LOG: '/var/log/nginx/error.log',
  ACCESS_LOG: '/var/log/nginx/access.log',
  /** Must exist; nginx makes its folders inside. */
  TEMP_DIR: '/var/lib/nginx',
});

/**
 * The text of nginx.conf. Throws a RangeError for a name the template does not have, and for a value that would end its
 * quotes or its directive.
 */
export function renderNginxConf(values = {}) {
  const unknown = Object.keys(values).filter((name) => !(name in NGINX_DEFAULTS));
  if (unknown.length > 0) throw new RangeError(`nginx.conf.template has no placeholder ${unknown.join(', ')}`);

  const settled = { ...NGINX_DEFAULTS, ...values };
  for (const [name, value] of Object.entries(settled)) {
    const allowed = name === 'USER_DIRECTIVE' ? /^(user [\w-]+( [\w-]+)?;)?$/ : /^[^\s"';$\\{}]+$/;
    if (!allowed.test(String(value))) throw new RangeError(`${name} cannot be ${JSON.stringify(value)} in nginx.conf`);
  }
  const template = readFileSync(join(here, 'nginx.conf.template'), 'utf8');
  return template.replace(/\$\{([A-Z_]+)\}/g, (placeholder, name) => String(settled[name] ?? placeholder));
}

function main() {
  const known = Object.keys(NGINX_DEFAULTS).filter((name) => process.env[name] !== undefined);
  const text = renderNginxConf(Object.fromEntries(known.map((name) => [name, process.env[name]])));
  const file = process.argv[2];
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(file, text);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) main();
