import styles from './kbd.module.css'

const isApple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

const WORDS: Record<string, string> = {
  $mod: isApple ? '⌘' : 'Ctrl',
  Shift: isApple ? '⇧' : 'Shift',
  Alt: isApple ? '⌥' : 'Alt',
  Enter: '↵',
  Escape: 'Esc',
  Space: 'Space',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Digit1: '1',
  Digit2: '2',
  Digit3: '3',
  Digit4: '4',
}

/** One key as people read it: `$mod` becomes Ctrl or ⌘, a letter is upper case. */
export function keyWord(key: string): string {
  return WORDS[key] ?? (key.length === 1 ? key.toUpperCase() : key)
}

/** A shortcut in tinykeys' spelling, drawn as keys: `$mod+k`, `Shift+R`, `g l` (one after the other); `[Shift]+?` is `?`. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className={styles.keys}>
      {keys.split(' ').map((press, index) => (
        <span key={index} className={styles.press}>
          {press.replace(/\[\w+\]\+/g, '').split('+').map((key) => <kbd key={key} className={styles.key}>{keyWord(key)}</kbd>)}
        </span>
      ))}
    </span>
  )
}
