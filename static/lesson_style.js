/** The look of the strip with a question or a lesson. */

export const LESSON = `
.nl-lesson{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:4px 20px;background:var(--panel);flex:none;
 border:1px solid var(--line);border-left:4px solid var(--focus);border-radius:8px;padding:8px 14px}
.nl-lesson[data-done=true]{border-left-color:var(--ok)}
.nl-lesson-head{grid-column:1/-1;display:flex;flex-wrap:wrap;align-items:center;gap:2px 10px}
.nl-lesson h2{margin:0;padding:0;font:600 15px/20px "Source Sans 3","Source Sans","Source Sans Pro",sans-serif;color:var(--t1);letter-spacing:0}
.nl-lesson-head span{flex:1 0 auto;font-size:12px;line-height:16px;color:var(--t2)}
.nl-lesson p{margin:0;padding:0;font-size:13px;line-height:18px;color:var(--t1);text-wrap:pretty}
.nl-lesson button,.nl-lesson a{font:inherit;font-size:12.5px;line-height:16px;font-weight:500;min-height:28px;padding:4px 10px;border-radius:6px;
 border:1px solid var(--line2);background:var(--raise);color:var(--t1);cursor:pointer;text-align:left}
.nl-lesson button:hover,.nl-lesson a:hover{background:var(--hover)}
.nl-lesson .nl-quiet{border-color:transparent;background:none;color:var(--t2);min-height:24px;padding:2px 6px}
.nl-asked{display:flex;flex-direction:column;gap:6px;min-width:0}
.nl-lesson[data-lesson=false] .nl-asked{grid-column:1/-1}
.nl-choices{display:flex;flex-wrap:wrap;gap:6px}
.nl-answer span{color:var(--t2)}.nl-answer .nl-mark{font-weight:600;white-space:nowrap}
.nl-answer[data-right=true] .nl-mark{color:var(--ok)}.nl-answer[data-right=false] .nl-mark{color:var(--bad)}
.nl-goals{list-style:none;margin:0;padding:0;display:flex;flex-direction:column;gap:2px;font-size:13px;line-height:18px;min-width:0}
.nl-goals li{margin:0;padding:0 0 0 20px;position:relative;font-size:inherit;color:var(--t1)}
.nl-goals i{position:absolute;left:0;font-style:normal;color:var(--t3)}
.nl-goals li[data-done=true] i{color:var(--ok);font-weight:700}
.nl-missing{color:var(--t2)}.nl-missing:not(:empty)::before{content:" – "}
.nl-take-away{grid-column:1/-1;display:flex;flex-wrap:wrap;align-items:center;gap:6px 14px;background:var(--okb);border-radius:6px;padding:6px 10px}
.nl-take-away p{flex:1 1 320px}
.nl-take-away a{text-decoration:none;white-space:nowrap;font-weight:600}
@container (max-width:559.98px){
 .nl-lesson{grid-template-columns:minmax(0,1fr);padding:8px 12px}
 .nl-lesson p,.nl-goals{font-size:14px;line-height:19px}
 .nl-lesson button,.nl-lesson a,.nl-lesson .nl-quiet{min-height:44px;font-size:14px}
 .nl-choices{flex-direction:column}
}
.nl-root[data-present] .nl-lesson h2{font-size:19px;line-height:24px}
.nl-root[data-present] .nl-lesson :is(p,span,i,button,a,li){font-size:16px;line-height:21px}
.nl-root[data-present] .nl-lesson :is(.nl-choices button,.nl-take-away a){min-height:44px}
.nl-root[data-present] .nl-lesson{padding:6px 12px;gap:2px 20px}
@container (min-width:880px){
 .nl-root[data-present][data-page=playground]:has(.nl-lesson:not([hidden])) .nl-grid{grid-template-rows:1fr 1.15fr}
 .nl-root[data-present][data-page=playground]:has(.nl-lesson:not([hidden])) .nl-panel[data-key=cost] .nl-controls{display:none}
 .nl-root[data-present][data-page=playground]:has(.nl-lesson:not([hidden])) .nl-panel[data-key=cost] .nl-words{min-height:0}
 .nl-root[data-present][data-page=twins]:has(.nl-lesson:not([hidden])) .nl-panel.nl-panel.nl-panel{grid-column:span 6}
 .nl-root[data-present][data-page=twins]:has(.nl-lesson:not([hidden])) .nl-words{min-height:0}
}
.nl-lesson .nl-held{grid-column:1/-1;margin:6px 0;padding:28px;text-align:center;border:1px dashed var(--line2);border-radius:8px;color:var(--t2)}
@media (pointer:coarse){.nl-lesson button,.nl-lesson a{min-height:44px}}
`;
