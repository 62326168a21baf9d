import { html, type Html } from './html.ts'

/** The report's whole style: both themes, and paper. */
export const style: Html = html`
:root {
  color-scheme: light dark;
  --bg: light-dark(#ffffff, #0e1013); --raised: light-dark(#f6f7f9, #15181d); --line: light-dark(#dde2e8, #262b33); --edge: light-dark(#a9b3c0, #4a5361);
  --text: light-dark(#15191f, #e8eaed); --dim: light-dark(#475160, #a7afbb); --accent: light-dark(#0068a5, #56b4e9);
  --ok: light-dark(#0f6a45, #4cc38a); --ok-bg: light-dark(#e0f4e9, #10241b); --warn: light-dark(#7d5200, #f0b74a); --warn-bg: light-dark(#fcf0d6, #2a2010);
  --bad: light-dark(#b0241c, #ff8178); --bad-bg: light-dark(#fde8e6, #32161a); --unknown: light-dark(#663ba8, #c6a0f6); --unknown-bg: light-dark(#efe7fb, #231a32);
  --rehearsal: light-dark(#00625f, #45cdc4); --rehearsal-bg: light-dark(#dcf4f2, #0c2524);
  --mono: ui-monospace, 'JetBrains Mono', 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
* { box-sizing: border-box }
html { background: var(--bg); color: var(--text); font: 15px/1.55 Inter, system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Helvetica Neue', Arial, sans-serif; font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100% }
body { margin: 0; overflow-wrap: anywhere }
main, .masthead > div, .ribbon > div, footer { max-width: 1080px; margin: 0 auto; padding: 0 32px }
h1, h2, h3, h4 { line-height: 1.2; text-wrap: balance; overflow-wrap: anywhere }
h1 { font-size: 38px; font-weight: 680; letter-spacing: -.022em; margin: 6px 0 22px }
h2 { font-size: 23px; font-weight: 650; letter-spacing: -.014em; margin: 60px 0 4px; padding-top: 18px; border-top: 1px solid var(--line) }
h3 { font-size: 16px; font-weight: 640; margin: 30px 0 8px }
h4 { font-size: 14px; font-weight: 620; margin: 20px 0 6px; color: var(--dim) }
p { margin: 8px 0; max-width: 76ch; overflow-wrap: anywhere } p.course { max-width: none; color: var(--dim) } .incident p { max-width: none }
.dim { color: var(--dim) } .at { white-space: nowrap; overflow-wrap: normal }
.ribbon { background: var(--rehearsal-bg); color: var(--rehearsal); border-bottom: 2px solid var(--rehearsal) }
.ribbon > div { padding-top: 9px; padding-bottom: 9px; font-size: 14px }
.ribbon strong { letter-spacing: .14em; margin-right: 10px }
.masthead { background: var(--raised); border-bottom: 1px solid var(--line); padding: 44px 0 34px }
.eyebrow { color: var(--dim); font-size: 13px; margin: 0; letter-spacing: .01em }
.verdict { display: flex; align-items: baseline; flex-wrap: wrap; gap: 6px 16px; font-size: 16px; margin: 0 0 26px }
.verdict p { margin: 0; max-width: none }
.badge { font-weight: 640; font-size: 15px; border-radius: 6px; padding: 4px 12px; white-space: nowrap }
.ok { color: var(--ok); background: var(--ok-bg) } .bad { color: var(--bad); background: var(--bad-bg) }
.warn { color: var(--warn); background: var(--warn-bg) } .unknown { color: var(--unknown); background: var(--unknown-bg) }
.neutral { color: var(--dim); background: var(--raised); box-shadow: inset 0 0 0 1px var(--line) }
.figures { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 18px 24px; margin: 0 }
.figures dt { color: var(--dim); font-size: 12.5px } .figures dd { margin: 2px 0 0; font-size: 20px; font-weight: 620; letter-spacing: -.01em; line-height: 1.25 }
.figures dd small { display: block; font-size: 12.5px; font-weight: 400; color: var(--dim); letter-spacing: 0; margin-top: 2px }
.contents { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; margin: 22px 0 0 }
.contents a { color: var(--dim); text-decoration: none; border-bottom: 1px solid var(--line) } .contents a:hover { color: var(--text) }
.attention { border-left: 3px solid var(--warn); background: var(--warn-bg); border-radius: 0 6px 6px 0; padding: 12px 18px; margin: 30px 0 0 }
.attention strong { color: var(--warn) } .attention ul { margin: 4px 0 0; padding-left: 18px; columns: 2 340px; column-gap: 40px } .attention li { break-inside: avoid }
figure { margin: 22px 0 0 } figcaption { font-weight: 620; margin-bottom: 6px; display: flex; justify-content: space-between; gap: 16px; flex-wrap: wrap; align-items: baseline } figcaption span { min-width: 0 }
figcaption .dim { font-weight: 400; font-size: 13px }
.mark { color: var(--rehearsal); background: var(--rehearsal-bg); border-radius: 4px; padding: 1px 7px; font-size: 11px; font-weight: 700; letter-spacing: .12em }
svg { display: block; width: 100%; height: auto; overflow: visible; font: 11px Inter, system-ui, 'Segoe UI', 'Noto Sans', Arial, sans-serif }
svg text { fill: var(--dim) } svg text.strong { fill: var(--text); font-weight: 620; font-size: 12px } svg text.name { fill: var(--text); font-size: 12px }
svg .watermark { fill: var(--rehearsal); opacity: .13; font-size: 60px; font-weight: 800; letter-spacing: .18em }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 12.5px; color: var(--dim); margin-top: 8px }
.legend span { display: inline-flex; align-items: center; gap: 7px } .legend svg { width: 22px; height: 12px; flex: none }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 14px; margin: 10px 0 }
th { text-align: left; font-weight: 500; color: var(--dim); font-size: 12.5px; border-bottom: 1px solid var(--edge); padding: 5px 14px 5px 0; white-space: nowrap }
td { border-bottom: 1px solid var(--line); padding: 7px 14px 7px 0; vertical-align: top; overflow-wrap: anywhere } td.fixed { white-space: nowrap; overflow-wrap: normal }
td:last-child, th:last-child { padding-right: 0 } td .dim { display: block; font-size: 13px }
table.steps { table-layout: fixed; min-width: 700px } .steps th:nth-child(2) { width: 122px } .steps th:nth-child(3), .steps th:nth-child(4) { width: 168px } .steps th:nth-child(5) { width: 100px } .steps th:nth-child(6) { width: 104px }
.status { white-space: nowrap; font-weight: 560; background: none; padding: 0 } .status i { display: inline-block; width: 17px; font-style: normal; font-weight: 700 } .neutral.status { box-shadow: none }
ul.items { list-style: none; margin: 8px 0; padding: 0 }
ul.items li { display: grid; grid-template-columns: 24px minmax(0, 1fr) minmax(0, auto); gap: 0 12px; border-bottom: 1px solid var(--line); padding: 6px 0; overflow-wrap: anywhere }
ul.items li > span:last-child { color: var(--dim); font-size: 13px; text-align: right; max-width: 460px } ul.items li .status i { width: auto }
ul.plain { margin: 8px 0; padding-left: 20px; overflow-wrap: anywhere } ul.plain li { margin: 3px 0 }
.key { font: 600 13px var(--mono); margin-right: 10px }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 24px; margin: 14px 0 } dl.facts dt { color: var(--dim) } dl.facts dd { margin: 0; overflow-wrap: anywhere }
details { margin: 6px 0 } summary { cursor: pointer; font-size: 14px; font-weight: 560; padding: 3px 0; overflow-wrap: anywhere } summary .dim { font-weight: 400 } details > div { padding: 2px 0 10px 17px }
pre { font: 12.5px/1.5 var(--mono); background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 10px 14px; margin: 6px 0 12px; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4 }
code { font: 13px var(--mono); overflow-wrap: anywhere }
.incident { border: 1px solid var(--line); border-left: 3px solid var(--bad); border-radius: 0 6px 6px 0; padding: 12px 18px; margin: 12px 0 } .incident h4 { color: var(--text); margin: 0 0 4px; font-size: 15px } .incident p { margin: 3px 0 }
td.tone-bad { color: var(--bad) } td.tone-warning { color: var(--warn) } td.tone-good { color: var(--ok) }
footer { color: var(--dim); font-size: 13px; margin-top: 64px; padding-top: 18px; padding-bottom: 56px } footer p { max-width: none; margin: 3px 0 }
@media screen and (max-width: 1010px) { .figures { grid-template-columns: repeat(3, minmax(0, 1fr)) } }
@media screen and (max-width: 720px) { .figures { grid-template-columns: repeat(2, minmax(0, 1fr)) } figure { overflow-x: auto } figure > svg { min-width: 680px } main, .masthead > div, .ribbon > div, footer { padding: 0 18px } h1 { font-size: 29px } ul.items li { grid-template-columns: 24px minmax(0, 1fr) } ul.items li > span:last-child { grid-column: 2; text-align: left } }
@media print {
  :root { color-scheme: light } html { font-size: 10.5pt } @page { margin: 16mm 14mm }
  main, .masthead > div, .ribbon > div, footer { max-width: none; padding: 0 } .masthead { padding: 10px 0 14px; background: none } .contents { display: none }
  h2 { margin-top: 30px; break-after: avoid } h3, h4, summary { break-after: avoid } figure, .incident, tr, li, pre { break-inside: avoid } thead { display: table-header-group }
  .figures { grid-template-columns: repeat(3, 1fr); gap: 8px 14px } .figures dd { font-size: 13pt } h1 { font-size: 21pt; margin-bottom: 12px } table { font-size: 9pt } table.steps { min-width: 0 } .steps th:nth-child(2) { width: 92px } .steps th:nth-child(3), .steps th:nth-child(4) { width: 116px } .steps th:nth-child(5) { width: 78px } .steps th:nth-child(6) { width: 78px }
  details::details-content { content-visibility: visible; block-size: auto } .ribbon, .badge, .attention, .mark, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
`
