import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMask, maskDeep, masked } from '#domain/masking.ts'

const mask = createMask()

describe('the mask', () => {
  const hides: [string, string][] = [
    ['password=hunter2 user=bob', `password=${masked} user=bob`],
    ['PGPASSWORD=hunter2 psql -h db', `PGPASSWORD=${masked} psql -h db`],
    ['DB_PASS=hunter2', `DB_PASS=${masked}`],
    ['token: hunter2', `token: ${masked}`],
    ['{"apiToken": "hunter2\\"quoted", "user": "bob"}', `{"apiToken": ${masked}, "user": "bob"}`],
    ["secret = 'two words' # note", `secret = ${masked} # note`],
    ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG', `AWS_SECRET_ACCESS_KEY=${masked}`],
    ['client_secret=hunter2&scope=all', `client_secret=${masked}&scope=all`],
    ['Authorization: Bearer hunter2.abc', `Authorization: Bearer ${masked}`],
    ['curl -H "Authorization: Basic aHVudGVyMg==" https://shop', `curl -H "Authorization: Basic ${masked}" https://shop`],
    ['authorization: AWS4-HMAC-SHA256 Credential=x, Signature=y', `authorization: ${masked}`],
    ['got bearer abcdefgh12345', `got bearer ${masked}`],
    ['Set-Cookie: sid=hunter2; Path=/', `Set-Cookie: ${masked}`],
    ['postgres://shop:hunter2@db:5432/shop', `postgres://shop:${masked}@db:5432/shop`],
    ['https://bob:p@ss@host/x', `https://bob:${masked}@host/x`],
    ['deploy --password hunter2 --host db', `deploy --password ${masked} --host db`],
    ['deploy --db-password=hunter2', `deploy --db-password=${masked}`],
    ['curl -u bob:hunter2 https://shop', `curl -u bob:${masked} https://shop`],
    ['sshpass -p hunter2 ssh web-1', `sshpass -p ${masked} ssh web-1`],
    ['mysqldump -h db -phunter2 shop', `mysqldump -h db -p${masked} shop`],
    ["ALTER USER bob IDENTIFIED BY 'hunter2'", `ALTER USER bob IDENTIFIED BY ${masked}`],
    ['key AKIAIOSFODNN7EXAMPLE used', `key ${masked} used`],
    ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', masked],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-def done', `jwt ${masked} done`],
  ]
  it.each(hides)('hides the secret in %s', (text, expected) => {
    expect(mask(text)).toBe(expected)
  })

  it.each([
    'All 42 tests passed in 3.1 s', 'passed: 12, failed: 0', 'PASS: checkout', 'web-1: restarted nginx', 'the token bucket is full',
    'https://shop.example/health', 'commit 1f3a9c0 by bob@shop.example', 'SELECT count(*) FROM orders WHERE state = 7;', '2026-12-01T22:00:00+01:00',
  ])('leaves %s alone', (text) => {
    expect(mask(text)).toBe(text)
  })

  it('hides a private key, and one whose beginning or end is cut off, line for line', () => {
    const begin = '-----BEGIN OPENSSH PRIVATE KEY-----'
    const end = '-----END OPENSSH PRIVATE KEY-----'
    const body = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmU'
    expect(mask(`before\n${begin}\n${body}\n${body}\n${end}\nafter`)).toBe(`before\n${begin}\n${masked}\n${masked}\n${end}\nafter`)
    expect(mask(`${body}\n${body}\n${end}\nafter`)).toBe(`${masked}\n${masked}\n${end}\nafter`)
    expect(mask(`${begin}\n${body}\n${body}`)).toBe(`${begin}\n${masked}\n${masked}`)
    expect(mask(`${begin}${body}${end} after`)).toBe(`${begin}${masked}${end} after`)
    expect(mask('PRIVATE KEY missing\nplease add one')).toBe('PRIVATE KEY missing\nplease add one')
  })

  it('hides the values it is given, longest first, and ignores what is too short to be one', () => {
    expect(createMask('abc', 'correct horse', 'correct')('abc correct horse, correct')).toBe(`abc ${masked}, ${masked}`)
  })

  it('keeps every line break whatever the text, and never throws', () => {
    const piece = fc.constantFrom('password', '=', ':', ' ', '\n', '"', "'", '\\', '--token', '://a:b@c', '-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', 'eyJabcdefgh.abcd', '\ud800')
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.array(piece).map((pieces) => pieces.join(''))), (text) => {
      expect(mask(text).split('\n')).toHaveLength(text.split('\n').length)
    }), { numRuns: 1000 })
  })

  it('gets through 100 kB made to slow it down', () => {
    const seeds = [
      'a', '-', '"', "'", '\\', ' ', '\n', 'password', 'password=', 'password="', 'token', 'tokentoken-', '--', '--a-', '--password ', '--password-',
      'eyJ', 'eyJeyJ.', 'eyJaaaaaaaa.', '://', '://a:', ':', '@', 'a:a', 'authorization:', 'authorization: bearer ', 'bearer ', 'cookie:', '-u a', '-u a:',
      'mysql ', 'mysql -', 'mysql -p', 'sshpass -p', 'AKIA', 'ghp_', 'sk-', '-----BEGIN ', '-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----',
      'AAAAAAAAAAAAAAAA\n', 'AAAA\n-----END PRIVATE KEY-----\n', 'identified by ', 'api', 'apikey ', 'pass=',
    ]
    for (const seed of seeds) {
      for (const tail of ['', 'x', '\n']) {
        const text = seed.repeat(Math.ceil(100_000 / seed.length)) + tail
        expect(mask(text).split('\n')).toHaveLength(text.split('\n').length)
      }
    }
  }, 20_000)
})

it('masks every text in plain data but no identifier', () => {
  expect(maskDeep({ id: 'token=abc', stepId: 'token=abc', at: 5, list: ['token=abc', null], deep: { text: 'token=abc' } }, mask))
    .toEqual({ id: 'token=abc', stepId: 'token=abc', at: 5, list: [`token=${masked}`, null], deep: { text: `token=${masked}` } })
})
