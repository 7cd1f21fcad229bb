/** The look of the network diagram. */

export const DIAGRAM = `
.nl-net{position:absolute;inset:0}
.nl-net button,.nl-more button,.nl-close{font:inherit;color:var(--t2);cursor:pointer;margin:0;padding:0;border:0;background:none;
 min-height:0;line-height:1}
.nl-unit{position:absolute;border-radius:5px;z-index:2;-webkit-tap-highlight-color:transparent}
.nl-net .nl-unit:focus-visible{outline:2px solid var(--focus);outline-offset:3px}
.nl-layer{position:absolute;text-align:center;pointer-events:none;font-size:12px;line-height:16px;color:var(--t2)}
.nl-layer b{display:block;color:var(--t1);font-weight:600;white-space:nowrap}
.nl-layer span{display:block;white-space:nowrap}
.nl-layer i,.nl-pick i{display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:5px}
.nl-tools{display:flex;justify-content:center;align-items:center;gap:2px;margin-top:2px;pointer-events:auto}
.nl-net .nl-tools button,.nl-net .nl-add{width:18px;height:18px;border:1px solid var(--line2);border-radius:4px;
 background:var(--raise);font-size:13px;line-height:14px;color:var(--t2)}
.nl-net .nl-add{position:absolute;border-style:dashed;border-radius:9px;color:var(--t3)}
.nl-net .nl-tools .nl-gone{border-color:transparent;background:none;color:var(--t3)}
.nl-net .nl-tools button:hover,.nl-net .nl-add:hover,.nl-more button:hover{background:var(--sel);color:var(--t1);border-color:var(--t3)}
.nl-net .nl-pick{position:absolute;z-index:3;font-size:12px;font-weight:600;color:var(--t1);white-space:nowrap}
.nl-pick i{margin-right:3px}
.nl-readout{display:flex;gap:10px;align-items:flex-start;padding:3px 12px 6px 14px;min-height:41px;flex:none;font-size:12px;line-height:16px;
 color:var(--t2)}
.nl-readout p{flex:1;min-width:0;margin:0;padding:0;font-size:12px;line-height:16px;height:32px;overflow:hidden}
.nl-readout p b{color:var(--t1);font-weight:600}
.nl-more{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
.nl-more button{height:24px;min-width:24px;padding:0 8px;border:1px solid var(--line2);border-radius:6px;background:var(--raise);
 font-size:12px;font-weight:500}
.nl-edit{position:absolute;z-index:6;width:236px;background:var(--raise);border:1px solid var(--line2);border-radius:8px;
 box-shadow:0 4px 16px rgba(0,0,0,.16);padding:8px 10px 10px;display:flex;flex-direction:column;gap:6px;font-size:12px}
.nl-edit>div{display:flex;gap:6px;align-items:center}
.nl-edit b{flex:1;font-weight:600;color:var(--t1)}
.nl-edit .nl-select{flex:1;min-width:0;color:var(--t1)}
.nl-edit input[type=number]{width:84px;height:24px;font:inherit;color:var(--t1);background:var(--panel);
 border:1px solid var(--line2);border-radius:6px;padding:0 6px}
.nl-edit input[type=range]{width:100%;margin:4px 0 0;accent-color:var(--t1)}
.nl-edit p{margin:0;padding:0;font-size:12px;line-height:16px;color:var(--t2)}.nl-edit p[data-kind=wrong]{color:var(--bad)}
.nl-close{width:22px;height:22px;border-radius:4px;font-size:15px}
.nl-close:hover{background:var(--hover)}
@container (min-width:880px){
 .nl-panel[data-key=network] .nl-words{min-height:0;position:static}
 .nl-panel[data-key=network] .nl-legend{position:absolute;right:14px;top:8px}
}
.nl-layer:has(b:only-child){line-height:22px}
.nl-root[data-present] :is(.nl-layer,.nl-edit,.nl-net .nl-pick){font-size:16px;line-height:22px}
.nl-root[data-present] .nl-readout{padding:1px 14px 6px;min-height:0}
.nl-root[data-present] .nl-readout p{font-size:16px;line-height:22px;height:44px}
.nl-root[data-present] .nl-more button{height:44px;font-size:16px}
@media (max-height:800px){.nl-readout{padding:1px 12px 2px 14px;min-height:35px}}
@container (max-width:559.98px){
 .nl-readout{flex-wrap:wrap;min-height:0}.nl-readout p{flex-basis:100%;font-size:13px;line-height:18px;height:54px}
 .nl-panel[data-key=network]{height:480px}
 .nl-more{padding-bottom:4px}.nl-more button{height:44px;min-width:44px;font-size:13px}
 .nl-net .nl-pick::after{content:"";position:absolute;inset:-6px -2px}
}
@media (pointer:coarse){
 .nl-more button,.nl-edit .nl-select,.nl-edit input[type=number]{height:44px}.nl-edit p{margin:0;padding:0;font-size:12px;line-height:16px;color:var(--t2)}.nl-edit p[data-kind=wrong]{color:var(--bad)}
.nl-close{width:44px;height:36px}
 .nl-net .nl-tools button,.nl-net .nl-add{width:26px;height:26px}.nl-net .nl-add{border-radius:13px}.nl-net .nl-unit::after{content:"";position:absolute;inset:-5px}
}
`;
