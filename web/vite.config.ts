import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const page = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const api = 'http://127.0.0.1:8083';

/**
 * Two pages: the console at `/` and the player at `/player/`. In development the media and the API come from a server on
 * this machine.
 */
export default defineConfig({
  build: {
    target: 'es2022',
    // nginx shows viewers /player/ and nothing else of the origin: whatever the player needs lies there.
    assetsDir: 'player/assets',
    rolldownOptions: { input: { console: page('index.html'), player: page('player/index.html') } },
    // hls.js and dash.js are each a chunk of their own, loaded only when their protocol is shown.
    chunkSizeWarningLimit: 1000,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/streams', '/time', '/whoami', '/ladder', '/viewers', '/capacity'].map((path) => [path, api]),
    ),
  },
});
