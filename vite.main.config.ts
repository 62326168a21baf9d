import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vite'

const project = import.meta.dirname

/** Electron's main process in one folder: our code and the pure packages bundled, native ones left to node_modules. */
export default defineConfig({
  publicDir: false,
  // Beside dist/main as resources/ is beside main/, so that one relative path finds them from both.
  plugins: [{ name: 'copy-resources', closeBundle: () => ['examples', 'template'].forEach((name) => cpSync(join(project, 'resources', name), join(project, 'dist', 'resources', name), { recursive: true })) }],
  ssr: { noExternal: true, external: ['electron', 'better-sqlite3', 'ssh2'], target: 'node' },
  build: {
    ssr: join(project, 'main', 'electron.ts'),
    outDir: join(project, 'dist', 'main'),
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    // The bundled packages' licences ask to be shipped with them.
    license: { fileName: 'licenses.md' },
    rolldownOptions: { output: { format: 'es', entryFileNames: 'electron.js', chunkFileNames: '[name]-[hash].js' } },
  },
})
