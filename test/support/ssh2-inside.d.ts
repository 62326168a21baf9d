declare module 'ssh2/lib/protocol/kex.js' {
  /** A key exchange message, as ssh2 keeps it. */
  export class KexInit {
    constructor(lists: { kex: string[]; serverHostKey: string[]; cs: Record<string, string[]>; sc: Record<string, string[]> })
  }
}
