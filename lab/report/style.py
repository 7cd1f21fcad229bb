"""The look of a printed report: A4, black on white."""

CSS = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
@page { size: A4; margin: 16mm 15mm 15mm; }
body { margin: 0 auto; padding: 24px 16px; max-width: 180mm; background: #ffffff; color: #111111;
  font: 10.5pt/1.4 "Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h1 { font-size: 18pt; line-height: 1.2; margin: 0; }
h2 { font-size: 12.5pt; line-height: 1.25; margin: 16pt 0 4pt; border-bottom: 1px solid #999999;
  padding-bottom: 2pt; break-after: avoid; }
h3 { font-size: 10.5pt; margin: 8pt 0 2pt; break-after: avoid; }
p { margin: 3pt 0; }
.what { color: #333333; margin-bottom: 10pt; }
.fill { display: flex; gap: 10mm; margin: 10pt 0 0; }
.fill p { flex: 1; display: flex; gap: 2mm; margin: 0; align-items: end; }
.fill span { flex: 1; border-bottom: 1px solid #111111; min-height: 18pt; padding: 2pt; }
.own { border: 1px solid #999999; border-radius: 2mm; min-height: 34mm; padding: 2mm 3mm;
  break-inside: avoid; }
[contenteditable]:focus { outline: 2px solid #06629d; outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 9.5pt; line-height: 1.3; }
th, td { padding: 1.5pt 6pt 1.5pt 0; text-align: right; vertical-align: top;
  border-bottom: 1px solid #dddddd; }
th { font-weight: 600; border-bottom-color: #777777; }
:is(th, td):first-child, .words :is(th, td) { text-align: left; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
.settings { columns: 2; column-gap: 8mm; }
.settings table { break-inside: avoid; margin-bottom: 6pt; }
.settings td:last-child, .settings th:last-child { padding-right: 0; }
.settings td:first-child { white-space: nowrap; }
.settings tr[data-set] td { font-weight: 600; }
.settings small { font-weight: 400; color: #444444; font-size: 8.5pt; }
.confusion { width: auto; break-inside: avoid; }
.confusion :is(th, td) { padding: 2pt 5pt; text-align: right; white-space: nowrap; }
.confusion th:first-child { text-align: left; }
.confusion td[data-right] { font-weight: 600; background: #eeeeee; }
figure { margin: 4pt 0 0; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-weight: 600; }
figcaption span { font-weight: 400; }
.finding { border-left: 1.2mm solid #111111; padding-left: 3mm; margin: 6pt 0;
  break-inside: avoid; }
.finding p { margin: 1pt 0; }
.finding p:first-child { font-weight: 600; }
.choices { margin: 2pt 0; padding-left: 6mm; }
.choices [data-chosen] { font-weight: 600; }
.held { border: 1px solid #111111; border-radius: 2mm; padding: 2mm 3mm; break-inside: avoid; }
.again { display: flex; gap: 6mm; align-items: flex-start; break-inside: avoid; }
.again svg { flex: none; width: 36mm; height: 36mm; border: 1px solid #dddddd; }
.again[data-fine] svg { width: 60mm; height: 60mm; }
.again a { color: #111111; font-size: 9pt; word-break: break-all; }
footer { margin-top: 14pt; font-size: 8.5pt; color: #444444; }
@media print { body { padding: 0; max-width: none; } }
"""
