/** Hands bytes to the browser's download. */
export function saveFile(fileName: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  // Revoked a moment later: the download reads the URL after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
