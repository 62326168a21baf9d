import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync(new URL('../../../renderer/ui/tokens.css', import.meta.url), 'utf8')

type Theme = 'light' | 'dark'

/** The six-digit colour of a token in one theme. */
function colour(token: string, theme: Theme): string {
  const pair = new RegExp(`--${token}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\);`).exec(css)
  const one = new RegExp(`--${token}: (#[0-9a-f]{6});`).exec(css)
  const found = pair ? pair[theme === 'light' ? 1 : 2] : one?.[1]
  if (!found) throw new Error(`tokens.css has no colour --${token}`)
  return found
}

/** WCAG 2.2 relative luminance. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(hex.slice(start, start + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(over: string, under: string): number {
  const [high, low] = [luminance(over), luminance(under)].toSorted((a, b) => b - a) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const grounds = ['bg', 'bg-raised', 'bg-sunken', 'bg-hover', 'bg-selected']
const statuses = ['ok', 'warn', 'bad', 'info', 'unknown', 'rehearsal']

const readable: [string, string][] = [
  ...grounds.flatMap((ground) => ['text', 'text-dim', 'text-faint', 'accent', ...statuses].map((token): [string, string] => [token, ground])),
  ...statuses.flatMap((status): [string, string][] => [[status, `${status}-bg`], ['text', `${status}-bg`], ['text-dim', `${status}-bg`]]),
  ['accent-text', 'accent'],
  ['accent-text', 'accent-hover'],
  ['bad-solid-text', 'bad-solid'],
  ['bad-solid-text', 'bad-solid-hover'],
  ['rehearsal', 'rehearsal-hatch'],
]
const visible: [string, string][] = ['bg', 'bg-raised', 'bg-sunken'].flatMap((ground) =>
  [1, 2, 3, 4, 5, 6].map((series): [string, string] => [`series-${series}`, ground]))

function tooWeak(pairs: [string, string][], theme: Theme, least: number): string[] {
  return pairs
    .map(([over, under]) => ({ over, under, ratio: contrast(colour(over, theme), colour(under, theme)) }))
    .filter(({ ratio }) => ratio < least)
    .map(({ over, under, ratio }) => `--${over} on --${under}: ${ratio.toFixed(2)}`)
}

test.each<Theme>(['dark', 'light'])('every text colour reads at 4.5:1 on every ground it stands on (%s)', (theme) => {
  expect(tooWeak(readable, theme, 4.5)).toEqual([])
})

test.each<Theme>(['dark', 'light'])('every chart series shows at 3:1 on every ground (%s)', (theme) => {
  expect(tooWeak(visible, theme, 3)).toEqual([])
})
