import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { isMissing } from './needs.ts'
import { message } from './ssh-hostile.ts'

const COMPILER = ['tcc', 'cc', 'gcc'].find((name) => (process.env['PATH'] ?? '').split(delimiter).some((folder) => canRun(join(folder, name))))

/** True where nothing can make the library that stands for a device: tests that need one are skipped, loudly. */
export const securityKeyMissing = isMissing('A C compiler (tcc)', COMPILER !== undefined, 'apt install tcc')

/** A security key without a device: ssh signs with it through a library, as it does with a real one. */
export interface SecurityKey {
  /** As ssh-keygen -t ed25519-sk leaves it; `.pub` is beside it. */
  keyFile: string
  /** For SecurityKeyProvider. */
  provider: string
  close(): void
}

/** Flags of PROTOCOL.u2f: somebody touches it, and with a PIN somebody is known to it. */
const TOUCH = 0x01
const VERIFIED = 0x04

export function makeSecurityKey(pin: string | null): SecurityKey {
  const home = mkdtempSync(join(tmpdir(), 'holdpoint-sk-'))
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const flags = pin === null ? TOUCH : TOUCH | VERIFIED
  writeFileSync(join(home, 'device.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('latin1')
  const keyFile = join(home, 'id_sk')
  writeFileSync(keyFile, privateFile(raw, flags), { mode: 0o600 })
  writeFileSync(`${keyFile}.pub`, `${TYPE} ${publicBlob(raw).toString('base64')} holdpoint test\n`)
  writeFileSync(join(home, 'sign.cjs'), SIGN)
  writeFileSync(join(home, 'provider.c'), PROVIDER)
  const provider = join(home, 'provider.so')
  const text = (value: string): string => JSON.stringify(value)
  execFileSync(COMPILER ?? 'tcc', ['-shared', '-fPIC', '-nostdlib', '-o', provider, `-DPIN=${text(pin ?? '')}`, `-DASKED=${text(join(home, 'asked'))}`, `-DSIGNED=${text(join(home, 'signed'))}`, `-DSIGN=${text(`'${process.execPath}' '${join(home, 'sign.cjs')}'`)}`, join(home, 'provider.c')], { stdio: 'pipe' })
  return { keyFile, provider, close: () => rmSync(home, { recursive: true, force: true }) }
}

const TYPE = 'sk-ssh-ed25519@openssh.com'
const APPLICATION = 'ssh:'

/** Bytes beyond ASCII cannot go through a text of UTF-8. */
const field = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
const publicBlob = (raw: string): Buffer => Buffer.concat([message(TYPE), field(Buffer.from(raw, 'latin1')), message(APPLICATION)])

/** PROTOCOL.key, without a cipher. */
function privateFile(raw: string, flags: number): string {
  const secret = Buffer.concat([message({ word: 7 }, { word: 7 }), publicBlob(raw), message(flags, 'handle', '', 'holdpoint test')])
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1))
  const body = Buffer.concat([Buffer.from('openssh-key-v1\0'), message('none', 'none', '', { word: 1 }), field(publicBlob(raw)), field(Buffer.concat([secret, padding]))])
  const lines = body.toString('base64').replace(/.{70}/g, '$&\n')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`
}

/** What the device signs (PROTOCOL.u2f): the application, its flags and its counter, and what it was asked to sign. */
const SIGN = `const { createHash, sign } = require('node:crypto')
const { readFileSync, renameSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const sha256 = (bytes) => createHash('sha256').update(bytes).digest()
const asked = readFileSync(join(__dirname, 'asked'))
const counted = Buffer.from([asked[0], 0, 0, 0, 1])
const signed = sign(null, Buffer.concat([sha256('${APPLICATION}'), counted, sha256(asked.subarray(1))]), readFileSync(join(__dirname, 'device.pem')))
writeFileSync(join(__dirname, 'signed.part'), signed)
renameSync(join(__dirname, 'signed.part'), join(__dirname, 'signed'))
`

/** sk-api.h of OpenSSH, as far as a login needs it, without a header: a machine with the compiler alone can make it. */
const PROVIDER = `
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long size;
void *calloc(size, size);
int strcmp(const char *, const char *);
int system(const char *);
int open(const char *, int, ...);
int close(int);
int unlink(const char *);
long read(int, void *, size);
long write(int, const void *, size);

struct sk_sign_response { u8 flags; u32 counter; u8 *sig_r; size sig_r_len; u8 *sig_s; size sig_s_len; };
enum { GENERAL = -1, UNSUPPORTED = -2, PIN_REQUIRED = -3, VERIFIED = 0x04, CREATE = 01101 };

u32 sk_api_version(void) { return 0x000a0000; }
int sk_enroll(void) { return UNSUPPORTED; }
int sk_load_resident_keys(void) { return UNSUPPORTED; }

int sk_sign(u32 alg, const u8 *data, size length, const char *application, const u8 *handle, size handle_length, u8 flags, const char *pin, void *options, struct sk_sign_response **out) {
  struct sk_sign_response *answer = calloc(1, sizeof *answer);
  int file;
  if (alg != 1) return UNSUPPORTED;
  if ((flags & VERIFIED) && (!pin || strcmp(pin, PIN))) return PIN_REQUIRED;
  unlink(SIGNED);
  if ((file = open(ASKED, CREATE, 0600)) < 0 || write(file, &flags, 1) != 1 || write(file, data, length) != length || close(file)) return GENERAL;
  if (system(SIGN)) return GENERAL;
  answer->flags = flags;
  answer->counter = 1;
  answer->sig_r = calloc(1, answer->sig_r_len = 64);
  if ((file = open(SIGNED, 0)) < 0 || read(file, answer->sig_r, 64) != 64) return GENERAL;
  close(file);
  *out = answer;
  return 0;
}
`

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    // Not here; another folder of the path may have it.
    return false
  }
}
