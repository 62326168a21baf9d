/** Texts that try to become markup, script, links or terminal commands wherever they are shown. */
export const hostileTexts: string[] = [
  '<script>alert(1)</script>', '</title><script>alert(1)</script>', '</style><script>alert(1)</script>', '</svg><script>alert(1)</script>',
  '"><script>alert(1)</script>', "'><script>alert(1)</script>", '`><script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"><img src=x onerror=alert(1)>',
  '<img src="http://127.0.0.1:9/leak.png">', '<svg onload=alert(1)>', '<svg><script>alert(1)</script></svg>', '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>">', '<object data="javascript:alert(1)">', '<embed src="javascript:alert(1)">', '<a href="javascript:alert(1)">x</a>',
  '<base href="http://127.0.0.1:9/">', '<link rel=stylesheet href="http://127.0.0.1:9/x.css">', '<meta http-equiv=refresh content="0;url=http://127.0.0.1:9/">',
  '<form action="http://127.0.0.1:9/"><input autofocus onfocus=alert(1)></form>', '<body onload=alert(1)>', '<details open ontoggle=alert(1)>x</details>',
  '<video><source onerror=alert(1)></video>', '<audio src=x onerror=alert(1)>', '<math><mtext><script>alert(1)</script></mtext></math>', '<template><script>alert(1)</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">', '<!--><script>alert(1)</script>-->', '<![CDATA[<script>alert(1)</script>]]>', '<?xml version="1.0"?><x/>',
  '<style>@import "http://127.0.0.1:9/x.css";</style>', '" style="background:url(http://127.0.0.1:9/x)', "' onmouseover='alert(1)", '" onmouseover="alert(1)" x="', '" autofocus onfocus="alert(1)',
  '&lt;script&gt;alert(1)&lt;/script&gt;', '&#60;script&#62;alert(1)&#60;/script&#62;', '&quot;&gt;&lt;img src=x onerror=alert(1)&gt;', '\u003cscript\u003ealert(1)\u003c/script\u003e',
  '<scr<script>ipt>alert(1)</script>', '<SCRIPT SRC=http://127.0.0.1:9/x.js></SCRIPT>', '<script/src=http://127.0.0.1:9/x.js>', '<x onclick=alert(1)>', '<marquee onstart=alert(1)>', '<isindex type=image src=1 onerror=alert(1)>',
  '${alert(1)}', '{{alert(1)}}', '<%= alert(1) %>', '#{alert(1)}', 'javascript:alert(1)', 'data:text/html,<script>alert(1)</script>', 'vbscript:alert(1)', 'url(javascript:alert(1))', 'expression(alert(1))',
  '[x](javascript:alert(1))', '![x](http://127.0.0.1:9/leak.png)', '[x][y]\n\n[y]: http://127.0.0.1:9/', '[y]: http://127.0.0.1:9/ "t"', '<http://127.0.0.1:9/>', 'http://127.0.0.1:9/auto', 'https://127.0.0.1:9/(auto)', 'www.example.com', 'WWW.example.com/path', 'bob@example.com', 'mailto:bob@example.com', 'xmpp:bob@example.com/x', 'ftp://example.com',
  '_http://127.0.0.1:9/_', '*www.example.com*', '(bob@example.com)', '\\http://127.0.0.1:9/', '\\<script>alert(1)</script>', '\\\\<b>', '\\`<b>`', '[^1]', '[^1]: note', '[link]', '[x]', '- [x] done', '* [ ] open',
  '# heading', '## heading\n### heading', '> quote', '- item', '+ item', '1. item', '2) item', '===', '---', '***', '___', '- - -', '    code', '\tcode', '```\n</code><script>alert(1)</script>\n```', '~~~', '````', '`', '``', '` `` ```', '``````````', '~~~~\n# heading\n~~~~',
  'a\n\n<script>alert(1)</script>\n\nb', 'a\r\n\r\n# b', 'a\n===', 'a\n---', '| a | b |\n|---|---|\n| c | d |', '|', '||||', '\\|', 'a | <b>', ':---:', '**bold**', '__bold__', '*it*', '~~gone~~', '**', '*', '_', '<b>bold</b>', '<br>', '&amp;', '&nbsp;', '&copy;', '$x$', '$$x$$', ':smile:', '---\ntitle: x\n---',
  '\u001b]0;title\u0007', '\u001b]52;c;aGk=\u001b\\', '\u001b[2J\u001b[H', '\u0000\u0001\u0008', '\u009b31m', '\u202egnp.exe', '\u2066x\u2069', '\ud800', '\udfff<b>', '\ufeff<script>', '\u2028alert(1)\u2029', 'x'.repeat(3000), '<'.repeat(500), '`'.repeat(300), '🔥'.repeat(50), '  ', '\n\n\n',
]

/** Plain data of the same shape with every text replaced; identifiers, kinds and states stay, for they are looked up by. */
export function poison<T>(value: T, hostile: (original: string) => string, keep: (key: string, original: string) => boolean): T {
  const visit = (part: unknown, key: string): unknown => {
    if (typeof part === 'string') return keep(key, part) ? part : hostile(part)
    if (Array.isArray(part)) return part.map((each: unknown) => visit(each, key))
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, each]: [string, unknown]) => [name, visit(each, name)]))
  }
  return visit(value, '') as T
}

const closedSets = new Set(['format', 'mode', 'state', 'status', 'outcome', 'standing', 'tone', 'decision', 'operator', 'stage', 'when', 'zone'])

/** A report in which every free text is hostile; `kind` is a free text of a step, but a closed set elsewhere. */
export function poisonReport<T>(report: T, hostile: (original: string) => string): T {
  const kinds = new Set(['trigger', 'breach', 'phase', 'step', 'rollback', 'failure', 'now', 'window-opens', 'window-closes', 'no-return'])
  return poison(report, hostile, (key, original) => closedSets.has(key) || (key === 'kind' && kinds.has(original)) || (key === 'unit' && ['', '%', 'ms'].includes(original)))
}
