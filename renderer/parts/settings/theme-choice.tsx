import { Monitor, Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import type { ProblemValue } from '#domain/problem.ts'
import type { Settings } from '#preload/contract.ts'
import { useAppStores } from '#renderer/stores/app-stores.ts'
import { ProblemNote } from '#renderer/ui/problem-note.tsx'
import styles from './theme-choice.module.css'

const choices: { theme: Settings['theme']; label: string; icon: typeof Sun }[] = [
  { theme: 'system', label: 'As the system', icon: Monitor },
  { theme: 'dark', label: 'Dark', icon: Moon },
  { theme: 'light', label: 'Light', icon: Sun },
]

export function ThemeChoice({ theme }: { theme: Settings['theme'] }) {
  const { settings } = useAppStores()
  const [problem, setProblem] = useState<ProblemValue | null>(null)
  const choose = async (next: Settings['theme']) => setProblem(await settings.getState().save({ theme: next }))
  return <>
    <div className={styles.choices} role="radiogroup" aria-label="Theme">
      {choices.map(({ theme: name, label, icon: Icon }) => (
        <label key={name} className={styles.choice}>
          <input type="radio" name="theme" value={name} checked={theme === name} onChange={() => void choose(name)} />
          <Icon size={14} aria-hidden="true" />
          {label}
        </label>
      ))}
    </div>
    {problem && <ProblemNote problem={problem} />}
  </>
}
