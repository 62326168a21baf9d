import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { gatherWrites } from '#ssh/gather-writes.ts'

describe('writes that are gathered', () => {
  it('go out together at the end of the turn, in their order', async () => {
    const { sock, sent } = recorded()
    sock.write(Buffer.from('length '))
    sock.write(Buffer.from('body '))
    sock.write(Buffer.from('tag'))
    expect(sent).toEqual([])
    await turn()
    sock.write(Buffer.from('next'))
    await turn()
    expect(sent).toEqual(['length body tag', 'next'])
  })

  it('go out before the end, and before the socket is destroyed', () => {
    const { sock, sent } = recorded()
    sock.write(Buffer.from('goodbye'))
    sock.end()
    expect(sent).toEqual(['goodbye'])
    const other = recorded()
    other.sock.write(Buffer.from('disconnect'))
    other.sock.destroy()
    expect(other.sent).toEqual(['disconnect'])
    expect(other.sock.destroyed).toBe(true)
  })

  it('are dropped when the socket has gone in between, as any write is', async () => {
    const { sock, sent } = recorded()
    sock.destroy()
    sock.write(Buffer.from('too late'))
    await turn()
    expect(sent).toEqual([])
  })
})

function recorded(): { sock: Duplex; sent: string[] } {
  const sent: string[] = []
  const sock = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _, done) => {
      sent.push(bytes.toString())
      done()
    },
  })
  gatherWrites(sock)
  return { sock, sent }
}

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })
