import { toProblem } from '#domain/problem.ts'
import { openStorage } from '#storage/storage.ts'

try {
  openStorage(process.argv[2]!)
  console.log('open')
  setInterval(() => {}, 60_000)
} catch (thrown) {
  console.log(JSON.stringify(toProblem(thrown).toValue()))
}
