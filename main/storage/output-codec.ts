import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { begunCharacter } from '#domain/output/begun-character.ts'

/** How a chunk stands on the disk; what is read is always the host's bytes. */
export type Codec = 'raw' | 'deflate' | 'zstd'

/** Below this the two or three bytes won are not worth reading a column for. */
const SMALLEST = 256
/** What compresses less is kept as it is. */
const WORTH_IT = 0.7
/** Output is written while a person waits for it and read once, if ever: the fastest level of each. */
const ZSTD = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } }
const DEFLATE = { level: 1 }

export interface Encoded {
  codec: Codec
  stored: Uint8Array
}

export type Encode = (bytes: Uint8Array) => Encoded

/** Output made ready to be kept. */
export interface Packed {
  size: number
  pieces: readonly PackedPiece[]
}

export interface PackedPiece extends Encoded {
  size: number
  endsLine: boolean
}

/** Twice as fast as deflate on log lines, and fast also where there is nothing to win. Node has it since 22.15. */
export const encodeZstd: Encode = (bytes) => worthIt('zstd', bytes, (all) => zlib.zstdCompressSync(all, ZSTD))

/** What encrypted or packed output costs here, a sample of it tells. */
export const encodeDeflate: Encode = (bytes) => {
  const middle = Math.floor(Math.max(bytes.byteLength - SAMPLE, 0) / 2)
  const sample = worthIt('deflate', bytes.subarray(middle, middle + SAMPLE), deflate)
  return sample.codec === 'raw' ? { codec: 'raw', stored: bytes } : worthIt('deflate', bytes, deflate)
}
const SAMPLE = 4096
const deflate = (bytes: Uint8Array): Uint8Array => zlib.deflateRawSync(bytes, DEFLATE)

const hasZstd = typeof zlib.zstdCompressSync === 'function'
export const encode: Encode = hasZstd ? encodeZstd : encodeDeflate

/** As `encode`, on another thread. */
async function encodeAside(bytes: Uint8Array): Promise<Encoded> {
  if (bytes.byteLength < SMALLEST || !hasZstd) return encode(bytes)
  return better('zstd', bytes, await zstdAside(bytes, ZSTD))
}
const zstdAside = promisify<zlib.InputType, zlib.ZstdOptions, Uint8Array>((bytes, options, done) => zlib.zstdCompress(bytes, options, done))

function worthIt(codec: Codec, bytes: Uint8Array, pack: (bytes: Uint8Array) => Uint8Array): Encoded {
  return bytes.byteLength < SMALLEST ? { codec: 'raw', stored: bytes } : better(codec, bytes, pack(bytes))
}

const better = (codec: Codec, bytes: Uint8Array, packed: Uint8Array): Encoded =>
  (packed.byteLength > bytes.byteLength * WORTH_IT ? { codec: 'raw', stored: bytes } : { codec, stored: packed })

/** In chunks that a page is not too small for, each ending between characters. */
export function pack(bytes: Uint8Array): Packed {
  return packed(bytes, inChunks(bytes).map((chunk) => ({ chunk, encoded: encode(chunk) })))
}

/** The same on other threads; the bytes must not change meanwhile. */
export async function packAside(bytes: Uint8Array): Promise<Packed> {
  return packed(bytes, await Promise.all(inChunks(bytes).map(async (chunk) => ({ chunk, encoded: await encodeAside(chunk) }))))
}

const packed = (bytes: Uint8Array, pieces: { chunk: Uint8Array; encoded: Encoded }[]): Packed =>
  ({ size: bytes.byteLength, pieces: pieces.map(({ chunk, encoded }) => pieceOf(chunk, encoded)) })

/** One chunk, whole. */
export const pieceOf = (chunk: Uint8Array, encoded = encode(chunk)): PackedPiece => ({ ...encoded, size: chunk.byteLength, endsLine: chunk.at(-1) === LINE_FEED })

function inChunks(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let rest = bytes; rest.byteLength > 0 || pieces.length === 0;) {
    const most = rest.subarray(0, CHUNK_BYTES)
    const piece = most.byteLength === rest.byteLength ? rest : most.subarray(0, CHUNK_BYTES - begunCharacter(most))
    pieces.push(piece)
    rest = rest.subarray(piece.byteLength)
  }
  return pieces
}

const CHUNK_BYTES = 64 * 1024
const LINE_FEED = 0x0a

/** Throws when what was stored does not give `size` bytes. */
export function decode(codec: Codec, size: number, stored: Uint8Array): Uint8Array {
  const bytes = codec === 'raw' ? stored : unpack[codec](stored, { maxOutputLength: Math.max(size, 1) })
  if (bytes.byteLength !== size) throw new Error(`a chunk of output has ${bytes.byteLength} bytes where ${size} were kept`)
  return bytes
}

const unpack = { deflate: zlib.inflateRawSync, zstd: zlib.zstdDecompressSync }
