import zlib from 'node:zlib'

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

export const encode: Encode = typeof zlib.zstdCompressSync === 'function' ? encodeZstd : encodeDeflate

function worthIt(codec: Codec, bytes: Uint8Array, pack: (bytes: Uint8Array) => Uint8Array): Encoded {
  const raw = { codec: 'raw', stored: bytes } as const
  if (bytes.byteLength < SMALLEST) return raw
  const packed = pack(bytes)
  return packed.byteLength > bytes.byteLength * WORTH_IT ? raw : { codec, stored: packed }
}

/** Throws when what was stored does not give `size` bytes. */
export function decode(codec: Codec, size: number, stored: Uint8Array): Uint8Array {
  const bytes = codec === 'raw' ? stored : unpack[codec](stored, { maxOutputLength: Math.max(size, 1) })
  if (bytes.byteLength !== size) throw new Error(`a chunk of output has ${bytes.byteLength} bytes where ${size} were kept`)
  return bytes
}

const unpack = { deflate: zlib.inflateRawSync, zstd: zlib.zstdDecompressSync }
