/** What people expect of a menu: quit, copy and paste, zoom. Reload and the developer tools only while developing. */
export function menuTemplate(isMac: boolean, isPackaged: boolean): Electron.MenuItemConstructorOptions[] {
  const developing: Electron.MenuItemConstructorOptions[] = isPackaged ? [] : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }]
  return [
    isMac ? { role: 'appMenu' } : { role: 'fileMenu' },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { type: 'separator' }, { role: 'togglefullscreen' }, ...developing],
    },
    { role: 'windowMenu' },
  ]
}
