import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cksum, HELPER } from '#ssh/durable/helper.ts'
import { BOOT_ID_FILE } from '#ssh/durable/verbs.ts'
import { until } from '#support/fake-world.ts'

const SHELLS = [['dash', '/usr/bin/dash'], ['bash', '/bin/bash'], ['busybox ash', '/bin/busybox']] as const

for (const [name, path] of SHELLS) {
  const isMissing = !existsSync(path)
  if (isMissing) console.warn(`${name} is not installed: the durable helper is NOT tested under it (SKIPPED).`)
  describe.skipIf(isMissing)(`the helper under ${name}`, () => {
    const shell = name === 'busybox ash' ? [path, 'sh'] : [path]
    let home: string
    let root: string
    let helper: string
    let started: string[]
    let calls = 0

    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), 'holdpoint-helper-'))
      root = join(home, '.local', 'state', 'holdpoint')
      for (const name of ['jobs', 'stage', 'fence', 'gone']) mkdirSync(join(root, name), { recursive: true })
      helper = join(home, 'helper')
      // The shell under test also runs the supervisor and the command.
      writeFileSync(helper, HELPER.replaceAll('/bin/sh', shell.join(' ')))
      started = []
    })
    afterEach(() => {
      for (const job of started) call('stop', job, ['1', 'run', '1'])
      rmSync(home, { recursive: true, force: true })
    })

    const begin = (verb: string, job: string, more: (string | number)[], bootFile = BOOT_ID_FILE, isAsked = true) => {
      const [file = '', ...before] = shell
      const nonce = `N${calls++}`
      const child = spawn(file, [...before, helper, verb, nonce, bootFile, job, ...more.map(String)], { env: { HOME: home, PATH: process.env['PATH'] }, cwd: home, stdio: ['pipe', 'pipe', 'pipe'] })
      const said: Buffer[] = []
      child.stdout.on('data', (bytes: Buffer) => void said.push(bytes))
      child.stdin.on('error', () => undefined)
      const asking = setInterval(() => isAsked && child.stdin.writable && child.stdin.write('?\n'), 100)
      const signs: string[] = []
      child.stderr.on('data', (bytes: Buffer) => void signs.push(bytes.toString()))
      // Where the supervisor still holds the far end of a pipe, the shell that followed has ended all the same.
      const ended = new Promise<string>((resolve) => { child.on('exit', () => {
        clearInterval(asking)
        // What it said is in the pipe by now, which is read a piece a turn.
        const read = (turns: number): unknown => (turns === 0 ? resolve(Buffer.concat(said).toString('latin1')) : setImmediate(() => read(turns - 1)))
        read(10)
      }) })
      return { child, job, nonce, ended, said: () => Buffer.concat(said).toString('latin1'), signs: () => signs.join('') }
    }
    const call = (verb: string, job: string, more: (string | number)[]) => {
      const [file = '', ...before] = shell
      return execFileSync(file, [...before, helper, verb, 'N', BOOT_ID_FILE, job, ...more.map(String)], { env: { HOME: home, PATH: process.env['PATH'] }, encoding: 'latin1', stdio: ['ignore', 'pipe', 'inherit'] })
    }
    const boot = readFileSync(BOOT_ID_FILE, 'utf8').trim()
    const launch = (job: string, text: string, options: { token?: number; bootId?: string; sum?: number; lines?: number; hidden?: number; isAsked?: boolean } = {}) => {
      started.push(job)
      const bytes = Buffer.from(text)
      const going = begin('go', job, [0, 0, 'run', options.token ?? 1, options.bootId ?? boot, options.sum ?? cksum(bytes), bytes.byteLength, options.lines ?? 0, ...(options.hidden === undefined ? [] : [options.hidden])], BOOT_ID_FILE, options.isAsked)
      going.child.stdin.write(bytes)
      return going
    }
    /** Everything said once the job's end has been told, and the host has been told to forget it or not. */
    const finished = async (going: ReturnType<typeof launch>, isKept = true) => {
      await until(() => /^(done|lost|absent|fenced|unstaged)/m.test(going.said()), 'the end')
      going.child.stdin.end()
      const said = await going.ended
      return isKept ? said : said + call('ack', going.job, ['run', '1']).replace(/^\nholdpoint .*\n/, '')
    }

    test('exit codes, both streams and their lengths come back exactly; the folder goes on acknowledgement', async () => {
      const said = await finished(launch('r1', 'echo out; echo problem >&2; exit 7'), false)
      expect(said).toContain('data out 0 4\nout\n\n')
      expect(said).toContain('data err 0 8\nproblem\n\n')
      expect(said).toMatch(/done exit 7 4 8\nacked\n$/)
      expect(readdirSync(join(root, 'jobs'))).toEqual([])
      expect(readdirSync(join(root, 'stage'))).toEqual([])
    })

    test('a command that is over before anybody asks is told by its supervisor; a longer one gives a sign at its end, and is told when asked', async () => {
      const short = launch('r1', 'echo out; exit 7', { isAsked: false })
      await until(() => short.said().includes('done exit 7 4 0'), 'the end')
      short.child.stdin.end('leave\n')
      expect(await short.ended).toMatch(/data out 0 4\nout\n\ndone exit 7 4 0\n$/)
      const flag = join(home, 'flag')
      const long = launch('r2', `echo begun; while [ ! -e ${flag} ]; do sleep 0.1; done; echo over`, { isAsked: false })
      await until(() => existsSync(join(root, 'jobs', 'r2', 'cmd')) && readFileSync(join(root, 'jobs', 'r2', 'cmd'), 'utf8').endsWith(' .\n'), 'the command')
      long.child.stdin.write('?\n')
      await until(() => long.said().includes('started running'), 'the answer')
      writeFileSync(flag, '')
      await until(() => long.signs().includes('end'), 'the sign')
      expect(long.said()).not.toContain('done')
      long.child.stdin.write('?\n')
      await until(() => long.said().includes('over\n\ndone exit 0 11 0'), 'the end')
      expect(await long.ended).toMatch(/done exit 0 11 0\n$/)
    })

    test('while a supervisor tells a long output, whoever is asked says nothing in between', async () => {
      const long = launch('r1', "head -c 5000000 /dev/zero | tr '\\0' x", { isAsked: false })
      long.child.stdout.pause()
      await until(() => existsSync(join(root, 'jobs', 'r1')) && readdirSync(join(root, 'jobs', 'r1')).some((file) => file.startsWith('told.')), 'the supervisor to tell')
      long.child.stdin.write('?\n'.repeat(80))
      await until(() => {
        long.child.stdout.read()
        return long.said().includes('done exit')
      }, 'the end')
      expect(long.said()).toBe(`\nholdpoint ${long.nonce} ${boot}\ndata out 0 5000000\n${'x'.repeat(5_000_000)}\ndone exit 0 5000000 0\n`)
      long.child.stdin.end('leave\n')
      long.child.stdout.resume()
      expect(await long.ended).toMatch(/done exit 0 5000000 0\n$/)
    })

    test('jobs launched eight times at once each run exactly once, and every launch hears the same end', async () => {
      const counter = join(home, 'counter')
      writeFileSync(counter, '')
      const jobs = Array.from({ length: name === 'dash' ? 20 : 4 }, (_, index) => ({ job: `r${index}`, code: index + 1 }))
      for (let at = 0; at < jobs.length; at += 4) {
        await Promise.all(jobs.slice(at, at + 4).flatMap(({ job, code }) => Array.from({ length: 8 }, async () => {
          expect(await finished(launch(job, `echo ${job} >> ${counter}; exit ${code}`))).toContain(`done exit ${code} 0 0`)
        })))
      }
      expect(readFileSync(counter, 'utf8').trim().split('\n').toSorted()).toEqual(jobs.map(({ job }) => job).toSorted())
    }, 120_000)

    test('a signal that ends the command is 128 + n, and the command does not see the helper: umask, folder, environment', async () => {
      expect(await finished(launch('r1', 'kill -9 $$'))).toContain('done exit 137 0 0')
      const said = await finished(launch('r2', 'umask; pwd; echo "${LC_ALL-unset}"; echo "$HOLDPOINT_JOB"'))
      expect(said).toContain(`${String(execFileSync('sh', ['-c', 'umask'], { encoding: 'utf8' }))}${home}\nunset\nr2\n`)
    })

    test('output is read from any offset, binary included', async () => {
      const bytes = randomBytes(300_000)
      const file = join(home, 'bytes')
      writeFileSync(file, bytes)
      await finished(launch('r1', `cat ${file}`))
      const again = begin('follow', 'r1', [123_457, 0, 'run', 1])
      await until(() => again.said().includes('\ndone '), 'the end')
      again.child.stdin.end()
      const said = Buffer.from(await again.ended, 'latin1')
      const head = 'data out 123457 176543\n'
      const from = said.indexOf(head) + head.length
      expect(said.subarray(from, from + 176_543).equals(bytes.subarray(123_457))).toBe(true)
    })

    test('a command that did not arrive whole is not run', async () => {
      expect(await finished(launch('r1', 'echo no', { sum: 1 }))).toContain('unstaged')
      expect(existsSync(join(root, 'jobs', 'r1'))).toBe(false)
      expect(readdirSync(join(root, 'stage'))).toEqual([])
    })

    test('a short command is staged by the shell itself, byte for byte', async () => {
      const script = '  x=\'a\\tb \\\\ %s $y\'  \n\nprintf \'%s|\' "$x"\t\nexit 3\n'
      const lines = script.split('\n').length - 1
      const said = await finished(launch('r1', script, { lines, sum: 1 }), false)
      expect(said).toContain('data out 0 14\na\\tb \\\\ %s $y|')
      expect(said).toContain('done exit 3 14 0')
      const cut = launch('r2', 'echo no\necho more', { lines: 2 })
      cut.child.stdin.end()
      expect(await cut.ended).toContain('unstaged')
      expect(await finished(launch('r3', 'echo no\necho more\n', { lines: 1 }))).toContain('unstaged')
      expect(readdirSync(join(root, 'stage'))).toEqual([])
    })

    describe('variables whose values are secrets', () => {
      const hidden = `TOKEN='can'\\''ary $HOME'; export TOKEN\n${' '.repeat(40)}\n`
      const staged = () => readdirSync(join(root, 'stage')).filter((file) => file.endsWith('.env'))

      test('are staged 0600, set for the command, and gone from the disk before it begins', async () => {
        const text = `${hidden}x=$(ls ${root}/stage); printf '%s|%s\\n' "$TOKEN" "$x"; exit 4`
        const bytes = Buffer.from(text)
        const slow = begin('go', 'r1', [0, 0, 'run', 1, boot, cksum(bytes), bytes.byteLength, 0, hidden.length], BOOT_ID_FILE, false)
        started.push('r1')
        slow.child.stdin.write(bytes.subarray(0, 9))
        await until(() => staged().length > 0, 'the file')
        expect(statSync(join(root, 'stage', staged()[0] ?? '')).mode & 0o777).toBe(0o600)
        slow.child.stdin.write(bytes.subarray(9))
        const said = await finished(slow, false)
        expect(said).toMatch(/data out 0 \d+\ncan'ary \$HOME\|r1\.N\d+\n\n/)
        expect(said).toMatch(/done exit 4 \d+ 0/)
        expect(staged()).toEqual([])
      })

      test('are left by no launch that loses the gate, is fenced, or arrives broken', async () => {
        const text = `${hidden}printf '%s|' "$TOKEN"`
        const said = await Promise.all(Array.from({ length: 8 }, async () => finished(launch('r1', text, { hidden: hidden.length }))))
        for (const one of said) expect(one).toContain("can'ary $HOME|")
        await finished(launch('r2', text, { hidden: hidden.length, sum: 1 }))
        call('fence', 'run', ['9'])
        await finished(launch('r3', text, { hidden: hidden.length, token: 2 }))
        await until(() => staged().length === 0, 'an empty stage')
      })

      test('that a killed launch has left go when the job is stopped', () => {
        writeFileSync(join(root, 'stage', 'r1.77.env'), 'x')
        expect(call('stop', 'r1', ['1', 'run', '1'])).toContain('stopped never 0')
        expect(staged()).toEqual([])
      })
    })

    test('on another boot nothing is launched, and what ran before is lost', async () => {
      expect(await finished(launch('r1', 'echo no', { bootId: 'other' }))).toContain('lost rebooted')
      const other = join(home, 'boot')
      writeFileSync(other, 'another-boot\n')
      const going = launch('r2', 'echo begun; sleep 60')
      await until(() => going.said().includes('begun'), 'the output')
      going.child.kill('SIGKILL')
      const after = begin('follow', 'r2', [0, 0, 'run', 1], other)
      expect(await after.ended).toMatch(/data out 0 6\nbegun\n\nlost rebooted\n$/)
    })

    test('a killed supervisor leaves an orphan that is followed to its end, and then an unknown exit code', async () => {
      const flag = join(home, 'flag')
      const going = launch('r1', `echo begun; while [ ! -e ${flag} ]; do sleep 0.1; done; echo over`)
      await until(() => going.said().includes('begun'), 'the output')
      const [supervisor] = readFileSync(join(root, 'jobs', 'r1', 'sup'), 'utf8').split(' ')
      process.kill(Number(supervisor), 'SIGKILL')
      const orphan = begin('follow', 'r1', [0, 0, 'run', 1])
      await until(() => orphan.said().includes('started orphan'), 'the orphan')
      writeFileSync(flag, '')
      expect(await orphan.ended).toMatch(/over\n\nlost lost\n$/)
    })

    test('a supervisor that was killed before it wrote down its command is lost, and told so', async () => {
      const folder = join(root, 'jobs', 'r1')
      mkdirSync(folder)
      writeFileSync(join(folder, 'sup'), `999999 1 ${boot} 1 .\n`)
      for (const name of ['out', 'err']) writeFileSync(join(folder, name), '')
      expect(await begin('follow', 'r1', [0, 0, 'run', 1]).ended).toMatch(/lost lost\n$/)
      expect(await finished(launch('r1', 'echo no'))).toMatch(/lost lost\n$/)
      // A stop would wait for the command that the supervisor never wrote down.
      started = []
    })

    test('stopping reaches children that left the group and the session, and a stop before the launch shuts the gate', async () => {
      const going = launch('r1', `trap '' TERM; setsid sleep 300 & setsid sh -c 'setsid sleep 301' & echo begun; wait; sleep 302`)
      await until(() => going.said().includes('begun'), 'the output')
      expect(call('stop', 'r1', ['1', 'run', '1'])).toMatch(/stopped running 0 \n$/)
      expect(await finished(going)).toMatch(/done exit (137|143)/)
      expect(call('stop', 'r2', ['1', 'run', '1'])).toContain('stopped never 0')
      expect(await finished(launch('r2', 'echo too late'))).toContain('done never 0')
    })

    test('a launch that arrives after its job has been acknowledged runs nothing', async () => {
      const counter = join(home, 'counter')
      expect(await finished(launch('r1', `echo run >> ${counter}`), false)).toContain('acked')
      expect(await finished(launch('r1', `echo run >> ${counter}`))).toMatch(/absent\n$/)
      expect(readFileSync(counter, 'utf8')).toBe('run\n')
      expect([...readdirSync(join(root, 'jobs')), ...readdirSync(join(root, 'stage'))]).toEqual([])
    })

    test('who was following a job that another machine has let the host forget still hears its exact end', async () => {
      const flag = join(home, 'flag')
      const text = `echo begun; while [ ! -e ${flag} ]; do sleep 0.1; done; exit 5`
      const going = launch('r1', text, { isAsked: false })
      const out = join(root, 'jobs', 'r1', 'out')
      await until(() => existsSync(out) && statSync(out).size > 0, 'the output')
      going.child.stdin.write('?\n')
      await until(() => going.said().includes('begun'), 'the answer')
      const other = begin('follow', 'r1', [0, 0, 'run', 1])
      writeFileSync(flag, '')
      expect(await finished(other, false)).toMatch(/done exit 5 6 0\nacked\n$/)
      going.child.stdin.write('?\n')
      expect(await going.ended).toMatch(/done exit 5 6 0\n$/)
    })

    test('a stop that comes after the end touches nothing the command left running on purpose', async () => {
      const said = await finished(launch('r1', 'setsid sleep 300 & echo $!'))
      const child = Number(/\n(\d+)\n\n(?:started running\n)?done exit 0/.exec(said)?.[1])
      expect(call('stop', 'r1', ['1', 'run', '1'])).toContain('stopped ended 0')
      expect(readFileSync(`/proc/${child}/stat`, 'utf8')).not.toContain(') Z ')
      process.kill(child, 'SIGKILL')
    })

    test('a stop that is asked for again, since its answer was lost, still says what it stopped', async () => {
      const going = launch('r1', 'echo begun; sleep 300')
      await until(() => going.said().includes('begun'), 'the output')
      expect(call('stop', 'r1', ['1', 'run', '1'])).toContain('stopped running 0')
      await finished(going)
      expect(call('stop', 'r1', ['1', 'run', '1'])).toContain('stopped running 0')
    })

    test('numbers of processes from before a reboot are not signalled', async () => {
      const other = join(home, 'boot')
      writeFileSync(other, 'another-boot\n')
      const going = launch('r1', 'echo begun; sleep 300')
      await until(() => going.said().includes('begun'), 'the output')
      const after = begin('stop', 'r1', [1, 'run', 1], other)
      expect(await after.ended).toContain('stopped running 0')
      const [command] = readFileSync(join(root, 'jobs', 'r1', 'cmd'), 'utf8').split(' ')
      expect(existsSync(`/proc/${command}`)).toBe(true)
      call('stop', 'r1', ['1', 'run', '1'])
      await finished(going)
    })

    test('a command whose output passes the limit is stopped while nobody is connected', async () => {
      writeFileSync(helper, readFileSync(helper, 'utf8').replaceAll('1073741824', '300000'))
      const going = launch('r1', 'echo begun; while :; do head -c 100000 /dev/zero; sleep 0.1; done')
      await until(() => going.said().includes('begun'), 'the output')
      going.child.kill('SIGKILL')
      await until(() => existsSync(join(root, 'jobs', 'r1', 'rc')) && readFileSync(join(root, 'jobs', 'r1', 'rc'), 'utf8').includes(' .'), 'the end')
      const again = begin('follow', 'r1', [0, 0, 'run', 1])
      again.child.stdin.end()
      expect(await again.ended).toMatch(/done limit 143 \d{6,} 0\n$/)
    })

    test('a machine whose run was taken over neither stops nor forgets what the other one follows', async () => {
      const going = launch('r1', 'sleep 60')
      await until(() => going.said().includes('started'), 'the start')
      expect(call('fence', 'run', ['5'])).toContain('fence 5')
      expect(call('stop', 'r1', ['1', 'run', '4'])).toContain('stopped fenced 0')
      expect(call('stop', 'r1', ['1', 'run', '5'])).toContain('stopped running 0')
      expect(call('ack', 'r1', ['run', '4'])).toContain('kept')
      expect(readdirSync(join(root, 'jobs'))).toEqual(['r1'])
      going.child.stdin.end()
      await going.ended
      expect(call('ack', 'r1', ['run', '5'])).toContain('acked')
      expect(readdirSync(join(root, 'jobs'))).toEqual([])
    })

    test('a raised fence refuses launches with a lower token and lets higher ones through', async () => {
      expect(call('fence', 'run', ['5'])).toContain('fence 5')
      expect(await finished(launch('r1', 'echo no', { token: 4 }))).toContain('fenced 5')
      expect(await finished(launch('r2', 'echo yes', { token: 5 }))).toContain('done exit 0 4 0')
    })

    test('what a child writes after the end is told apart from the output', async () => {
      const flag = join(home, 'flag')
      const going = launch('r1', `echo six; (while [ ! -e ${flag} ]; do sleep 0.1; done; echo late) & exit 3`)
      expect(await finished(going)).toContain('done exit 3 4 0')
      writeFileSync(flag, '')
      await until(() => readFileSync(join(root, 'jobs', 'r1', 'out'), 'utf8') === 'six\nlate\n', 'the late bytes')
      const again = begin('follow', 'r1', [0, 0, 'run', 1])
      again.child.stdin.end()
      expect(await again.ended).toContain('data out 0 4\nsix\n\nlate out 4 5\nlate\n\ndone exit 3 4 0\n')
    })
  })
}

test('the checksum equals the cksum utility', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('x'), randomBytes(70_000)]) {
    expect(execFileSync('cksum', { input: bytes, encoding: 'utf8' }).trim()).toBe(`${cksum(bytes)} ${bytes.byteLength}`)
  }
})
