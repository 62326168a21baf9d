import { createServer, type AddressInfo, type Socket } from 'node:net'

/** A TCP server that is no SSH server, for as long as the work takes. */
export async function withTcp(onSocket: (socket: Socket) => void, work: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  try {
    await work((server.address() as AddressInfo).port)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

/** Writes without end, as fast as it is read. Returns how much has gone out so far. */
export function writeForEver(socket: Socket, piece: Buffer | string): () => number {
  const write = (): void => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('drain', write)
  write()
  return () => socket.bytesWritten
}
