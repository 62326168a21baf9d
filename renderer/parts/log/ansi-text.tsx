import { memo, useMemo } from 'react'
import type { CSSProperties } from 'react'
import { classNames } from '#renderer/ui/class-names.ts'
import { parseAnsi } from './ansi.ts'
import type { AnsiStyle } from './ansi.ts'
import styles from './ansi.module.css'

/** One line of output as React text: never markup, never a link. */
export const AnsiText = memo(function AnsiText({ text, start }: { text: string; start: AnsiStyle }) {
  const { spans } = useMemo(() => parseAnsi(text, start), [text, start])
  return spans.map((span, index) => <span key={index} className={classesOf(span.style)} style={coloursOf(span.style)}>{span.text}</span>)
})

const named = (colour: string | null): boolean => colour?.startsWith('ansi-') === true

function classesOf(style: AnsiStyle): string | undefined {
  const { foreground, background } = visual(style)
  const names = classNames(
    named(foreground) && styles[foreground ?? ''], named(background) && styles[`${background}-bg`],
    style.inverse && foreground === null && styles.inverseText, style.inverse && background === null && styles.inverseGround,
    style.bold && styles.bold, style.dim && styles.dim, style.italic && styles.italic, style.underline && styles.underline, style.strike && styles.strike,
  )
  return names === '' ? undefined : names
}

function coloursOf(style: AnsiStyle): CSSProperties | undefined {
  const { foreground, background } = visual(style)
  const colours: CSSProperties = {}
  if (foreground !== null && !named(foreground)) colours.color = foreground
  if (background !== null && !named(background)) colours.backgroundColor = background
  return Object.keys(colours).length === 0 ? undefined : colours
}

const visual = (style: AnsiStyle): Pick<AnsiStyle, 'foreground' | 'background'> =>
  style.inverse ? { foreground: style.background, background: style.foreground } : style
