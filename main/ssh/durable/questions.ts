/** Asks who follows a job on its host (helper.ts) for what is new. */
export interface Questions {
  /** The host has answered; until then there is nobody to ask. */
  begin(): void
  /** So many bytes of the answer came. */
  heard(bytes: number): void
  /** The host has given a sign that there is something new. */
  sign(): void
  end(): void
}

/** Often at first; a shell that answers forks a few processes each time. */
const FIRST_MS = [250, 250, 300]
const THEN_MS = 400
const THEN_TIMES = 50
const LATER_MS = 1000
/** After so much there is more, and it is asked for as soon as the answer is over. */
const MUCH_BYTES = 64 * 1024
const MORE_MS = 20
/** A sign of the host on stderr is followed at once, and a flood of them is not. */
const SIGN_MS = 5

const waitMs = (asked: number): number => FIRST_MS[asked] ?? (asked < THEN_TIMES ? THEN_MS : LATER_MS)

export function askOnAndOn(put: () => void): Questions {
  let asked = 0
  let came = 0
  let isHurried = false
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  function ask(): void {
    put()
    asked += 1
    came = 0
    isHurried = false
    timer = setTimeout(ask, waitMs(asked))
  }
  const within = (ms: number): void => {
    clearTimeout(timer)
    timer = setTimeout(ask, ms)
  }
  return {
    begin: () => within(waitMs(0)),
    heard: (bytes) => {
      came += bytes
      if (came < MUCH_BYTES) return
      isHurried = true
      within(MORE_MS)
    },
    sign: () => {
      // It may come after the end has been told by the one who follows.
      if (!isHurried && !isOver) within(SIGN_MS)
      isHurried = true
    },
    end: () => {
      isOver = true
      clearTimeout(timer)
    },
  }
}
