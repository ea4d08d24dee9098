import { defineConfig } from 'vite';

/** The demo game as static files for any folder; workspace packages are taken from their sources. */
export default defineConfig({
  base: './',
  resolve: { conditions: ['coinslot-source', 'module', 'browser', 'development|production'] },
  server: { host: '127.0.0.1', port: 8375, strictPort: true },
  worker: { format: 'es' },
  // Phaser alone is more than half a megabyte; the warning would only ever say so.
  build: { target: 'es2022', chunkSizeWarningLimit: 2500 },
});
