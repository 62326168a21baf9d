/** Reads the marked lines out of a stream of bytes that carries other things as well. */
export interface MarkReader {
  feed(bytes: Buffer): void
  /** Lets go of what looked like the beginning of a mark. */
  end(): void
}

/** A marked line is `\n` + mark + words + `\n`; everything else is passed on as it is, in order. */
export function readMarks(mark: string, onWords: (words: string[]) => void, onBytes: (bytes: Buffer) => void): MarkReader {
  const start = Buffer.from(`\n${mark} `)
  let rest: Buffer = Buffer.alloc(0)
  const pass = (bytes: Buffer): void => {
    if (bytes.length > 0) onBytes(bytes)
  }
  return {
    feed: (bytes) => {
      let input = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      for (;;) {
        const at = input.indexOf(start)
        const lineEnd = at === -1 ? -1 : input.indexOf(0x0a, at + start.length)
        if (lineEnd !== -1) {
          pass(input.subarray(0, at))
          onWords(input.toString('latin1', at + start.length, lineEnd).split(' '))
          input = input.subarray(lineEnd + 1)
          continue
        }
        // A mark's words are short: what goes on and on after it is not ours.
        const from = at !== -1 && input.length - at < LONGEST ? at : at !== -1 ? input.length : begunAt(input, start)
        pass(input.subarray(0, from))
        rest = Buffer.from(input.subarray(from))
        return
      }
    },
    end: () => {
      pass(rest)
      rest = Buffer.alloc(0)
    },
  }
}

const LONGEST = 200

/** Where the longest end of the input begins that could be the beginning of a mark. */
function begunAt(input: Buffer, start: Buffer): number {
  for (let length = Math.min(start.length - 1, input.length); length > 0; length--) {
    if (input.subarray(input.length - length).equals(start.subarray(0, length))) return input.length - length
  }
  return input.length
}
