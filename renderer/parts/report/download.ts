import type { ReportDocument } from '#preload/contract.ts'
import { saveFile } from '#renderer/ui/save-file.ts'

export const download = ({ fileName, mime, text }: ReportDocument): void => saveFile(fileName, new Blob([text], { type: mime }))
