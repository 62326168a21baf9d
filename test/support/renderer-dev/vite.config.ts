import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `npx vite build -c test/support/renderer-dev/vite.config.ts --outDir <dir>`, or `npx vite -c …` to work on it. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [react()],
  build: { emptyOutDir: true, assetsInlineLimit: 0 },
})
