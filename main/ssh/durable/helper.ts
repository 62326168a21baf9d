import { createHash } from 'node:crypto'

/**
 * The remote half of the durable protocol: POSIX sh, nothing installed. It runs under dash, bash and busybox ash, and is
 * kept on the host as `helper-<sha>` so that a job is always looked after by the helper that began it.
 *
 *     sh helper stay                                                            stdin: calls, one after another, as below
 *     sh helper go     NONCE BOOTFILE JOB OUT ERR  RUN TOKEN BOOT CKSUM BYTES LINES HIDDEN   stdin: the command's text
 *     sh helper follow NONCE BOOTFILE JOB OUT ERR  RUN TOKEN
 *     sh helper stop   NONCE BOOTFILE JOB GRACE    RUN TOKEN
 *     sh helper ack    NONCE BOOTFILE JOB          RUN TOKEN
 *     sh helper fence  NONCE BOOTFILE RUN TOKEN
 *     sh helper list   NONCE BOOTFILE all
 *     sh helper clear  NONCE BOOTFILE JOB ENDED    RUN TOKEN
 *
 * Staging, launch and the first read share one round trip, and nearly nothing is forked: builtins read and write all
 * records. A launch stages a copy of the command of its own, `stage/JOB.NONCE`, and checks it whole; then its supervisor
 * makes the folder `jobs/JOB`. That mkdir is the exec-once gate: `go` may be sent any number of times, and the one that
 * wins runs the copy it has checked. In the folder stand `sup` and `cmd` (pid and start time), `out`, `err`, and at the end
 * `rc`, tried until the disk takes it. Each record is one line ended by a dot: half a line counts as none. Replies are lines
 * after `holdpoint NONCE BOOT`; `data STREAM OFFSET BYTES` is followed by that many bytes and a newline.
 *
 * Who follows is asked by the client, a line of stdin each time, and tells what is new since. A command that is over before
 * the first question is told by its supervisor; whoever of the two makes `told.NONCE` tells, the other is silent. Later the supervisor only gives a
 * sign on stderr, and the client asks. Once it has heard the end it says `leave`.
 *
 * A helper that stays answers the next call on the same channel, so that a connection pays for a login shell once and not
 * with each command. Each call has a process of its own, which nothing of the one before reaches; only a call that went
 * well is followed by another, so that what was not read of a command's text is never taken for a call.
 *
 * - Alive means: same pid, same start time, and not a zombie.
 * - A machine whose token is below the fence launches nothing, and neither stops nor forgets what another one follows now.
 * - The fence is looked at after the gate has been taken, and a takeover raises the fence before it looks at gates, so one
 *   of the two always sees the other.
 * - The supervisor is nobody's child and is deaf to HUP, INT and TERM; the command has a session of its own.
 * - Forgetting a job leaves a file in `gone`, made before the job is removed and looked at after the gate: a launch that was held
 *   up on its way and arrives after the end finds it and runs nothing, and half a job is none. It holds the end, for another
 *   machine that was following too. The probe sweeps.
 * - A command is stopped when its output passes HOLDPOINT_OUTPUT_LIMIT bytes (1 GiB), or is long (64 MiB) and leaves less
 *   than 256 MiB of the disk. The first one who follows it, or whose client has gone, sets a watch.
 * - Only the account can read what is kept: jobs, stage, fence and gone are 0700, and so is each job.
 * - umask, folder and environment of the command are the login's own. It is a background job of a shell without job
 *   control, so SIGINT and SIGQUIT are ignored in it, as POSIX asks.
 * - A command's text and output are never arguments of anything.
 * - The first HIDDEN bytes of the text set variables whose values are secrets. They are staged apart, 0600, and removed when
 *   they have been read, before the command begins. Whoever loses the gate removes its copy; the probe sweeps up after a
 *   launch that was killed in between.
 */
export const HELPER = `#!/bin/sh
set -u
R=\${XDG_STATE_HOME:-$HOME/.local/state}/holdpoint
here=$PWD
L=\${HOLDPOINT_OUTPUT_LIMIT:-1073741824}
case $L in *[!0-9]*) L=1073741824 ;; esac

boot() {
  B=
  read -r B 2>/dev/null <"$bootfile" || B=$(sysctl -n kern.boottime 2>/dev/null | tr -cd 0-9)
  [ -n "$B" ] || B=unknown
}

# look PID: its state Z, parent P, group G, session S and start time T. The name in stat may hold anything: only what
# follows its last bracket is read.
look() {
  l= Z= P= G= S= T=
  if [ -r /proc/self/stat ]; then
    { while read -r x; do l=$x; done <"/proc/$1/stat"; } 2>/dev/null
    [ -n "$l" ] || return 1
    set -- \${l##*) }
    [ $# -ge 20 ] || return 1
    Z=$1 P=$2 G=$3 S=$4 T=\${20}
  else
    set -- $(ps -o stat= -o ppid= -o pgid= -o lstart= -p "$1" 2>/dev/null)
    [ $# -ge 4 ] || return 1
    Z=$1 P=$2 G=$3 S=$3; shift 3; T=$(echo "$*" | tr ' ' _)
  fi
  case $Z in Z*|X*) return 1 ;; esac
}
alive() { look "$1" && [ "$T" = "$2" ]; }

bytes() { n=0; if [ -s "$1" ]; then n=$(wc -c <"$1") || n=0; n=$((n)); fi; }
# put FILE LINE: in one write, ended by a dot. False when the disk does not take it.
put() { { printf '%s .\\n' "$2" >"$1"; } 2>/dev/null; }
# mark FILE: an empty file, which a full disk takes too.
mark() { { :; } 2>/dev/null >"$1"; }
# claim FILE: mark, for whoever is first.
claim() { set -C; mark "$1"; x=$?; set +C; return $x; }
nap() { sleep "$1" 2>/dev/null || sleep 1; }
# self: this very process in me, its start time in T.
self() {
  if [ -r /proc/self/stat ]; then look self; me=\${l%% *}
  else me=$(exec sh -c 'echo $PPID'); look "$me"
  fi
}
highest() {
  F=0
  for f in "$R/fence/$1"/*; do
    f=\${f##*/}
    case $f in ''|*[!0-9]*) ;; *) if [ "$f" -gt "$F" ]; then F=$f; fi ;; esac
  done
}

# over CODE: a launch that begins nothing leaves no secrets.
over() { if [ -n "$env" ]; then rm -f "$env"; fi; exit "$1"; }

# Runs detached: takes the gate, starts the command, waits for it, writes down how it ended and tells it. 7 and 8 lead to the client.
supervise() {
  trap : HUP INT TERM
  mkdir -m 700 "$D" 2>/dev/null || over 0
  if [ -e "$R/gone/$job" ]; then rmdir "$D"; rm -f "$3"; over 0; fi
  cd "$D" || over 1
  self
  i=0
  until put sup "$me $T $B $2"; do
    i=$((i+1)); [ $i -lt 8 ] || over 1
    sleep 1
  done
  highest "$1"
  if [ "$F" -gt "$2" ]; then until put rc "fenced $F 0 0"; do sleep 1; done; over 0; fi
  (
    cd "$here" 2>/dev/null || cd "\${HOME:-/}" 2>/dev/null || cd /
    unset OLDPWD
    HOLDPOINT_JOB=$job; export HOLDPOINT_JOB
    if [ -n "$env" ]; then
      x=$(head -c "$hidden" "$env"); rm -f "$env"
      if [ -e "$env" ]; then echo 'holdpoint: secret: it cannot be removed from the disk again; nothing was run' >&2; exit 95; fi
      eval "$x"
    fi
    exec setsid /bin/sh "$3"
  ) </dev/null >out 2>err 7>&- 8>&- &
  C=$!
  trap '' HUP INT TERM PIPE
  look $C
  put cmd "$C \${T:-0}"
  wait $C; code=$?
  k=exit
  for x in limit room; do if [ -e $x ]; then k=$x; fi; done
  # Who has ended it may still be ending its children.
  i=0
  while [ $k != exit ] && [ ! -e swept ] && [ $i -lt 600 ]; do nap .1; i=$((i+1)); done
  bytes out; ro=$n; bytes err; re=$n
  until put rc "$k $code $ro $re"; do sleep 1; done
  o=$4 e=$5
  if claim told.$nonce; then tell >&7; else echo end >&8; fi
}

# Set once a job: ends what the command runs when it prints without end. Looks once a second, and more often while much comes.
watch() {
  trap '' HUP INT TERM PIPE
  { read -r c ct dot <cmd; } 2>/dev/null
  [ "$dot" = . ] && claim watched || exit 0
  last=0 w=1
  while nap $w; alive "$c" "$ct"; do
    bytes out; all=$n; bytes err; all=$((all+n))
    why= free=
    if [ $all -gt $L ]; then why=limit
    elif [ $all -gt 67108864 ] && [ $all -gt $last ]; then
      free=$(df -kP . 2>/dev/null | while read -r x x x f x; do echo "$f"; done | tail -n 1)
      case $free in ''|*[!0-9]*) ;; *) if [ "$free" -lt 262144 ]; then why=room; fi ;; esac
    fi
    w=1
    if [ $((all-last)) -gt 33554432 ]; then w=.1; fi
    last=$all
    if [ -n "$why" ]; then
      until mark $why; do sleep 1; done
      finish 5
      mark swept
      return
    fi
  done
}

# What is known of the job, in s; how it ended in k, code, ro and re once it is done. Its folder is the current one.
state() {
  k= dot=
  if [ -s rc ]; then { read -r k code ro re dot <rc; } 2>/dev/null; fi
  if [ "$dot" = . ]; then s=done; return; fi
  p= pt= pb= pk= dot=
  { read -r p pt pb pk dot <sup; } 2>/dev/null
  if [ "$dot" != . ]; then s=starting
  elif [ "$pb" != "$B" ]; then s=rebooted
  elif alive "$p" "$pt"; then s=running
  else
    dot=
    if [ -s rc ]; then { read -r k code ro re dot <rc; } 2>/dev/null; fi
    if [ "$dot" = . ]; then s=done; return; fi
    s=lost c= ct= cdot=
    { read -r c ct cdot <cmd; } 2>/dev/null
    if [ "$cdot" = . ]; then if alive "$c" "$ct"; then s=orphan; fi
    else ours; if [ -n "$O" ]; then s=orphan; fi
    fi
  fi
}

# send STREAM FROM TO: everything between the two offsets, or to the end of the file as it is now; q is where it stopped.
send() {
  q=$2
  [ -s "$1" ] || return 0
  if [ "$3" = - ]; then bytes "$1"; else n=$3; fi
  a=$((n-q))
  [ $a -gt 0 ] || return 0
  printf 'data %s %s %s\\n' "$1" "$q" "$a"
  if [ "$q" = 0 ]; then head -c $a "$1"; else tail -c +$((q+1)) "$1" | head -c $a; fi
  printf '\\n'
  q=$n
}

# What came after the end was written down: a background child may still be writing.
late() {
  bytes "$1"
  a=$((n-$2))
  [ $a -gt 0 ] || return 0
  [ $a -le 65536 ] || a=65536
  printf 'late %s %s %s\\n' "$1" "$2" "$a"
  tail -c +$(($2+1)) "$1" | head -c $a
  printf '\\n'
}

# What is left to tell of a job that is over, from o and e on.
tell() {
  send out "$o" "$ro"; o=$q
  send err "$e" "$re"; e=$q
  if [ "$o" -lt "$ro" ] || [ "$e" -lt "$re" ]; then echo short; fi
  if [ "$k" = exit ]; then late out "$ro"; late err "$re"; fi
  echo "done $k $code $ro $re"
}

# next: this call is answered, and another may come.
next() { exit $after; }

# Waits until the client asks again. With nobody there to ask it looks once a second, until nobody is there to be told either.
asked() {
  x=
  if [ $deaf = 1 ]; then nap 1; elif ! read -r x; then deaf=1; fi
  if [ "$x" = leave ]; then next; fi
}

# follow OUT ERR LAUNCHED: tells everything from these offsets on until the end.
follow() {
  o=$1 e=$2 tells=1 pending=0 told= turn=0 s=absent deaf=0
  if [ $3 = 1 ]; then tells=0; asked; fi
  while :; do
    if [ $s != absent ] || cd "$D" 2>/dev/null; then
      if [ $tells = 0 ] && claim told.$nonce; then tells=1; fi
      state
    fi
    # Looked at last: what was seen before in a folder that is being removed says nothing.
    if [ $s != done ] && [ -e "$R/gone/$job" ]; then
      dot=
      if [ $s != absent ]; then { read -r k code ro re dot <"$R/gone/$job"; } 2>/dev/null; fi
      if [ "$dot" = . ]; then tell; else echo absent; fi
      exit 0
    fi
    case $tells$s in
    1done) tell; next ;;
    0*)
      # Told by the supervisor, unless it was killed before or while it did so: a client that goes on asking then comes again.
      p= pt=
      { read -r p pt x <sup; } 2>/dev/null
      if [ $s != done ] || ! alive "$p" "$pt"; then pending=$((pending+1)); fi
      if [ $s$deaf = done1 ]; then exit 0; fi
      if [ $pending -gt 50 ]; then if [ $s = absent ]; then echo absent; fi; exit 0; fi ;;
    1rebooted|1lost) send out "$o" -; send err "$e" -; echo "lost $s"; exit 0 ;;
    1absent|1starting)
      pending=$((pending+1))
      if [ $s = absent ] && [ $3 = 0 ]; then echo absent; exit 0; fi
      if [ $pending -gt 50 ]; then if [ $s = absent ]; then echo absent; else echo 'lost lost'; fi; exit 0; fi ;;
    *)
      if [ ! -e watched ]; then ( watch </dev/null >/dev/null 2>&1 & ); fi
      send out "$o" -; o=$q
      send err "$e" -; e=$q
      if [ "$told" != $s ]; then echo "started $s"; told=$s; fi ;;
    esac
    turn=$((turn+1))
    # A line now and then: with nobody left to read it, this shell ends. Never where the supervisor may be telling: it
    # would stand in the middle of the output.
    if [ $tells$((turn%5)) = 10 ]; then echo beat || exit 0; fi
    asked
  done
}

# fenced: true when another machine has taken the run over from this caller.
fenced() { highest "$run"; [ "$F" -gt "$token" ]; }

# Forgets a job that is over.
ack() {
  if fenced; then echo kept; return; fi
  if cd "$D" 2>/dev/null; then state; fi
  if [ "\${s-}" != done ] || ! put "$R/gone/$job" "$k $code $ro $re"; then mark "$R/gone/$job" || { echo kept; return; }; fi
  if cd / && rm -rf "$D" "$R/stage/$job".*; then echo acked; else echo kept; fi
}

# copy LINES BYTES: so many lines of stdin to the copy, without a process of its own. True when all of it came and was taken.
copy() {
  i=0 a=0
  while [ $i -lt "$1" ]; do
    x=
    IFS= read -r x || return 1
    printf '%s\\n' "$x" || return 1
    i=$((i+1)) a=$((a+\${#x}+1))
  done 2>/dev/null >"$copy"
  [ $a = "$2" ]
}

# Stages the command and launches it, unless it was before. Sets launched. LINES is 0 for what is long or more than plain ASCII.
stage() {
  run=$1 token=$2 want=$3 sum=$4 len=$5 lines=$6 hidden=\${7:-0} launched=0 env=
  if [ -e "$R/gone/$job" ]; then head -c "$len" >/dev/null; echo absent; exit 0; fi
  if [ -d "$D" ]; then head -c "$len" >/dev/null; return; fi
  if [ "$B" != "$want" ]; then echo 'lost rebooted'; exit 0; fi
  if fenced; then echo "fenced $F"; exit 0; fi
  # After a takeover each launch also tells hosts that could not be told before.
  if [ "$token" -gt 1 ] && [ "$F" != "$token" ]; then mkdir -p "$R/fence/$run/$token" || { echo 'unstaged the fence could not be raised'; exit 0; }; fi
  copy=$R/stage/$job.$nonce
  if [ "$lines" = 0 ]; then
    x=$copy
    if [ "$hidden" -gt 0 ]; then x=$copy.env env=$x; ( umask 077; mark "$x" ); fi
    { head -c "$len" >"$x"; } 2>/dev/null
    set -- $(cksum 2>/dev/null <"$x")
    if [ "\${1:-}-\${2:-}" = "$sum-$len" ]; then launched=1; fi
    if [ -n "$env" ]; then tail -c +$((hidden+1)) "$env" 2>/dev/null >"$copy" || launched=0; fi
  elif copy "$lines" "$len"; then launched=1
  fi
  if [ $launched = 0 ]; then rm -f "$copy" "$copy.env"; echo 'unstaged the command did not arrive whole; the disk may be full'; exit 0; fi
}

# The job's processes that are alive, in O: its group, its session, those that carry its name, and their children.
ours() {
  O= c= ct= cdot=
  # Whatever ran before a reboot is gone, and its numbers are other processes' now.
  if [ "\${s-}" = rebooted ]; then return; fi
  { read -r c ct cdot <cmd; } 2>/dev/null
  [ "$cdot" = . ] || c=-
  # A number used again by another process says nothing about the group any more.
  if [ $c != - ] && look "$c" && [ "$T" != "$ct" ]; then c=-; fi
  if [ ! -d /proc/self ]; then
    O=$(ps -A -o pid= -o pgid= -o stat= | while read -r p g z; do case $z in Z*) ;; *) if [ "$g" = "$c" ]; then echo "$p"; fi ;; esac; done)
    return
  fi
  named=" $(grep -l "HOLDPOINT_JOB=$job" /proc/[0-9]*/environ 2>/dev/null | tr '\\n' ' ') "
  more=1
  while [ $more = 1 ]; do
    more=0
    for d in /proc/[0-9]*; do
      p=\${d#/proc/}
      case " $O $$ " in *" $p "*) continue ;; esac
      look "$p" || continue
      mine=0
      if [ "$G" = "$c" ] || [ "$S" = "$c" ]; then mine=1; fi
      case $named in *" /proc/$p/environ "*) mine=1 ;; esac
      case " $O " in *" $P "*) mine=1 ;; esac
      if [ $mine = 1 ]; then O="$O $p"; more=1; fi
    done
  done
}
signal() { for p in $O; do kill -s "$1" "$p" 2>/dev/null; done; }

# finish GRACE: TERM, so many seconds, KILL. What is left then is in O.
finish() {
  ours
  signal TERM; signal CONT
  i=0
  while ours; [ -n "$O" ] && [ $i -lt $(($1*5)) ]; do nap .2; i=$((i+1)); if [ $((i%10)) = 0 ]; then echo beat; fi; done
  i=0
  while ours; [ -n "$O" ] && [ $i -lt 15 ]; do signal KILL; nap .2; i=$((i+1)); done
}

# Ends a job, and tells what is left. What a command that has ended by itself left running is not touched. A job that was not begun is kept from ever beginning by its gate.
stop() {
  grace=$1
  if fenced; then echo 'stopped fenced 0'; exit 0; fi
  if [ -e "$R/gone/$job" ]; then echo 'stopped never 0'; exit 0; fi
  rm -f "$R/stage/$job".*.env
  # Also where nothing has arrived yet: a launch that is still on its way then finds the gate taken.
  if mkdir -m 700 "$D" 2>/dev/null; then
    cd "$D" && until put rc 'never 0 0 0'; do sleep 1; done
    echo 'stopped never 0'; exit 0
  fi
  cd "$D" 2>/dev/null || { echo unstopped; exit 0; }
  i=0
  while [ ! -s cmd ] && [ ! -s rc ] && [ $i -lt 50 ]; do nap .1; i=$((i+1)); done
  state
  if [ $s = done ] && [ "$k" = never ]; then echo 'stopped never 0'; exit 0; fi
  if [ $s = done ] && [ ! -e stopping ]; then echo 'stopped ended 0'; exit 0; fi
  # Asked for twice when the first answer was lost: it is the stop that ended it, not the command itself.
  until mark stopping; do sleep 1; done
  finish "$grace"
  set -- $O
  echo "stopped running $# $*"
}

fence() {
  mkdir -p "$R/fence/$job/$1" || { echo unfenced; exit 0; }
  highest "$job"
  for d in "$R/jobs/r$job-"*; do
    if [ -e "$R/gone/\${d##*/}" ]; then continue; fi
    cd "$d" 2>/dev/null || continue
    state; echo "job \${d##*/} $s"
  done
  echo "fence $F"
}

# list: every job's folder, how old in seconds by the host's own clock, how many bytes of output, and whether it lives.
list() {
  now=$(date +%s)
  for d in "$R/jobs"/*; do
    cd "$d" 2>/dev/null || continue
    job=\${d##*/}
    state
    bytes out; a=$n; bytes err; a=$((a+n))
    t=$(stat -c %Y . 2>/dev/null || stat -f %m . 2>/dev/null)
    echo "job $job $s $((now-\${t:-now})) $a"
  done
  echo listed
}

# clear ENDED: what a person asks to be removed. Only a job that is over goes; one that nobody saw end only with ENDED 1, once its run has ended.
clear() {
  if cd "$D" 2>/dev/null; then
    state
    case $s$1 in done*|lost1|rebooted1) ;; *) echo "kept $s"; return ;; esac
  fi
  ack
}

# serve VERB NONCE BOOTFILE JOB…: one call.
serve() {
  verb=$1 nonce=$2 bootfile=$3 job=$4
  D=$R/jobs/$job
  boot
  # A login may have printed something without ending its line.
  printf '\\nholdpoint %s %s\\n' "$nonce" "$B"
  case $verb in
  go)
    o=$5 e=$6; shift 6
    stage "$@"
    # Twice forked: nothing that is killed with this shell is above the supervisor.
    if [ $launched = 1 ]; then ( supervise "$run" "$token" "$copy" "$o" "$e" </dev/null 7>&1 8>&2 >/dev/null 2>&1 & ); fi
    exec 2>/dev/null
    follow "$o" "$e" $launched ;;
  follow) run=$7 token=$8; exec 2>/dev/null; follow "$5" "$6" 0 ;;
  stop) run=$6 token=$7; stop "$5" ;;
  ack) run=$5 token=$6; ack; next ;;
  fence) fence "$5" ;;
  list) list ;;
  clear) run=$6 token=$7; clear "$5" ;;
  esac
}

after=0
if [ "$1" != stay ]; then serve "$@"; exit; fi
after=10
while read -r line; do
  # Said to a call that had ended by itself just then.
  case $line in '?'|leave) continue ;; esac
  ( serve $line )
  [ $? = $after ] || exit 0
done
`

export const HELPER_SHA = createHash('sha256').update(HELPER).digest('hex').slice(0, 16)

/** POSIX cksum: CRC-32 of the bytes and their count, as the cksum utility prints its first number. */
export function cksum(bytes: Uint8Array): number {
  let crc = 0
  const add = (byte: number): void => {
    crc = ((crc << 8) ^ (CRC[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0
  }
  for (const byte of bytes) add(byte)
  for (let length = bytes.byteLength; length > 0; length = Math.floor(length / 256)) add(length & 0xff)
  return ~crc >>> 0
}

const CRC = Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc >>> 0
})
