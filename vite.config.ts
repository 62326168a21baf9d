import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The page, for both doors: served from the root of its origin, under a policy without inline script, style or eval. */
export default defineConfig({
  root: join(import.meta.dirname, 'renderer'),
  base: '/',
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: join(import.meta.dirname, 'dist', 'renderer'),
    emptyOutDir: true,
    // The bundled packages' licences ask to be shipped with them.
    license: { fileName: 'licenses.md' },
    target: 'chrome134',
    // An asset in a data: address would be blocked for fonts, and would hide its size for the rest.
    assetsInlineLimit: 0,
    // The browsers this runs in preload modules themselves.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
})
