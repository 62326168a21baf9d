import { own } from './own.ts'
import type { HostResult } from './step.ts'

/** Why it did not succeed on a host, in two or three words: `host key`, `exit 7`, `host key at bastion`; '' for success and for codes not known here. */
export function failureLabel(result: HostResult): string {
  if (result.outcome === 'succeeded') return ''
  if (result.outcome === 'unknown') return labelOf(result)
  switch (result.reason) {
    case 'exit': return `exit ${result.exitCode}`
    case 'signal': return `signal ${result.signal}`
    case 'timeout': return 'timeout'
    case 'aborted': return 'aborted'
    case 'output-limit': return 'too much output'
    case 'refused': return labelOf(result)
  }
}

function labelOf({ code, hop }: { code: string; hop?: string }): string {
  const label = own(LABELS, code) ?? ''
  return hop === undefined || label === '' ? label : code === 'ssh-jump' ? `${label} ${hop}` : `${label} at ${hop}`
}

/** Every code a result of a host can carry. */
const LABELS: Record<string, string> = {
  // Before anything was sent.
  'ssh-refused': 'refused',
  'ssh-no-route': 'no route',
  'ssh-name': 'name not found',
  'ssh-timeout': 'timeout',
  'ssh-closed': 'connection given up',
  'ssh-protocol': 'not understood as SSH',
  'ssh-algorithms': 'no common algorithm',
  'ssh-host-key-unknown': 'host key',
  'ssh-host-key-changed': 'host key',
  'ssh-host-key-revoked': 'host key',
  'ssh-revoked-keys': 'host key',
  'ssh-needs-certificate': 'host key',
  'ssh-known-hosts': 'host key',
  'ssh-auth': 'authentication',
  'ssh-auth-paused': 'authentication',
  'ssh-agent': 'authentication',
  'ssh-key-unreadable': 'authentication',
  'ssh-channel': 'no session',
  'ssh-jump': 'jump host',
  'ssh-client': 'no ssh client',
  'ssh-config': 'SSH configuration',
  'ssh-script': 'command',
  'step-sudo': 'sudo',
  'step-cwd': 'folder',
  'step-secret': 'secret',
  'secret-missing': 'secret',
  'step-not-staged': 'disk full',
  'step-never-begun': 'stopped before',
  'step-fenced': 'taken over',
  'step-stopped': 'step stopped',
  'step-kind-unknown': 'runbook',
  'host-unknown': 'runbook',
  'not-begun': 'program ended',
  'step-over': 'step over',
  'attribute-invalid': 'runbook',
  'hosts-missing': 'runbook',
  'http-request-invalid': 'runbook',
  'http-invalid-url': 'runbook',
  'http-refused': 'refused',
  'http-unreachable': 'no route',
  'http-name': 'name not found',
  'http-timeout': 'timeout',
  'http-forbidden': 'not allowed',
  'http-tls': 'certificate',
  'http-broken': 'link lost',
  'http-aborted': 'aborted',
  // Sent, and nobody can say how it ended.
  'ssh-link-lost': 'link lost, not durable',
  'ssh-flood': 'flood, cut off',
  'ssh-output-lost': 'output lost',
  'ssh-abort-unproven': 'abort not proven',
  'abort-incomplete': 'abort incomplete',
  'step-unreachable': 'link lost',
  'step-not-followed': 'link lost',
  'step-output-lost': 'output lost',
  'step-end-unheard': 'output too long',
  'step-rebooted': 'host rebooted',
  'step-supervisor-lost': 'supervisor killed',
  'step-absent': 'records gone',
  'step-not-begun': 'never arrived',
  'step-lost': 'program ended',
  'step-link-given-up': 'link lost',
}
