import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Problem } from '#domain/problem.ts'

export interface StaticFile {
  type: string
  body: Buffer
}

/** Keyed by the exact URL path, `/assets/index-3f2a.js`. */
export type StaticFiles = ReadonlyMap<string, StaticFile>

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
}

/**
 * The built renderer, read once. Requests are looked up in this map and never touch the disk, so no path in a request
 * can reach another file; links and unknown kinds of file are left out. `/` is the index page.
 */
export function readStaticFiles(folder: string): StaticFiles {
  const files = new Map<string, StaticFile>()
  const visit = (path: string, url: string): void => {
    for (const name of readdirSync(path)) {
      const full = join(path, name)
      const stat = lstatSync(full)
      const type = types[extname(name).toLowerCase()]
      if (stat.isDirectory()) visit(full, `${url}${name}/`)
      else if (stat.isFile() && type !== undefined) files.set(`${url}${name}`, { type, body: readFileSync(full) })
    }
  }
  try {
    visit(folder, '/')
  } catch (thrown) {
    throw notBuilt(folder, thrown)
  }
  const index = files.get('/index.html')
  if (index === undefined) throw notBuilt(folder)
  return files.set('/', index)
}

function notBuilt(folder: string, cause?: unknown): Problem {
  return new Problem('renderer-missing', `The pages of Holdpoint are not in ${folder}.`, 'Nothing was started. Run `npm run build` in the project, then start Holdpoint again.', cause)
}
