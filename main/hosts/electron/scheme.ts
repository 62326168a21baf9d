import { securityHeaders } from '../headers.ts'
import type { StaticFiles } from '../static-files.ts'
import { pageOrigin, scheme } from './platform.ts'
import type { Platform } from './platform.ts'

/** Before `ready`. With supportFetchAPI but without corsEnabled other origins could read our pages (CVE-2026-70604). */
export function registerScheme(protocol: Platform['protocol']): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true } }])
}

/** Serves the built renderer as app://holdpoint/, from the same closed list of files as the browser host. */
export function serveScheme(protocol: Platform['protocol'], files: StaticFiles): void {
  protocol.handle(scheme, (request) => {
    const url = new URL(request.url)
    const file = `${url.protocol}//${url.host}` === pageOrigin && request.method === 'GET' ? files.get(url.pathname) : undefined
    if (file === undefined) return new Response('Not found.', { status: 404, headers: { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8' } })
    return new Response(new Uint8Array(file.body), { headers: { ...securityHeaders, 'content-type': file.type } })
  })
}
