import { defineConfig } from 'vite';

/** The server serves `dist` at /player/. In development the media and the API come from a server on this machine. */
export default defineConfig({
  base: '/player/',
  build: {
    target: 'es2022',
    // hls.js and dash.js are each a chunk of their own, loaded only when their protocol is shown.
    chunkSizeWarningLimit: 1000,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/streams': 'http://127.0.0.1:8083', '/time': 'http://127.0.0.1:8083' },
  },
});
