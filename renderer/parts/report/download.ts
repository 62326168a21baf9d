import type { ReportDocument } from '#preload/contract.ts'

/** Hands a document to the browser's download. */
export function download({ fileName, mime, text }: ReportDocument): void {
  const url = URL.createObjectURL(new Blob([text], { type: mime }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  // Revoked a moment later: the download reads the URL after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
