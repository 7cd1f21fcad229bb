/** The look of the live panels; every name begins with nl-. */

import { DIAGRAM } from "./diagram_style.js";
import { LESSON } from "./lesson_style.js";

const LIGHT = `--panel:#fff;--raise:#fff;--line:#e0e4ea;--line2:#c5ccd6;--hover:#e7eaef;--sel:#dfe4eb;
--t1:#16202c;--t2:#465264;--t3:#626e80;--focus:#5b54d6;--test:#b0306f;--ok:#16744a;--okb:#e2f3ea;
--bad:#a8201a;--badb:#fdeae8;--fade:#0e7c86;--grow:#b02a8f;color-scheme:light`;
const DARK = `--panel:#151a21;--raise:#1b222b;--line:#262e38;--line2:#3b4654;--hover:#1e2530;--sel:#2a333f;
--t1:#e9edf2;--t2:#b0bac7;--t3:#8c98a8;--focus:#9a94ff;--test:#f287b7;--ok:#55c790;--okb:#12301f;
--bad:#ff9d94;--badb:#3c1714;--fade:#4cc3cd;--grow:#ee7fce;color-scheme:dark`;

const CSS = `
.nl-root{${LIGHT};container-type:inline-size;width:100%;text-align:left;letter-spacing:0;
 font:13px/18px "Source Sans 3","Source Sans","Source Sans Pro",sans-serif;color:var(--t1);
 font-variant-numeric:tabular-nums}
.nl-root[data-nl-theme=dark]{${DARK}}
.nl-root *{box-sizing:border-box}
.nl-frame{display:flex;flex-direction:column;gap:12px}
.nl-bar{display:flex;flex-wrap:wrap;align-items:center;gap:4px 0;background:var(--panel);padding:6px 14px;
 border:1px solid var(--line);border-radius:8px;flex:none}
.nl-metric{display:flex;flex-direction:column;min-width:96px;padding-right:12px}
.nl-metric[data-key=step]{min-width:92px}.nl-metric[data-key=epoch]{min-width:74px}
.nl-metric[data-key=train_cost]{border-left:1px solid var(--line);padding-left:14px;min-width:114px}
.nl-metric[data-key=test_cost]{min-width:104px}.nl-metric[data-key$=score]{min-width:112px}
.nl-metric span{font-size:12px;line-height:16px;color:var(--t2);white-space:nowrap}
.nl-metric b{font-size:17px;line-height:22px;font-weight:600;white-space:nowrap}
.nl-swatch{display:inline-block;width:15px;height:0;border-top:2px solid var(--t1);margin-right:5px;
 vertical-align:middle;position:relative;top:-1px}
.nl-swatch[data-key=test_cost]{border-top:2px dashed var(--test)}
.nl-status{display:flex;align-items:center;gap:6px;margin-left:auto;font-size:12px;line-height:16px;
 color:var(--t2);white-space:nowrap}
.nl-dot{width:7px;height:7px;border-radius:50%;background:var(--ok)}
.nl-status[data-kind=paused] .nl-dot{background:var(--t3)}
.nl-status[data-kind=diverged] .nl-dot{background:var(--bad)}
.nl-timeline{display:flex;align-items:center;gap:8px;flex:1 1 120px;min-width:0;max-width:360px;margin:0 8px 0 4px;
 font-size:12px;line-height:16px;color:var(--t2);white-space:nowrap}
.nl-timeline input{flex:1 1 0;width:0;min-width:56px;height:20px;margin:0;accent-color:var(--t1);cursor:pointer}
.nl-timeline button{font:inherit;font-weight:500;color:var(--t1);height:24px;padding:0 8px;border-radius:6px;cursor:pointer;
 border:1px solid var(--line2);background:var(--raise)}
.nl-notice{flex-basis:100%;font-size:12px;line-height:16px;color:var(--t1);background:var(--sel);
 border-radius:4px;padding:3px 8px;margin-top:2px}
.nl-grid{display:flex;flex-direction:column;gap:12px}
.nl-panel{background:var(--panel);border:1px solid var(--line);border-radius:8px;display:flex;
 flex-direction:column;min-width:0;min-height:0;overflow:hidden;position:relative;height:340px}
.nl-panel:is([data-key=boundary],[data-key=space]){height:auto;aspect-ratio:1/1.16}
.nl-panel[data-key=network]{height:440px}
.nl-head{display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px;padding:7px 12px 0 14px;min-height:31px;flex:none}
.nl-words{padding:0 12px 0 14px;min-height:16px;flex:none}
.nl-head h3{flex:1 0 auto;max-width:100%;margin:0;padding:0;font:600 13.5px/18px "Source Sans 3","Source Sans","Source Sans Pro",sans-serif;
 color:var(--t1);letter-spacing:0}
.nl-words p{margin:0;padding:0;font-size:12px;line-height:16px;color:var(--t2);text-wrap:pretty}
.nl-words{position:relative}.nl-words .nl-pointed{position:absolute;inset:0 12px 0 14px;background:var(--panel);color:var(--t1);font-weight:600}
.nl-legend{display:flex;flex-wrap:wrap;gap:0 12px;font-size:12px;line-height:16px;color:var(--t2)}
.nl-key{display:inline-flex;align-items:center;gap:4px;white-space:nowrap}
.nl-draw{display:flex;flex-wrap:wrap;gap:4px;align-items:center;flex:0 0 auto}.nl-draw[data-on]{flex:1 0 100%}
.nl-draw[hidden],.nl-draw button[hidden]{display:none}
.nl-draw button{font:inherit;font-size:12.5px;line-height:16px;min-height:26px;padding:3px 6px;border:1px solid var(--line2);border-radius:5px;background:var(--panel);color:var(--t2);cursor:pointer;display:inline-flex;align-items:center;gap:4px;max-width:130px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.nl-draw button[aria-pressed=true]{background:var(--t1);border-color:var(--t1);color:var(--panel)}
.nl-draw canvas{flex:none}
.nl-plot[data-drawing]{touch-action:none;cursor:crosshair}.nl-plot[data-drawing] *{cursor:inherit!important}
@media (pointer:coarse){.nl-draw button{min-height:44px;padding:6px 12px}}
.nl-controls{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:4px 8px;flex:0 1 auto;align-items:center}
.nl-segment{display:inline-flex;border:1px solid var(--line2);border-radius:6px;background:var(--raise);padding:1px;
 height:24px}
.nl-segment button,.nl-check,.nl-select,.nl-banner button,.nl-zoom{font:inherit;color:var(--t2);cursor:pointer}
.nl-segment button{border:0;background:none;border-radius:4px;padding:0 7px;margin:0;font-size:12px;line-height:1;
 font-weight:500;min-height:0}
.nl-segment button:hover{background:var(--hover)}
.nl-segment button[aria-pressed=true]{background:var(--sel);color:var(--t1);font-weight:600}
.nl-select{height:24px;max-width:120px;border:1px solid var(--line2);border-radius:6px;background:var(--raise);font-size:12px}
.nl-slider{display:inline-flex;align-items:center;gap:6px;height:24px;font-size:12px;color:var(--t2);white-space:nowrap}
.nl-range{width:110px;margin:0;accent-color:var(--t1);cursor:pointer}.nl-slider output{min-width:28px;font-weight:600;color:var(--t1);font-variant-numeric:tabular-nums}
.nl-pager{align-items:center}.nl-pager span{padding:0 4px;font-size:12px;font-variant-numeric:tabular-nums;white-space:nowrap}.nl-pager button:disabled{opacity:.35;cursor:default}
.nl-check{display:inline-flex;align-items:center;gap:5px;height:24px;font-size:12px;white-space:nowrap}
.nl-check input{margin:0;width:14px;height:14px;accent-color:var(--t1);cursor:pointer}
.nl-root button:focus-visible,.nl-root input:focus-visible,.nl-root select:focus-visible{
 outline:2px solid var(--focus);outline-offset:1px}
.nl-badge{display:inline-flex;align-items:center;height:20px;padding:0 7px;border-radius:4px;font-size:12px;
 font-weight:600;white-space:nowrap;background:var(--sel);color:var(--t1)}
.nl-badge[data-kind=ok]{background:var(--okb);color:var(--ok)}
.nl-badge[data-kind=diverged]{background:var(--badb);color:var(--bad)}
.nl-plot{flex:1;min-height:0;position:relative;overflow:hidden}
.nl-plot canvas,.nl-plotly{position:absolute;left:0;top:0}
.nl-plot canvas{pointer-events:none;width:100%;height:100%}
.nl-plot[data-dim=true] canvas,.nl-plot[data-dim=true] .nl-plotly{opacity:.45}
.nl-plotly .scatterlayer,.nl-plotly .spikeline:not([stroke-dasharray]){visibility:hidden}
.nl-empty{position:absolute;left:calc(50% - 5px);top:calc(75% - 20px);transform:translate(-50%,-50%);
 width:max-content;max-width:80%;padding:4px 10px;background:var(--panel);border-radius:6px;text-align:center;color:var(--t2);font-size:12.5px;
 line-height:18px;pointer-events:none}
.nl-empty b{display:block;color:var(--t1);font-size:13.5px;font-weight:600;margin-bottom:2px}
.nl-plot:focus-visible{outline:2px solid var(--focus);outline-offset:-2px;border-radius:6px}
.nl-note{position:absolute;top:14px;z-index:2;pointer-events:none;background:var(--raise);color:var(--t1);padding:5px 10px 6px;
 border:1px solid var(--line2);border-radius:6px;font-size:12px;line-height:16px;width:max-content;max-width:calc(100% - 8px)}
.nl-note table{border-collapse:collapse;margin:1px 0 0}.nl-note tr{background:none;border:0}
.nl-note :is(th,td){white-space:nowrap;border:0;padding:0 0 0 12px;text-align:right;font-weight:400;color:var(--t2)}
.nl-note :is(th,td):first-child{padding:0;text-align:left;font-weight:600}.nl-note td{color:var(--t1)}
.nl-note p{margin:2px 0 0;max-width:240px;color:var(--t2);font-size:12px;line-height:16px}
.nl-zoom{position:absolute;left:8px;bottom:2px;border:0;background:none;padding:2px 6px;font-size:12px;
 line-height:16px;border-radius:4px}
.nl-zoom:hover{background:var(--hover)}
.nl-saver{position:absolute;right:6px;bottom:6px;z-index:3;opacity:0;display:flex;flex-direction:row-reverse;gap:4px}
.nl-panel:hover .nl-saver,.nl-saver:focus-within{opacity:1}
.nl-saver button{font:inherit;font-size:12px;line-height:1;height:24px;min-width:24px;padding:0 6px;border-radius:6px;
 border:1px solid var(--line2);background:var(--raise);color:var(--t2);cursor:pointer}
.nl-saver button:hover{background:var(--hover);color:var(--t1)}.nl-save-menu{display:flex;gap:4px}
.nl-banner{display:flex;align-items:center;gap:10px;margin:4px 12px 10px;padding:6px 8px 6px 12px;border-radius:6px;
 background:var(--sel);color:var(--t1);font-size:12.5px;line-height:17px;flex:none}
.nl-banner[data-kind=diverged]{background:var(--badb);color:var(--bad)}
.nl-banner span{flex:1 1 180px}
.nl-banner b{display:block;font-weight:600}
.nl-banner button{margin-left:auto;height:30px;padding:0 10px;border:1px solid var(--line2);border-radius:6px;
 background:var(--raise);color:var(--t1);font-weight:500;white-space:nowrap}
.nl-panel[data-key=autopsy] .nl-banner{padding:4px 6px;margin-bottom:6px}
.nl-panel[data-key=autopsy] .nl-banner button{margin:0;flex:1 1 0;white-space:normal;height:auto;min-height:30px;line-height:15px}
.nl-root [hidden]{display:none!important}
@container (min-width:560px){
 .nl-grid{display:grid;grid-template-columns:1fr 1fr;grid-auto-rows:360px}
 .nl-panel,.nl-panel:is([data-key=boundary],[data-key=space]),.nl-panel[data-key=network]{height:auto;aspect-ratio:auto}
 .nl-panel:is([data-key=network],[data-key=autopsy]){grid-column:span 2}
}
@container (min-width:560px) and (max-width:879.98px){
 .nl-root[data-page=gradients] .nl-panel[data-key=product]{grid-column:span 2}
}
@container (max-width:879.98px){.nl-words{min-height:36px}.nl-panel:is([data-key=boundary],[data-key=space]) .nl-words{min-height:16px}}
@container (min-width:880px){
 .nl-frame{height:var(--nl-height,calc(100vh - 104px));min-height:620px}
 .nl-grid{flex:1;min-height:0;grid-template:1.3fr 1fr/repeat(24,1fr)}
 .nl-panel{grid-column:span 8}
 .nl-panel[data-key=network]{grid-column:span 16}
 .nl-panel[data-key=cost]{grid-column:span 7}
 .nl-panel[data-key=gradients]{grid-column:span 9}
 .nl-panel[data-key=autopsy]{grid-column:span 14}
 .nl-grid:has([data-key=autopsy]:not([hidden])) .nl-panel[data-key=cost]{grid-column:span 10}
}
/* A sentence takes the room that is left in the bar: were it a row, all panels would change their height. */
@container (min-width:880px){
 .nl-root:not([data-present]) .nl-bar{flex-wrap:nowrap}
 .nl-root:not([data-present]) .nl-notice{order:1;flex:1 1 0;min-width:0;max-height:48px;overflow:auto;margin:-5px 0 -5px 12px;padding:1px 8px;
  line-height:15px}
 .nl-root:not([data-present]) .nl-status{order:2;padding-left:12px;min-width:0;overflow:hidden}.nl-status span:last-child{overflow:hidden;text-overflow:ellipsis}
 .nl-root:not([data-present]) .nl-timeline{min-width:min-content}
}
@container (min-width:880px) and (max-width:1059.98px){
 .nl-root:not([data-present]) .nl-timeline:has(button:not([hidden])) span{display:none}
 .nl-root:not([data-present]) .nl-bar:has(.nl-notice:not([hidden])) .nl-status{display:none}
}
@container (min-width:1080px){
 .nl-panel[data-key=gradients]{grid-column:span 10}
 .nl-panel[data-key=weights]{grid-column:span 7}
 .nl-controls{gap:4px 6px}.nl-panel[data-key=gradients] .nl-segment button{padding:0 5px}
}
.nl-verdict{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center;background:var(--panel);
 border:1px solid var(--line);border-left:4px solid var(--line2);border-radius:8px;padding:10px 14px;flex:none}
.nl-verdict[data-kind=vanishing],.nl-verdict[data-kind=fading],.nl-verdict[data-kind=bypassed]{border-left-color:var(--fade)}
.nl-verdict[data-kind=exploding],.nl-verdict[data-kind=growing],.nl-verdict[data-kind=broken]{border-left-color:var(--grow)}
.nl-verdict[data-kind=healthy]{border-left-color:var(--ok)}
.nl-verdict[data-past=true]{border-left-color:var(--line2)}
.nl-said{flex:1 1 380px;min-width:0}
.nl-said h2{margin:0;padding:0;font:600 17px/24px "Source Sans 3","Source Sans","Source Sans Pro",sans-serif;color:var(--t1);letter-spacing:0}
.nl-said p{margin:0;padding:0;font-size:13px;line-height:18px;color:var(--t2);text-wrap:pretty}
.nl-beside{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center}
@container (min-width:880px) and (max-width:1079.98px){.nl-root:not([data-present]) .nl-beside:has(.nl-mend){flex:0 1 400px}}
.nl-fact{display:flex;flex-direction:column}.nl-fact span,.nl-mend span{font-size:12px;line-height:16px;color:var(--t2)}
.nl-fact b{font-size:18px;line-height:24px;font-weight:600;white-space:nowrap}
.nl-mend{display:flex;flex-direction:column;gap:4px}
.nl-mend button{font:inherit;font-weight:600;height:32px;padding:0 12px;border:1px solid var(--line2);border-radius:6px;
 background:var(--t1);color:var(--panel);cursor:pointer;white-space:nowrap}
@container (min-width:880px){
 .nl-root[data-page=gradients] .nl-grid{grid-template:1fr 1.05fr/repeat(12,1fr)}
 .nl-root[data-page=gradients] .nl-panel{grid-column:span 4}
 .nl-root[data-page=gradients] .nl-panel[data-key=phase]{grid-column:span 5}
 .nl-root[data-page=gradients] .nl-panel[data-key=product]{grid-column:span 7}
 .nl-root[data-page=gradients] .nl-grid:not(:has([data-key=product]:not([hidden]))) .nl-panel[data-key=phase]{
  grid-column:span 12}
 .nl-root[data-page=gradients] .nl-grid:not(:has([data-key=phase]:not([hidden]))){grid-template-rows:1fr}
 .nl-root[data-page=gradients] .nl-grid:not(:has([data-key=phase]:not([hidden]))) .nl-panel{grid-column:span 6}
}
@container (min-width:880px){
 .nl-root[data-page=twins] .nl-grid{grid-template:1fr 1fr/repeat(12,1fr)}
 .nl-root[data-page=twins] .nl-panel{grid-column:span 4}
}
@container (min-width:560px){
 .nl-root[data-partial=true] .nl-grid{grid-template:none/1fr 1fr!important;grid-auto-rows:minmax(260px,1fr)!important}
 .nl-root[data-partial=true] .nl-panel{grid-column:auto!important}
 .nl-root[data-partial=true] .nl-panel[data-alone=true]{grid-column:span 2!important}
}
.nl-findings{display:flex;flex-direction:column;gap:4px;flex:none;margin:-4px 0}
.nl-finding{display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;background:var(--panel);border:1px solid var(--line);
 border-left:4px solid var(--grow);border-radius:6px;padding:4px 8px 4px 10px;font-size:12.5px;line-height:17px}
.nl-finding[data-kind=error]{border-left-color:var(--bad)}
.nl-finding p{flex:1 1 320px;min-width:0;margin:0;color:var(--t2);font-size:12.5px;line-height:17px;text-wrap:pretty}.nl-finding b{color:var(--t1);font-weight:600}
.nl-finding button{font:inherit;font-weight:500;height:26px;padding:0 10px;border:1px solid var(--line2);border-radius:6px;
 background:var(--raise);color:var(--t1);cursor:pointer;white-space:nowrap}
.nl-finding button:hover{background:var(--hover)}
.nl-no-finding{margin:0 2px;font-size:12px;line-height:16px;color:var(--t3)}
.nl-layer-bar{display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px;padding:0 2px;flex:none;margin:-4px 0}
.nl-layer-label{font-size:12px;color:var(--t2)}
.nl-layer-list{display:flex;flex-wrap:wrap;gap:3px;flex:1 1 300px;min-width:0}
.nl-layer-button{font:inherit;font-size:12px;font-weight:600;line-height:1;height:24px;min-width:28px;padding:0 7px;display:inline-flex;
 align-items:center;justify-content:center;gap:5px;border:1px solid var(--line2);border-radius:6px;background:var(--raise);color:var(--t2);cursor:pointer}
.nl-layer-swatch{width:9px;height:9px;border-radius:2px;flex:none}
.nl-layer-button:hover,.nl-layer-button[data-marked]{background:var(--hover);color:var(--t1);border-color:var(--t3)}
.nl-layer-button[aria-pressed=true]{background:var(--sel);color:var(--t1);border-color:var(--t1)}
.nl-root[data-page=layers] .nl-panel{height:230px}
.nl-root[data-page=layers] .nl-panel[data-key=distributions]{height:520px}
@container (min-width:560px) and (max-width:879.98px){
 .nl-root[data-page=layers] .nl-grid{grid-auto-rows:230px}
 .nl-root[data-page=layers] .nl-panel{height:auto}
 .nl-root[data-page=layers] .nl-panel[data-key=distributions]{grid-column:span 2;grid-row:span 2;height:auto}
 .nl-root[data-page=layers] .nl-panel:is([data-key=flow],[data-key=autopsy]){grid-column:span 2}
}
@container (min-width:880px){
 .nl-root[data-page=layers] .nl-grid{grid-template:1fr 1fr 1fr/repeat(4,1fr);gap:10px}
 .nl-root[data-page=layers] .nl-panel.nl-panel{height:auto;grid-column:span 1}
 .nl-root[data-page=layers] .nl-panel.nl-panel[data-key=distributions]{grid-area:1/1/3/3}
 .nl-root[data-page=layers] .nl-panel.nl-panel:is([data-key=flow],[data-key=autopsy]){grid-area:3/1/4/3}
 .nl-root[data-page=layers] .nl-words{min-height:16px}
 .nl-root[data-page=layers] .nl-head{padding-top:5px;min-height:28px}
}
@container (min-width:880px){
 .nl-root[data-page=results] .nl-grid{grid-template:1fr 1fr/repeat(12,1fr);grid-auto-rows:1fr}
 .nl-root[data-page=results] .nl-panel.nl-panel{height:auto;grid-column:span 4}
 .nl-root[data-page=results]:is([data-panels="2"],[data-panels="3"],[data-panels="4"]) .nl-panel.nl-panel{grid-column:span 6}
 .nl-root[data-page=results][data-panels="3"] .nl-panel.nl-panel[data-key=confusion]{grid-area:1/1/3/7}
 .nl-root[data-page=results]:is([data-panels="5"],[data-panels="7"]) .nl-grid{grid-template-columns:repeat(24,1fr)}
 .nl-root[data-page=results][data-panels="5"] .nl-panel.nl-panel{grid-column:span 8}
 .nl-root[data-page=results][data-panels="5"] .nl-panel.nl-panel[data-key=pictures]{grid-column:span 11}
 .nl-root[data-page=results][data-panels="5"] .nl-panel.nl-panel[data-key=filters]{grid-column:span 6}
 .nl-root[data-page=results][data-panels="5"] .nl-panel.nl-panel[data-key=confusion]{grid-column:span 9}
 .nl-root[data-page=results] .nl-panel[data-key=filters] .nl-segment button{padding:0 4px}
 .nl-root[data-page=results][data-panels="5"] .nl-panel.nl-panel[data-key=boundary]{grid-area:1/18/3/25}
 .nl-root[data-page=results][data-panels="7"] .nl-panel.nl-panel{grid-column:span 6}
 .nl-root[data-page=results][data-panels="7"] .nl-panel.nl-panel:is([data-key=roc],[data-key=precision_recall]){grid-column:span 5}
 .nl-root[data-page=results][data-panels="7"] .nl-panel.nl-panel[data-key=boundary]{grid-column:span 8;order:99!important}
 .nl-root[data-page=results][data-panels="7"] .nl-panel.nl-panel[data-key=pictures]{grid-area:1/13/2/25}
}
/* In a low window the boundary, which has most words, is as high as two rows. */
@media (max-height:820px){@container (min-width:880px){
 .nl-root[data-page=results][data-panels="6"] .nl-grid{grid-template-columns:repeat(36,1fr)}
 .nl-root[data-page=results][data-panels="6"] .nl-panel.nl-panel{grid-column:span 8}
 .nl-root[data-page=results][data-panels="6"] .nl-panel.nl-panel:is([data-key=confusion],[data-key=probability]){grid-column:span 12}
 .nl-root[data-page=results][data-panels="6"] .nl-panel.nl-panel[data-key=boundary]{grid-area:1/25/3/37}
 .nl-root[data-page=results][data-panels="4"] .nl-grid{grid-template-columns:repeat(6,1fr)}
 .nl-root[data-page=results][data-panels="4"] .nl-panel.nl-panel{grid-column:span 2}
 .nl-root[data-page=results][data-panels="4"] .nl-panel.nl-panel[data-key=prediction]{grid-area:1/1/3/3}
 .nl-root[data-page=results][data-panels="4"] .nl-panel.nl-panel[data-key=boundary]{grid-area:1/5/3/7}
}}
@container (max-width:559.98px){.nl-root[data-page=results] .nl-panel[data-key=pictures]{height:520px}}
@container (min-width:560px){.nl-root[data-page=results][data-partial=true] .nl-panel.nl-panel{grid-row:auto!important}}
@container (max-width:879.98px){.nl-head{flex-wrap:wrap}.nl-head h3{min-width:max-content}}
@container (max-width:559.98px){
 .nl-layer-button{height:44px;min-width:44px;font-size:13px}
 .nl-mend button{height:44px}
 .nl-head h3{font-size:15px;line-height:20px}.nl-words p,.nl-legend{font-size:13px;line-height:18px}
 .nl-head{flex-wrap:wrap}.nl-panel[data-key=product] .nl-head h3{flex-basis:100%}.nl-panel:is([data-key=boundary],[data-key=space]) .nl-words{min-height:18px}
 .nl-segment,.nl-check,.nl-select{height:44px;font-size:13px}.nl-segment button{font-size:13px;padding:0 12px}
 .nl-banner button{height:44px}.nl-banner{flex-wrap:wrap}
 .nl-metric,.nl-metric[data-key]{min-width:33.3%;padding:0;border:0}.nl-status{margin-left:0}
 .nl-timeline{flex:1 1 100%;max-width:none;margin:0}.nl-timeline input{height:44px}
 .nl-frame,.nl-grid{gap:8px}
}
.nl-root[data-present]{font-size:17px;line-height:24px}
.nl-root[data-present] :is(.nl-note,.nl-note p){font-size:16px;line-height:22px}
.nl-root[data-present] :is(.nl-metric span,.nl-status,.nl-notice,.nl-words p,.nl-legend,.nl-segment button,.nl-select,
 .nl-check,.nl-badge,.nl-zoom,.nl-empty,.nl-layer-label,.nl-layer-button,.nl-banner,.nl-fact span,.nl-mend span,.nl-finding,.nl-finding p,.nl-no-finding,.nl-timeline){font-size:16px;line-height:22px}
.nl-root[data-present] :is(.nl-metric b,.nl-fact b){font-size:24px;line-height:28px}
.nl-root[data-present] :is(.nl-head h3,.nl-empty b){font-size:19px;line-height:24px}
.nl-root[data-present] .nl-said h2{font-size:26px;line-height:32px}
.nl-root[data-present] .nl-said p{font-size:17px;line-height:23px}
.nl-root[data-present] .nl-draw button{font-size:16px;line-height:22px}
.nl-root[data-present] :is(.nl-segment,.nl-check,.nl-select,.nl-layer-button,.nl-banner button,.nl-mend button){height:44px;font-size:16px}
.nl-root[data-present] .nl-check input{width:20px;height:20px}
.nl-root[data-present] :is(.nl-zoom,.nl-saver button){font-size:16px}.nl-root[data-present] .nl-saver button{height:32px;min-width:32px}
.nl-root[data-present] .nl-segment button{padding:0 12px}
.nl-root[data-present] .nl-frame{min-height:0;gap:8px}
.nl-root[data-present] .nl-grid{gap:8px}
.nl-root[data-present] .nl-words{min-height:22px}.nl-root[data-present][data-page=twins] .nl-head{min-height:51px}
.nl-root[data-present]:not([data-page=playground]) .nl-bar:has(.nl-notice[hidden]),
.nl-root[data-present]:not([data-page=playground]) .nl-bar>:not(.nl-notice){display:none!important}
.nl-root[data-present][data-page=playground] .nl-panel[data-key=gradients] .nl-controls,
.nl-root[data-present][data-page=playground] .nl-panel[data-key=gradients] .nl-words{display:none}
.nl-root[data-present][data-page=playground] .nl-readout p{height:22px}
@container (min-width:880px){
 .nl-root[data-present][data-page=playground] .nl-grid{grid-template:1.2fr 1fr/repeat(12,1fr)}
 .nl-root[data-present][data-page=playground] .nl-panel{grid-column:span 4}
 .nl-root[data-present][data-page=playground] .nl-panel[data-key=network]{grid-area:1/1/2/9}
 .nl-root[data-present][data-page=playground] .nl-panel:is([data-key=boundary],[data-key=space]){grid-area:1/9/3/13}
 .nl-root[data-present][data-page=layers] .nl-grid{grid-template:1fr 1fr/1.15fr 1fr}
 .nl-root[data-present][data-page=layers] .nl-panel.nl-panel.nl-panel{grid-area:auto}
 .nl-root[data-present][data-page=layers] .nl-panel.nl-panel.nl-panel[data-key=distributions]{grid-area:1/1/3/2}
 .nl-root[data-present][data-page=gradients] .nl-grid{grid-template:1fr/1fr}
 .nl-root[data-present][data-page=gradients] .nl-grid .nl-panel.nl-panel{grid-column:span 1}
}
@media (pointer:coarse){.nl-layer-button,.nl-finding button,.nl-timeline button,.nl-segment,.nl-check,.nl-select,.nl-banner button{height:44px}}
`;

/** Put the style sheet into the document, once. */
export function install(document) {
  if (document.getElementById("nl-style")) return;
  const style = document.createElement("style");
  style.id = "nl-style";
  style.textContent = CSS + DIAGRAM + LESSON;
  document.head.append(style);
}
