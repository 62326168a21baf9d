import { createHash } from 'node:crypto'

/**
 * The remote half of the durable protocol: POSIX sh, nothing installed. It runs under dash, bash and busybox ash, and is
 * kept on the host as `helper-<sha>` so that a job is always looked after by the helper that began it.
 *
 *     sh helper go     NONCE BOOTFILE JOB OUT ERR  RUN TOKEN BOOT CKSUM BYTES LINES HIDDEN   stdin: the command's text, then `ack`
 *     sh helper follow NONCE BOOTFILE JOB OUT ERR  RUN TOKEN                    stdin: `ack`
 *     sh helper stop   NONCE BOOTFILE JOB GRACE    RUN TOKEN
 *     sh helper ack    NONCE BOOTFILE JOB          RUN TOKEN
 *     sh helper fence  NONCE BOOTFILE RUN TOKEN
 *
 * Staging, launch and the first read share one round trip, and nearly nothing is forked: builtins read and write all
 * records. A launch stages a copy of the command of its own, `stage/JOB.PID`, and checks it whole; then its supervisor
 * makes the folder `jobs/JOB`. That mkdir is the exec-once gate: `go` may be sent any number of times, and the one that
 * wins runs the copy it has checked. In the folder stand `sup` and `cmd` (pid and start time), `out`, `err`, and at the end
 * `rc`, tried until the disk takes it. Each record is one line ended by a dot: half a line counts as none. Replies are lines
 * after `holdpoint NONCE BOOT`; `data STREAM OFFSET BYTES` is followed by that many bytes and a newline.
 *
 * - Alive means: same pid, same start time, and not a zombie.
 * - A machine whose token is below the fence launches nothing, and neither stops nor forgets what another one follows now.
 * - The fence is looked at after the gate has been taken, and a takeover raises the fence before it looks at gates, so one
 *   of the two always sees the other.
 * - The supervisor is nobody's child and is deaf to HUP, INT and TERM; the command has a session of its own.
 * - Forgetting a job leaves an empty file in `gone`, looked at after the gate: a launch that was held up on its way and
 *   arrives after the end finds it and runs nothing. The probe sweeps these away after a month.
 * - A command is stopped when its output passes HOLDPOINT_OUTPUT_LIMIT bytes (1 GiB), or is long (64 MiB) and leaves less
 *   than 256 MiB of the disk.
 * - Only the account can read what is kept: jobs, stage, trash, fence and gone are 0700, and so is each job.
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
verb=$1 nonce=$2 bootfile=$3 job=$4 here=$PWD
D=$R/jobs/$job
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
nap() { sleep "$1" 2>/dev/null || sleep 1; }
highest() {
  F=0
  for f in "$R/fence/$1"/*; do
    f=\${f##*/}
    case $f in ''|*[!0-9]*) ;; *) if [ "$f" -gt "$F" ]; then F=$f; fi ;; esac
  done
}

# over CODE: a launch that begins nothing leaves no secrets.
over() { if [ -n "$env" ]; then rm -f "$env"; fi; exit "$1"; }

# Runs detached: takes the gate, starts the command, waits for it and writes down how it ended. 7 wakes who follows.
supervise() {
  trap : HUP INT TERM
  mkdir -m 700 "$D" 2>/dev/null || over 0
  if [ -e "$R/gone/$job" ]; then rmdir "$D"; rm -f "$3"; over 0; fi
  cd "$D" || over 1
  me=
  read -r me x 2>/dev/null </proc/self/stat || me=$(exec sh -c 'echo $PPID')
  look "$me"
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
  ) </dev/null >out 2>err 7>&- &
  C=$!
  trap '' HUP INT TERM PIPE
  look $C
  put cmd "$C \${T:-0}"
  ( watch $C "\${T:-0}" ) </dev/null >/dev/null 2>&1 7>&- &
  W=$!
  wait $C; code=$?
  how=exit
  for x in limit room; do if [ -e $x ]; then how=$x; fi; done
  if [ $how = exit ]; then kill -s KILL $W; else wait $W; fi
  bytes out; o=$n; bytes err; e=$n
  until put rc "$how $code $o $e"; do sleep 1; done
  echo end >&7
}

# watch PID START: ends what the command runs when it prints without end. Looks once a second, and more often while much comes.
watch() {
  last=0 w=1
  while nap $w; alive "$1" "$2"; do
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

# Ticks for who follows, ever slower. With nobody left to hear them this ends.
ticks() {
  for w in .1 .2 .3; do nap $w; echo tick; done
  i=0
  while if [ $i -lt 50 ]; then nap .4; else nap 1; fi; do echo tick; i=$((i+1)); done
}

# follow OUT ERR LAUNCHED: tells everything from these offsets on until the end; stdin wakes it, 4 is the client.
follow() {
  o=$1 e=$2 pending=0 told= turn=0
  while :; do
    if [ $turn = 0 ] || [ "$s" = absent ]; then
      s=absent
      if cd "$D" 2>/dev/null; then s=there; fi
    fi
    to=- te=-
    if [ $s != absent ]; then
      state
      if [ $s = done ]; then to=$ro te=$re; fi
      send out "$o" $to; o=$q
      send err "$e" $te; e=$q
    fi
    case $s in
    done)
      if [ "$o" -lt "$ro" ] || [ "$e" -lt "$re" ]; then echo short; fi
      if [ "$k" = exit ]; then late out "$ro"; late err "$re"; fi
      echo "done $k $code $ro $re"
      read -r x <&4 && [ "$x" = ack ] && ack
      exit 0 ;;
    rebooted|lost) echo "lost $s"; exit 0 ;;
    absent|starting)
      pending=$((pending+1))
      if [ $s = absent ] && [ $3 = 0 ]; then echo absent; exit 0; fi
      if [ $pending -gt 50 ]; then if [ $s = absent ]; then echo absent; else echo 'lost lost'; fi; exit 0; fi ;;
    *) if [ "$told" != $s ]; then echo "started $s"; told=$s; fi ;;
    esac
    turn=$((turn+1))
    # A line now and then: with nobody left to read it, this shell ends.
    if [ $((turn%5)) = 0 ]; then echo beat; fi
    read -r x || nap 1
  done
}

# fenced: true when another machine has taken the run over from this caller.
fenced() { highest "$run"; [ "$F" -gt "$token" ]; }

# Away by rename first: a job is there whole or not at all.
ack() {
  if fenced; then echo kept; return; fi
  if cd / && mark "$R/gone/$job"; then :; else return; fi
  if [ -d "$D" ]; then mv "$D" "$R/trash/$job.$$" 2>/dev/null || return; fi
  rm -rf "$R/trash/$job".* "$R/stage/$job".* && echo acked
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
  if [ -d "$D" ]; then head -c "$len" >/dev/null; return; fi
  if [ -e "$R/gone/$job" ]; then head -c "$len" >/dev/null; echo absent; exit 0; fi
  if [ "$B" != "$want" ]; then echo 'lost rebooted'; exit 0; fi
  if fenced; then echo "fenced $F"; exit 0; fi
  # After a takeover each launch also tells hosts that could not be told before.
  if [ "$token" -gt 1 ] && [ "$F" != "$token" ]; then mkdir -p "$R/fence/$run/$token" || { echo 'unstaged the fence could not be raised'; exit 0; }; fi
  copy=$R/stage/$job.$$
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
    [ -d "$d" ] || continue
    cd "$d" || continue
    state; echo "job \${d##*/} $s"
  done
  echo "fence $F"
}

boot
# A login may have printed something without ending its line.
printf '\\nholdpoint %s %s\\n' "$nonce" "$B"
case $verb in
go)
  o=$5 e=$6; shift 6
  stage "$@"
  exec 4<&0 </dev/null
  {
    # Twice forked: nothing that is killed with this shell is above the supervisor.
    if [ $launched = 1 ]; then ( ( supervise "$run" "$token" "$copy" 7>&1 >/dev/null ) & ); fi
    ticks
  } 2>/dev/null 4<&- | follow "$o" "$e" $launched ;;
follow) run=$7 token=$8; exec 4<&0 </dev/null; ticks 2>/dev/null 4<&- | follow "$5" "$6" 0 ;;
stop) run=$6 token=$7; stop "$5" ;;
ack) run=$5 token=$6; ack ;;
fence) fence "$5" ;;
esac
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
