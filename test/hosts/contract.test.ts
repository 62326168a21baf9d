import { doors } from '#support/doors.ts'
import { describeBridge } from './contract.ts'

describeBridge('the bridge over a WebSocket', doors.browser)
describeBridge("the bridge over Electron's IPC", doors.electron)
