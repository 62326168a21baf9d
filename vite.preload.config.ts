import { join } from 'node:path'
import { defineConfig } from 'vite'

/** The preload as one CommonJS file: a sandboxed preload can load nothing else. */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true, external: ['electron'], target: 'node' },
  build: {
    ssr: join(import.meta.dirname, 'preload', 'electron.ts'),
    outDir: join(import.meta.dirname, 'dist', 'preload'),
    emptyOutDir: true,
    target: 'chrome134',
    minify: false,
    rolldownOptions: { output: { format: 'cjs', entryFileNames: 'electron.cjs', codeSplitting: false } },
  },
})
