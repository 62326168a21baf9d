import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** How a chunk stands on the disk; what is read is always the host's bytes. */
export type Codec = 'raw' | 'deflate'

/** Below this the two or three bytes won are not worth reading a column for. */
const SMALLEST = 256
/** Encrypted and packed output costs most to compress and gains least: a sample of it tells. */
const SAMPLE = 4096
const WORTH_IT = 0.7

export function encode(bytes: Uint8Array): { codec: Codec; stored: Uint8Array } {
  const raw = { codec: 'raw', stored: bytes } as const
  if (bytes.byteLength < SMALLEST) return raw
  const middle = Math.floor(Math.max(bytes.byteLength - SAMPLE, 0) / 2)
  const sample = bytes.subarray(middle, middle + SAMPLE)
  const packed = deflate(sample)
  if (packed.byteLength > sample.byteLength * WORTH_IT) return raw
  return { codec: 'deflate', stored: sample.byteLength === bytes.byteLength ? packed : deflate(bytes) }
}

/** Throws when what was stored does not give `size` bytes. */
export function decode(codec: Codec, size: number, stored: Uint8Array): Uint8Array {
  const bytes = codec === 'raw' ? stored : inflateRawSync(stored, { maxOutputLength: Math.max(size, 1) })
  if (bytes.byteLength !== size) throw new Error(`a chunk of output has ${bytes.byteLength} bytes where ${size} were kept`)
  return bytes
}

/** The fastest level: output is written while a person waits for it and read once, if ever. */
const deflate = (bytes: Uint8Array): Uint8Array => deflateRawSync(bytes, { level: 1 })
