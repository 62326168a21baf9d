import { expect, test } from 'vitest'
import { useCommands } from '#renderer/stores/commands.ts'
import { boundCommands, mayAct } from '#renderer/stores/keymap.ts'

const calm = { typing: false, dialogOpen: false, pressable: false }
const command = (id: string, shortcut?: string) => ({ id, title: id, group: 'Test', shortcut, run: () => {} })

test('a plain letter waits while someone types, a chord does not', () => {
  expect(mayAct('r', { ...calm, typing: true })).toBe(false)
  expect(mayAct('Shift+R', { ...calm, typing: true })).toBe(false)
  expect(mayAct('$mod+k', { ...calm, typing: true })).toBe(true)
  expect(mayAct('r', calm)).toBe(true)
})

test('nothing acts behind an open dialog', () => {
  expect(mayAct('$mod+k', { ...calm, dialogOpen: true })).toBe(false)
  expect(mayAct('p', { ...calm, dialogOpen: true })).toBe(false)
})

test('Space and Enter belong to the button that has the focus', () => {
  expect(mayAct('Space', { ...calm, pressable: true })).toBe(false)
  expect(mayAct('Enter', { ...calm, pressable: true })).toBe(false)
  expect(mayAct('r', { ...calm, pressable: true })).toBe(true)
  expect(mayAct('Enter', calm)).toBe(true)
})

test('the command registered last has the shortcut, until it goes', () => {
  const { register } = useCommands.getState()
  const leaveScreen = register([command('screen', 's'), command('quiet')])
  const leavePart = register([command('part', 's')])
  expect(boundCommands(useCommands.getState().commands).get('s')?.id).toBe('part')
  leavePart()
  expect(boundCommands(useCommands.getState().commands).get('s')?.id).toBe('screen')
  leaveScreen()
  expect(useCommands.getState().commands).toEqual([])
})
