/** Shown instead of the app when a link is used up. No script, no style: the policy allows neither inline. */
export const newLinkPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="dark light"><title>Holdpoint: a new link is needed</title></head>
<body>
<h1>This link has been used</h1>
<p>Each link opens Holdpoint once, in one tab, within ten minutes. If Holdpoint was restarted, older tabs need a new link too.</p>
<p><strong>For a new link:</strong> go to the terminal where Holdpoint runs and press <kbd>Enter</kbd>. It prints one; open that.</p>
<p>Nothing was changed. A run that is in progress goes on.</p>
</body>
</html>
`
