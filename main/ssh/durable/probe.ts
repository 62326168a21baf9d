import { randomBytes } from 'node:crypto'
import type { Link } from '../link.ts'
import { clean } from '../failures.ts'
import { runScript } from '../run-script.ts'
import { wrapScript } from '../script-command.ts'
import { cksum, HELPER, HELPER_SHA } from './helper.ts'
import { ROOT } from './verbs.ts'
import { whyNoShell } from './no-shell.ts'

/** Whether a host can keep work alive by itself. Asked once a connection, before anything of a command is sent. */
export type Probe =
  /** `root` is where jobs are kept, null when its name is not plain enough for a command line. */
  | { probed: 'durable'; bootId: string; root: string | null }
  | { probed: 'plain'; why: string }
  /** The connection went while asking. */
  | { probed: 'cut' }

const ANSWER_WITHIN_MS = 20_000
const MOST_OUTPUT = 256 * 1024

/** Looks at the host (step 0 of the protocol) and leaves the helper there, whole or not at all. */
export async function probeHost(link: Link, place: string, bootIdFile: string, signal: AbortSignal): Promise<Probe> {
  const nonce = randomBytes(8).toString('hex')
  const { command, input } = wrapScript(probeScript(nonce, bootIdFile))
  const opened = await link.exec(command, signal)
  if (opened.opened === 'refused') return { probed: 'plain', why: 'it starts no shell' }
  if (opened.opened !== 'yes') return { probed: 'cut' }
  let said = ''
  let erred = ''
  await runScript({
    channel: opened.channel, ended: opened.ended, input, place, timeoutMs: ANSWER_WITHIN_MS, signal, graceMs: 1000, link,
    onOutput: (stream, bytes) => {
      if (stream === 'stdout' && said.length < MOST_OUTPUT) said += Buffer.from(bytes).toString('latin1')
      if (stream === 'stderr' && erred.length < MOST_OUTPUT) erred += Buffer.from(bytes).toString('latin1')
    },
  })
  const [, answer, rest = ''] = new RegExp(`^holdpoint ${nonce} (durable|plain) (.*)$`, 'm').exec(said) ?? []
  if (answer === undefined) return link.isAlive() && !signal.aborted ? { probed: 'plain', why: whyNoShell(erred, said) } : { probed: 'cut' }
  if (answer === 'plain') return { probed: 'plain', why: clean(rest) }
  const [, bootId, root = ''] = /^([\w.-]{1,100}) (.*)$/.exec(rest) ?? []
  return bootId !== undefined ? { probed: 'durable', bootId, root: /^\/[\w./-]{1,300}$/.test(root) ? root : null } : { probed: 'plain', why: 'it does not say which boot this is' }
}

function probeScript(nonce: string, bootIdFile: string): string {
  const end = `end-of-helper-${nonce}`
  return `umask 077
say() { printf '\\nholdpoint ${nonce} %s\\n' "$1"; exit 0; }
no() { say "plain $1"; }
[ -n "\${XDG_STATE_HOME:-\${HOME:-}}" ] || no 'it has no home folder'
r=${ROOT}
command -v setsid >/dev/null 2>&1 || no 'it has no setsid'
b=
read -r b 2>/dev/null <${bootIdFile} || b=$(sysctl -n kern.boottime 2>/dev/null | tr -cd 0-9)
[ -n "$b" ] || no 'it does not say which boot this is'
mkdir -p "$r/jobs" "$r/stage" "$r/fence" "$r/gone" 2>/dev/null || no 'its home folder is not writable'
for d in "$r" "$r/jobs" "$r/stage" "$r/fence" "$r/gone"; do [ -O "$d" ] && [ ! -L "$d" ] || no 'its folder for commands belongs to somebody else'; done
chmod 700 "$r" "$r/jobs" "$r/stage" "$r/fence" "$r/gone" 2>/dev/null && [ -w "$r/jobs" ] || no 'its home folder is not writable'
( { find "$r/gone" -type f -mtime +30 -exec rm -f {} +; find "$r/stage" -name '*.env' -type f -mmin +10 -exec rm -f {} +; for d in "$r/jobs"/*; do if [ -e "$r/gone/\${d##*/}" ]; then rm -rf "$d"; fi; done; } & ) </dev/null >/dev/null 2>&1
case $(stat -f -c %T "$r" 2>/dev/null) in nfs*|smb*|cifs*|fuse*|9p|afs*) no 'its home folder is on a network file system' ;; esac
if grep -qs '^KillUserProcesses=yes' /etc/systemd/logind.conf /etc/systemd/logind.conf.d/*.conf && [ ! -e "/var/lib/systemd/linger/$(id -un)" ]; then no 'its systemd-logind ends everything with the session (loginctl enable-linger would help)'; fi
h=$r/helper-${HELPER_SHA}
good() { set -- $(cksum <"$1" 2>/dev/null); [ "\${1:-}-\${2:-}" = ${cksum(Buffer.from(HELPER))}-${Buffer.byteLength(HELPER)} ]; }
if [ ! -O "$h" ] || [ -L "$h" ] || ! good "$h"; then
cat >"$h.$$" 2>/dev/null <<'${end}'
${HELPER}${end}
good "$h.$$" && mv -f "$h.$$" "$h" || { rm -f "$h.$$"; no 'its home folder takes no files (full, or over quota)'; }
fi
say "durable $b $r"
`
}
