import { openDoor, serve as serveDoor } from '#hosts/door.ts'
import { numberOption, type Command } from './usage.ts'

export const open: Command = {
  name: 'open', summary: 'Opens the app: Electron when its binary is there, the browser otherwise.', words: [],
  options: {}, details: 'HOLDPOINT_DOOR=browser or =electron chooses. HOLDPOINT_HOME says where the data is kept.',
  run: () => openDoor({ args: [] }),
}

export const serve: Command = {
  name: 'serve', summary: 'Serves the app to a browser on this machine and prints the link.', words: [],
  options: { port: { type: 'string', value: 'N', help: 'the port on 127.0.0.1 (default: any free one)' } },
  details: 'It listens on 127.0.0.1 only. The link works once, in one tab.',
  run: (args) => serveDoor(args.options['port'] === undefined ? {} : { port: numberOption(args, 'port', 0, 1, 65535) }),
}
