// Made by watchfloor.views.twin.bundle; edit the files it is made from, not this one.
const CSS = ".wf { font-family: var(--wf-font, system-ui, sans-serif); font-size: var(--wf-size, 14px); line-height: 1.4; color: var(--wf-text, inherit);\n  height: 100%; box-sizing: border-box; position: relative; }\n.wf *, .wf *::before, .wf *::after { box-sizing: border-box; }\n.wf [hidden] { display: none !important; }\n.wf .num, .wf time { font-variant-numeric: tabular-nums; }\n.wf .muted { color: var(--wf-muted); }\n.wf button, .wf input, .wf select, .wf textarea { font: inherit; color: inherit; background: var(--wf-raised, transparent);\n  border: 1px solid var(--wf-line, #8888); border-radius: 4px; padding: 3px 10px; min-height: 28px; }\n.wf button { cursor: pointer; white-space: nowrap; }\n.wf button:hover:not(:disabled) { border-color: var(--wf-muted); }\n.wf button:disabled { opacity: 0.55; cursor: not-allowed; }\n.wf button[aria-pressed=\"true\"], .wf button.primary { border-color: var(--wf-accent); color: var(--wf-accent); }\n.wf :focus-visible { outline: 2px solid var(--wf-accent, Highlight); outline-offset: -1px; }\n.wf .sign .fill { stroke: rgb(0 0 0 / 55%); stroke-width: 1; }\n.wf .sign .cross { stroke: #111; stroke-width: 1.6; fill: none; }\n.wf .sign .Extreme { fill: var(--wf-extreme, #EE3D77); } .wf .sign .Severe { fill: var(--wf-severe, #F59A23); }\n.wf .sign .Moderate { fill: var(--wf-moderate, #FFF3B0); } .wf .sign .Minor { fill: var(--wf-minor, #5AA9FF); }\n.wf .sign .Unknown { fill: var(--wf-unknown, #9AA3AD); }\n.wf .hazard { stroke: currentColor; fill: none; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; flex: none; }\n.wf .severity { padding: 0 6px; border-radius: 3px; font-weight: 600; font-size: 0.82em; line-height: 1.55; color: #111; background: var(--wf-unknown); flex: none; }\n.wf .severity.Extreme { background: var(--wf-extreme); } .wf .severity.Severe { background: var(--wf-severe); }\n.wf .severity.Moderate { background: var(--wf-moderate); } .wf .severity.Minor { background: var(--wf-minor); }\n.wf .badge { padding: 0 5px; border-radius: 3px; font-size: 0.76em; font-weight: 700; letter-spacing: 0.03em; text-transform: uppercase; border: 1px solid currentColor; flex: none; line-height: 1.5; }\n.wf .badge.new, .wf .badge.updated { color: var(--wf-accent); } .wf .badge.late { color: var(--wf-late); } .wf .badge.disputed { color: var(--wf-down); }\n.wf .badge.cancelled, .wf .badge.ended, .wf .badge.expired, .wf .badge.upcoming, .wf .badge.exercise, .wf .badge.test { color: var(--wf-muted); }\n.wf .empty { padding: 24px 16px; color: var(--wf-muted); text-align: center; }\n.wf .notice { padding: 6px 10px; color: var(--wf-late); border-bottom: 1px solid var(--wf-line); }\n.wf .notice.bad { color: var(--wf-down); }\n.wf .toast { position: absolute; left: 8px; right: 8px; bottom: 8px; padding: 8px 12px; border-radius: 4px; background: var(--wf-raised);\n  border: 1px solid var(--wf-accent); opacity: 0; pointer-events: none; transition: opacity 0.2s; z-index: 5; }\n.wf .toast.shown { opacity: 1; } .wf .toast.bad { border-color: var(--wf-down); } .wf .toast:empty { display: none; }\n\n.list { display: flex; flex-direction: column; background: var(--wf-panel); min-height: 0; }\n.list .head { display: flex; gap: 8px; align-items: center; padding: 6px 8px; border-bottom: 1px solid var(--wf-line); flex-wrap: wrap; }\n.list .title { flex: 1 1 auto; white-space: nowrap; } .list .zone { margin-left: 10px; font-size: 0.86em; }\n.list .find { flex: 1 1 120px; min-width: 90px; }\n.list .kinds { padding: 5px 8px; border-bottom: 1px solid var(--wf-line); } .list .kinds:empty { display: none; } .wf .kinds .chip { font-size: 0.82em; padding: 1px 7px; min-height: 24px; }\n.list .kind { display: inline-flex; gap: 3px; align-items: center; white-space: pre; flex: none; } .wf .bell { color: var(--wf-late); }\n.list .opened { display: flex; justify-content: space-between; gap: 8px; align-items: center; padding: 5px 10px; color: var(--wf-accent); border-bottom: 1px solid var(--wf-line); }\n.list .rows { flex: 1 1 0; overflow-y: auto; overflow-x: hidden; min-height: 140px; position: relative; contain: strict; }\n.list .space { position: relative; width: 100%; }\n.list .row { position: absolute; left: 0; right: 0; height: var(--row, 68px); display: flex; gap: 8px; padding: 6px 10px 6px 6px; cursor: pointer;\n  border-bottom: 1px solid var(--wf-line); border-left: 3px solid transparent; overflow: hidden; }\n.list .row:hover { background: var(--wf-raised); }\n.list .row[aria-selected=\"true\"] { background: var(--wf-raised); border-left-color: var(--wf-accent); }\n.list .row.over .name, .list .row.over .area { color: var(--wf-muted); text-decoration: line-through; text-decoration-thickness: 1px; }\n.list .row.over .sign { opacity: 0.45; }\n.list .mark { padding-top: 1px; flex: none; }\n.list .body { flex: 1 1 auto; min-width: 0; }\n.list .line { display: flex; gap: 6px; align-items: center; white-space: nowrap; overflow: hidden; font-size: 0.9em; height: 1.5em; }\n.list .line.first { font-size: 1em; height: 1.45em; } .list .line.last { font-size: 0.82em; gap: 3px; height: 1.5em; }\n.list .name { font-weight: 600; flex: 1 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; }\n.list .area { overflow: hidden; text-overflow: ellipsis; flex: 1 1 auto; min-width: 0; }\n.list .source { overflow: hidden; text-overflow: ellipsis; flex: 0 1 auto; }\n.list .line.last > * { flex: none; } .list .line.last > .source { flex: 0 1 auto; min-width: 20px; }\n.list .trust { margin-left: auto; padding-left: 6px; } .list .trust.verified { color: var(--wf-ok); } .list .trust.unverified { color: var(--wf-late); }\n.list .people { margin-left: auto; flex: none; }\n\n.figures .tiles { display: flex; gap: 6px; overflow-x: auto; }\n.wf .tile { flex: 1 1 auto; display: flex; flex-direction: column; align-items: flex-start; gap: 0; padding: 5px 12px; min-width: 84px; min-height: 52px; text-align: left;\n  background: var(--wf-panel); border: 1px solid var(--wf-line); border-radius: 6px; }\n.wf .tile[aria-expanded=\"true\"] { border-color: var(--wf-accent); box-shadow: inset 0 -3px 0 var(--wf-accent); }\n.figures .value { font-size: 1.6em; font-weight: 600; line-height: 1.15; display: flex; align-items: center; gap: 6px; }\n.figures .value small { font-size: 0.55em; font-weight: 400; color: var(--wf-muted); align-self: flex-end; padding-bottom: 3px; margin-left: -4px; }\n.figures .label { font-size: 0.82em; color: var(--wf-muted); white-space: nowrap; }\n.figures .zero .value { color: var(--wf-muted); font-weight: 400; } .figures .none .value { color: var(--wf-muted); }\n.figures .tone-late .value { color: var(--wf-late); } .figures .tone-down .value { color: var(--wf-down); }\n.figures .some.tone-Extreme { border-left: 4px solid var(--wf-extreme); } .figures .some.tone-Severe { border-left: 4px solid var(--wf-severe); }\n.figures .some.tone-Moderate { border-left: 4px solid var(--wf-moderate); } .figures .some.tone-Minor { border-left: 4px solid var(--wf-minor); }\n.figures .silent { color: var(--wf-late); margin-left: 6px; }\n.wf .behind, .wf .more { margin-top: 6px; padding: 8px 12px; background: var(--wf-panel); border: 1px solid var(--wf-accent); border-radius: 6px; max-height: 40vh; overflow: auto; }\n.wf .behind-head { display: flex; gap: 10px; align-items: center; } .wf .behind-head strong { flex: 1; }\n.wf .facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 14px; margin: 6px 0; }\n.wf .facts dt { color: var(--wf-muted); } .wf .facts dd { margin: 0; overflow-wrap: anywhere; }\n.wf code, .wf kbd { font-family: var(--wf-mono, monospace); font-size: 0.88em; overflow-wrap: anywhere; }\n.wf kbd { border: 1px solid var(--wf-line); border-radius: 3px; padding: 1px 7px; background: var(--wf-raised); }\n.wf .names { columns: 260px; margin: 6px 0; padding-left: 18px; }\n.wf button.link { border: 0; background: none; padding: 0; min-height: 0; color: var(--wf-accent); text-align: left; white-space: normal; }\n\n.feeds .strip { display: flex; gap: 8px; align-items: center; overflow-x: auto; padding: 2px 4px; }\n.wf .caption { color: var(--wf-muted); font-size: 0.86em; flex: none; }\n.feeds .sources { display: flex; gap: 6px; list-style: none; margin: 0; padding: 0; }\n.wf button.source { display: flex; gap: 6px; align-items: center; padding: 1px 8px; min-height: 26px; font-size: 0.86em; background: var(--wf-panel); }\n.feeds .well { display: flex; gap: 5px; align-items: center; color: var(--wf-ok); font-size: 0.86em; white-space: nowrap; padding: 0 4px; }\n.wf button.source.ok { padding: 1px 6px; border-color: transparent; gap: 4px; }\n.wf button.source.ok:hover { border-color: var(--wf-muted); }\n.wf .health { fill: none; stroke: currentColor; stroke-width: 2; flex: none; }\n.wf .source.ok .word, .wf .health.ok { color: var(--wf-ok); } .wf .source.late .word, .wf .health.late { color: var(--wf-late); }\n.wf .source.down .word, .wf .health.down { color: var(--wf-down); } .wf .source.off .word, .wf .health.off, .wf .source.new .word, .wf .health.new { color: var(--wf-muted); }\n.wf .source.late { border-color: var(--wf-late); } .wf .source.down { border-color: var(--wf-down); }\n.wf .source .word { font-weight: 600; } .wf .held { color: var(--wf-late); }\n.wf table { border-collapse: collapse; width: 100%; font-size: 0.92em; } .wf th, .wf td { text-align: left; padding: 2px 8px 2px 0; vertical-align: top; overflow-wrap: anywhere; }\n.wf thead th { color: var(--wf-muted); font-weight: 400; } .wf tbody tr { border-top: 1px solid var(--wf-line); }\n\n.filters .groups, .detail .page, .areas .page { padding: 8px 10px; }\n.filters-head { display: flex; justify-content: space-between; align-items: center; margin-bottom: 4px; }\n.wf fieldset { border: 0; margin: 0 0 8px; padding: 0; min-width: 0; } .wf legend { color: var(--wf-muted); font-size: 0.86em; padding: 0 0 3px; }\n.wf .chips { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; }\n.wf button.chip { display: inline-flex; gap: 5px; align-items: center; padding: 1px 8px; min-height: 26px; font-size: 0.88em; }\n.wf .chip.on { background: var(--wf-accent); color: var(--wf-on-accent, #fff); border-color: var(--wf-accent); } .wf .chip.on .muted { color: inherit; }\n.wf .chip.none:not(.on) { color: var(--wf-muted); } .wf .chip.none:not(.on) svg { opacity: 0.5; }\n.filters .hint { margin: 4px 0 0; font-size: 0.86em; } .filters select { max-width: 100%; } .filters .notice ul { margin: 2px 0; padding-left: 18px; overflow-wrap: anywhere; }\n\n.timebar { display: flex; gap: 18px; padding: 6px 12px; align-items: stretch; }\n.timebar .valid { flex: 1 1 auto; min-width: 0; } .timebar .row { display: flex; gap: 6px; align-items: center; }\n.timebar .play { min-width: 36px; font-size: 0.8em; } .timebar .shown { margin-left: 8px; font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }\n.timebar .track { position: relative; height: 38px; margin: 4px 8px 0; }\n.timebar .bars { position: absolute; inset: 0 0 12px; width: 100%; height: 26px; }\n.timebar .bar { fill: var(--wf-unknown); opacity: 0.85; } .timebar .bar.Extreme { fill: var(--wf-extreme); } .timebar .bar.Severe { fill: var(--wf-severe); }\n.timebar .bar.Moderate { fill: var(--wf-moderate); } .timebar .bar.Minor { fill: var(--wf-minor); }\n.timebar .slider { position: absolute; left: -8px; right: -8px; bottom: 0; width: calc(100% + 16px); margin: 0; padding: 0; min-height: 16px; height: 16px; background: none; border: 0; accent-color: var(--wf-accent); }\n.timebar .nowline { position: absolute; top: 0; bottom: 6px; width: 0; border-left: 2px solid var(--wf-text); z-index: 1; pointer-events: none; }\n.timebar .nowline span { position: absolute; top: -2px; left: 4px; font-size: 0.76em; white-space: nowrap; background: var(--wf-panel); padding: 0 3px; border-radius: 2px; }\n.timebar .ticks { position: relative; height: 16px; margin: 0 8px; font-size: 0.76em; } .timebar .ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }\n.timebar .ticks span:first-child { transform: none; } .timebar .ticks span:last-child { transform: translateX(-100%); }\n.timebar .asof { flex: none; border-left: 1px solid var(--wf-line); padding-left: 16px; display: flex; flex-direction: column; gap: 4px; margin: 0; }\n.timebar .asof.past { border-left: 4px solid var(--wf-late); } .timebar .asof .mark { color: var(--wf-ok); } .timebar .asof.past .mark { color: var(--wf-late); }\n.timebar .entry, .timebar .steps { display: flex; gap: 4px; align-items: center; flex-wrap: wrap; } .timebar .asof button { padding: 2px 8px; min-height: 26px; }\n.timebar .asof.past .live { border-color: var(--wf-late); color: var(--wf-late); font-weight: 600; }\n\n.detail { background: var(--wf-panel); overflow: auto; }\n.detail h2 { font-size: 1.15em; margin: 6px 0 2px; overflow-wrap: anywhere; } .detail h3 { font-size: 0.86em; color: var(--wf-muted); font-weight: 600; margin: 12px 0 3px; border-bottom: 1px solid var(--wf-line); }\n.detail h4 { font-size: 0.92em; margin: 8px 0 2px; } .detail .line { display: flex; gap: 6px; align-items: center; flex-wrap: wrap; }\n.detail .where { margin: 2px 0; color: var(--wf-muted); } .detail .prose { white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0; max-width: 76ch; }\n.detail .headline { font-weight: 600; } .detail .instruction { border-left: 3px solid var(--wf-accent); padding-left: 10px; }\n.detail .tabs { display: flex; gap: 4px; margin: 4px 0; } .detail .act { display: flex; gap: 6px; margin-top: 4px; } .detail .note { flex: 1; min-width: 0; }\n.detail .acts, .detail .links, .detail .history { margin: 2px 0; padding-left: 18px; overflow-wrap: anywhere; } .detail p.muted { margin: 2px 0; }\n.detail a { color: var(--wf-accent); overflow-wrap: anywhere; } .detail .changes th { color: var(--wf-muted); font-weight: 400; width: 22%; } .detail .changes td { width: 39%; white-space: pre-wrap; }\n.detail del { color: var(--wf-muted); } .detail ins { text-decoration: none; font-weight: 600; }\n.detail .trust.verified { color: var(--wf-ok); } .detail .trust.unverified { color: var(--wf-late); }\n.areas .sums td { text-align: right; } .areas .sums th { font-weight: 400; }\n.export { padding: 6px 10px; }\n.keys { display: inline-block; } .keys > button { min-width: 30px; padding: 2px 8px; }\n.wf dialog { background: var(--wf-panel); color: var(--wf-text); border: 1px solid var(--wf-line); border-radius: 8px; padding: 16px 24px; max-width: 520px; }\n.wf dialog::backdrop { background: rgb(0 0 0 / 55%); } .wf dialog h2 { margin: 0 0 8px; font-size: 1.15em; }\n.keys .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }\n@media (max-width: 820px) {\n  .timebar { flex-direction: column; gap: 8px; } .timebar .asof { border-left: 0; border-top: 1px solid var(--wf-line); padding: 8px 0 0; }\n  .timebar .asof.past { border-left: 0; border-top: 4px solid var(--wf-late); }\n  .figures .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); }\n  .wf .tile { min-width: 0; padding: 5px 8px; } .figures .label { white-space: normal; }\n  .timebar .ticks span:not(:nth-child(4n + 1)) { display: none; }\n  .timebar .row { flex-wrap: wrap; } .timebar .shown { margin-left: 0; width: 100%; }\n  .wf button, .wf input, .wf select { min-height: 34px; }\n}\n@media (prefers-reduced-motion: reduce) { .wf *, .wf *::before, .wf *::after { animation: none !important; transition: none !important; } }\n@media (forced-colors: active) { .wf .sign, .wf .severity, .wf .bar { forced-color-adjust: none; } }\n.timebar .when { width: 11.5em; } .timebar .leap { display: flex; gap: 4px; margin-left: auto; }\n.wall button { cursor: default; } .wall.list .head { padding: 0.3em 0.6em; } .wall.list .title { font-size: 1.05em; display: flex; justify-content: space-between; gap: 1em; } .wall.list .zone { font-size: 1em; }\n.wall.list .rows { overflow: hidden; } .wall.list .source, .wall.list .trust { display: none; } .wall.list .row { gap: 0.5em; padding: 0.35em 0.6em; border-left: 0; cursor: default; } .wall.list .row:hover { background: none; }\n.wall.list .line.last { font-size: 0.9em; } .wall .badge { font-size: 0.72em; } .wall.figures .tiles { overflow: hidden; }\n.wall .tile { padding: 0.25em 0.6em; cursor: default; min-width: 0; } .wall.figures .value { font-size: 1.7em; } .wall.feeds .strip { font-size: 0.95em; }\n.series { padding: 6px 10px 0; } .series .behind-head strong { flex: 0 1 auto; } .series .behind-head .muted { flex: 1 1 auto; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }\n\n.setup, .outcome { background: var(--wf-panel); overflow: auto; }\n.setup .page, .outcome .page { padding: 8px 10px; }\n.setup .model { display: block; margin-bottom: 6px; } .setup .model select, .outcome select { width: 100%; max-width: 100%; }\n.setup details, .outcome details { border-top: 1px solid var(--wf-line); padding: 4px 0; } .setup summary, .outcome summary { cursor: pointer; font-weight: 600; padding: 3px 0; min-height: 28px; }\n.wf .field { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 8px; margin: 4px 0; } .wf .field > .name { flex: 1 1 120px; font-size: 0.92em; overflow-wrap: anywhere; }\n.wf .field.changed > .name { color: var(--wf-accent); font-weight: 600; }\n.wf .field .pair { display: flex; gap: 6px; align-items: center; flex: 1 1 150px; min-width: 0; } .wf .field .pair input[type=\"range\"] { flex: 1 1 60px; min-width: 60px; padding: 0; accent-color: var(--wf-accent); border: 0; background: none; }\n.wf .field input[type=\"number\"], .wf .numbers input { width: 84px; padding: 2px 4px; } .wf .field input[type=\"checkbox\"] { min-height: 18px; width: 18px; height: 18px; accent-color: var(--wf-accent); }\n.wf .field .problem { flex-basis: 100%; color: var(--wf-down); font-size: 0.88em; } .wf .field .problem:empty { display: none; }\n.setup .taken { list-style: none; margin: 4px 0; padding: 0; } .setup .taken li { border-left: 3px solid var(--wf-accent); padding: 2px 0 4px 8px; margin: 4px 0; } .setup .line { display: flex; justify-content: space-between; gap: 6px; align-items: center; }\n.setup .numbers { display: flex; flex-wrap: wrap; gap: 4px 10px; } .setup .numbers label { font-size: 0.86em; display: flex; flex-direction: column; } .wf button.small { padding: 0 7px; min-height: 26px; }\n.wf .dial { width: 64px; height: 64px; flex: none; touch-action: none; cursor: grab; } .wf .dial circle { fill: var(--wf-raised); stroke: var(--wf-muted); } .wf .dial path { stroke: var(--wf-accent); stroke-width: 2.4; fill: none; stroke-linecap: round; } .wf .dial text { fill: var(--wf-muted); font-size: 6px; }\n.runbar .bar { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; padding: 5px 8px; } .runbar .progress { display: flex; gap: 8px; align-items: center; } .runbar progress { width: 140px; accent-color: var(--wf-accent); } .runbar .fact { white-space: nowrap; }\n.outcome h2 { font-size: 1.1em; margin: 0 0 6px; } .outcome h3 { font-size: 0.88em; margin: 0 0 2px; } .outcome p { margin: 4px 0; max-width: 76ch; overflow-wrap: anywhere; } .outcome ul { margin: 2px 0; padding-left: 18px; }\n.outcome .hows { margin: 6px 0; } .outcome .legend { margin: 8px 0; } .outcome .ramp { height: 14px; border-radius: 2px; border: 1px solid var(--wf-line); forced-color-adjust: none; } .outcome .ends { display: flex; justify-content: space-between; font-size: 0.86em; }\n.outcome .caution { border-left: 3px solid var(--wf-late); padding: 2px 0 2px 10px; margin: 8px 0; }\n.stakes, .scenarios, .card { background: var(--wf-panel); } .stakes .page, .scenarios .page, .card .page { padding: 6px 10px; } .stakes h3, .card h3 { font-size: 0.92em; margin: 8px 0 2px; }\n.stakes details, .card { border-top: 1px solid var(--wf-line); padding: 4px 0; } .stakes summary, .card summary { cursor: pointer; font-weight: 600; padding: 3px 0; min-height: 28px; } .stakes ol { margin: 2px 0; padding-left: 26px; } .stakes td.num, .outcome td.num { text-align: right; } .stakes .late { color: var(--wf-late); }\n.card ul, .stakes ul { margin: 2px 0; padding-left: 18px; overflow-wrap: anywhere; } .card .well { color: var(--wf-ok); } .card .ill { color: var(--wf-down); }\n.scenarios .row { display: flex; gap: 6px; } .scenarios .row input { flex: 1 1 80px; min-width: 0; } .scenarios .kept { list-style: none; margin: 6px 0; padding: 0; }\n.scenarios .kept li { display: flex; gap: 8px; align-items: center; padding: 2px 0; border-top: 1px solid var(--wf-line); } .scenarios .kept li > .link { flex: 1 1 auto; overflow-wrap: anywhere; } .scenarios .kept li[aria-current] > .link { font-weight: 700; } .scenarios .kept .num { font-size: 0.82em; flex: none; }\n.scenarios .kept input { min-height: 18px; width: 18px; height: 18px; flex: none; accent-color: var(--wf-accent); }\n.wf dialog.versus { max-width: 96vw; width: 96vw; max-height: 94vh; overflow: auto; } .versus .line { display: flex; justify-content: space-between; align-items: center; } .versus .side { display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); gap: 14px; } .versus figure { margin: 0; min-width: 0; }\n.versus img { width: 100%; image-rendering: pixelated; background: var(--wf-sea, #0B1118); border: 1px solid var(--wf-line); border-radius: 4px; } .versus .legend .ramp { height: 10px; } .versus .ends { display: flex; justify-content: space-between; font-size: 0.82em; }\n.frames { padding: 5px 12px; } .frames .row, .course .row { display: flex; gap: 10px; align-items: center; flex-wrap: wrap; } .frames input { flex: 1 1 160px; accent-color: var(--wf-accent); border: 0; background: none; padding: 0; } .frames .off .shown { color: var(--wf-muted); } .frames .play { min-width: 36px; }\n.course { padding: 5px 12px; border-top: 1px solid var(--wf-line); } .course .hint { font-size: 0.82em; } .course .chart { width: 100%; height: 120px; display: block; touch-action: none; } .course .grid { stroke: var(--wf-line); } .course text { fill: var(--wf-muted); font-size: 11px; }\n.course .curve { fill: none; stroke: var(--wf-muted); stroke-width: 1.5; } .course .curve.on { stroke: var(--wf-accent); stroke-width: 2.5; } .course .dot { fill: var(--wf-accent); stroke: var(--wf-panel); stroke-width: 2; cursor: grab; }\n.cascades { background: var(--wf-panel); border-top: 1px solid var(--wf-line); } .cascades > .page { padding: 6px 10px; } .cascades h3 { font-size: 0.92em; margin: 8px 0 2px; } .cascades h4 { font-size: 0.86em; margin: 6px 0 0; } .cascades .row { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; } .cascades .row select { flex: 1 1 120px; min-width: 0; max-width: 360px; }\n.cascades .chances { list-style: none; margin: 6px 0; padding: 0; } .cascades .chances li { display: flex; justify-content: space-between; gap: 8px; border-top: 1px solid var(--wf-line); padding: 2px 0; } .cascades .chances .num { flex: none; }\n.wf dialog.cascade { max-width: 96vw; width: 96vw; max-height: 94vh; overflow: auto; } .cascades .line { display: flex; justify-content: space-between; align-items: center; } .cascades .scroll { overflow-x: auto; margin: 8px 0; padding-bottom: 6px; } .cascades .graph { display: block; }\n.cascades .graph text { fill: var(--wf-text); font-size: 12px; } .cascades .node { cursor: pointer; outline: none; } .cascades .node rect { fill: var(--wf-raised); stroke: var(--wf-muted); } .cascades .node .bar { fill: var(--wf-line); stroke: none; } .cascades .node .bar.full { fill: var(--wf-accent); }\n.cascades .node.on > rect:first-of-type { stroke: var(--wf-late); stroke-width: 3; } .cascades .node.chosen > rect:first-of-type { stroke: var(--wf-accent); stroke-width: 3; } .cascades .node:focus-visible > rect:first-of-type { stroke: var(--wf-text); stroke-width: 3; stroke-dasharray: 5 3; } .cascades .graph .by { fill: var(--wf-muted); font-size: 10.5px; }\n.cascades .edge { fill: none; stroke: var(--wf-muted); opacity: 0.75; } .cascades .edge.forces { stroke-dasharray: 7 4; } .cascades .edge.on { stroke: var(--wf-late); opacity: 1; } .cascades .edge.near { stroke: var(--wf-accent); opacity: 1; } .cascades marker path { fill: var(--wf-muted); } .cascades .graph .chance { fill: var(--wf-muted); font-size: 11px; paint-order: stroke; stroke: var(--wf-panel); stroke-width: 4px; } .cascades .graph .chance.on { fill: var(--wf-late); font-weight: 600; }\n.cascades .below { display: grid; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); gap: 18px; } .cascades .steps { margin: 4px 0; padding-left: 22px; } .cascades .steps li { margin: 3px 0; overflow-wrap: anywhere; } .cascades .steps .chosen { background: var(--wf-raised); } .cascades .when { color: var(--wf-late); } .cascades ul { margin: 2px 0; padding-left: 18px; } .cascades table { margin: 6px 0; }\n.setup .field .pair { flex-wrap: wrap; } .setup .field .pair input[type=\"number\"] { flex: 1 1 64px; width: 64px; max-width: 110px; }\n.scenarios .kept li { flex-wrap: wrap; } .scenarios .kept li > .link { flex: 1 1 130px; text-align: left; }\n.versus .picture { position: relative; } .versus .picture img { display: block; } .versus .picture svg { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; } .versus .picture path { fill: none; stroke: var(--wf-muted); stroke-width: 1; vector-effect: non-scaling-stroke; }\n";
const WORDS = {"Extreme": {"en": "Extreme", "zh": "特别严重"}, "Minor": {"en": "Minor", "zh": "一般"}, "Moderate": {"en": "Moderate", "zh": "较重"}, "Severe": {"en": "Severe", "zh": "严重"}, "Unknown": {"en": "Unknown", "zh": "未知"}, "action.close": {"en": "Close", "zh": "关闭"}, "export.title": {"en": "Take away", "zh": "导出"}, "hazard.chemical": {"en": "Chemical release", "zh": "危化品泄漏"}, "hazard.crowd": {"en": "Crowd", "zh": "人群聚集"}, "hazard.drought": {"en": "Drought and heat", "zh": "干旱"}, "hazard.earthquake": {"en": "Earthquake", "zh": "地震"}, "hazard.epidemic": {"en": "Epidemic", "zh": "疫情"}, "hazard.flood": {"en": "Flood", "zh": "洪水"}, "hazard.landslide": {"en": "Landslide", "zh": "滑坡"}, "hazard.mine": {"en": "Mine accident", "zh": "矿山事故"}, "hazard.other": {"en": "Other", "zh": "其他"}, "hazard.storm": {"en": "Storm", "zh": "风暴"}, "hazard.wildfire": {"en": "Wildfire", "zh": "野火"}, "time.as_of": {"en": "AS OF {time} — not live", "zh": "截至 {time} — 非实时"}, "time.as_of.short": {"en": "as of", "zh": "截至"}, "time.back": {"en": "One hour back", "zh": "后退一小时"}, "time.bad": {"en": "This is not a time; expected year, month, day, hour and minute.", "zh": "时间无效；请填写年、月、日、时、分。"}, "time.d": {"en": "{n} d", "zh": "{n} 天"}, "time.d.ago": {"en": "{n} d ago", "zh": "{n} 天前"}, "time.d.in": {"en": "in {n} d", "zh": "{n} 天后"}, "time.earlier": {"en": "One day back", "zh": "后退一天"}, "time.entry": {"en": "Known time, in the floor's zone", "zh": "信息截止时间（值班台时区）"}, "time.go": {"en": "Go", "zh": "前往"}, "time.h": {"en": "{n} h", "zh": "{n} 小时"}, "time.h.ago": {"en": "{n} h ago", "zh": "{n} 小时前"}, "time.h.in": {"en": "in {n} h", "zh": "{n} 小时后"}, "time.is_live": {"en": "Live: all that is known now", "zh": "实时：当前全部信息"}, "time.jump": {"en": "Go to a day or a time, in the floor's zone", "zh": "前往某日或某时（值班台时区）"}, "time.known": {"en": "Known as of", "zh": "信息截至"}, "time.later": {"en": "One day on", "zh": "前进一天"}, "time.live": {"en": "Back to live", "zh": "返回实时"}, "time.min": {"en": "{n} min", "zh": "{n} 分钟"}, "time.min.ago": {"en": "{n} min ago", "zh": "{n} 分钟前"}, "time.min.in": {"en": "in {n} min", "zh": "{n} 分钟后"}, "time.now": {"en": "now", "zh": "现在"}, "time.on": {"en": "One hour on", "zh": "前进一小时"}, "time.pause": {"en": "Pause", "zh": "暂停"}, "time.play": {"en": "Play through time", "zh": "播放"}, "time.present": {"en": "Present", "zh": "当前"}, "time.set": {"en": "Show", "zh": "显示"}, "time.valid": {"en": "Time that is looked at", "zh": "查看的时间"}, "twin.add": {"en": "Add another place", "zh": "增加一处"}, "twin.amount": {"en": "Needed", "zh": "需要量"}, "twin.area_above": {"en": "Area above {level}", "zh": "超过 {level} 的面积"}, "twin.area_above.long": {"en": "Median of the members, and their 10th to 90th percentile.", "zh": "成员中位数及第 10 至第 90 百分位。"}, "twin.assumed": {"en": "What was assumed", "zh": "所作假定"}, "twin.away": {"en": "Take it away", "zh": "移除"}, "twin.back": {"en": "Back to the situation", "zh": "返回态势"}, "twin.balance": {"en": "Balance error", "zh": "守恒误差"}, "twin.balance.long": {"en": "Share of what must be conserved that was lost or made, of the first member.", "zh": "应守恒量的相对误差（首个成员）。"}, "twin.cancel": {"en": "Cancel", "zh": "取消"}, "twin.cancelled": {"en": "cancelled", "zh": "已取消"}, "twin.card": {"en": "Model card", "zh": "模型卡片"}, "twin.cascade": {"en": "What brings what about", "zh": "连锁影响"}, "twin.cascade.after": {"en": "after {time}", "zh": "{time} 后"}, "twin.cascade.all": {"en": "all causes needed", "zh": "须全部原因"}, "twin.cascade.alone": {"en": "By itself", "zh": "自行发生"}, "twin.cascade.because": {"en": "brought about by: {cause} ({p} of the time)", "zh": "由“{cause}”引发（概率 {p}）"}, "twin.cascade.cause": {"en": "Cause", "zh": "原因"}, "twin.cascade.causes": {"en": "May be brought about by", "zh": "可能的原因"}, "twin.cascade.choose": {"en": "Choose a cascade…", "zh": "选择连锁…"}, "twin.cascade.draw": {"en": "Draw it", "zh": "绘制"}, "twin.cascade.effect": {"en": "Effect", "zh": "后果"}, "twin.cascade.effects": {"en": "May bring about", "zh": "可能的后果"}, "twin.cascade.event": {"en": "Event", "zh": "事件"}, "twin.cascade.exact": {"en": "Exactly {p} without a result.", "zh": "无结果时的精确值为 {p}。"}, "twin.cascade.given": {"en": "Given the cause", "zh": "条件概率"}, "twin.cascade.graph": {"en": "Events and what they bring about; arrow keys go along the links.", "zh": "事件及其引发关系；方向键沿关系移动。"}, "twin.cascade.here": {"en": "happens in this member after {time}", "zh": "在此成员中于 {time} 后发生"}, "twin.cascade.hint": {"en": "Choose an event to see its causes and effects.", "zh": "选择事件以查看其原因和后果。"}, "twin.cascade.itself": {"en": "by itself", "zh": "自行发生"}, "twin.cascade.looks": {"en": "Looks at: {name} above {level}, at {place}.", "zh": "判据：{place} 处{name}高于 {level}。"}, "twin.cascade.median": {"en": "Median after {time}.", "zh": "中位时间 {time} 后。"}, "twin.cascade.members": {"en": "{n} members", "zh": "{n} 个成员"}, "twin.cascade.nothing": {"en": "Nothing of this happens in this member.", "zh": "此成员中均未发生。"}, "twin.cascade.of": {"en": "Happens in {p} of {n} members.", "zh": "{n} 个成员中 {p} 发生。"}, "twin.cascade.passed": {"en": "Of all members", "zh": "占全部成员"}, "twin.cascade.result": {"en": "{name} reaches {value}; the level is {level}", "zh": "{name}达到 {value}；阈值 {level}"}, "twin.cascade.result_at": {"en": "{name} at {place} reaches {value}; the level is {level}", "zh": "{place} 处{name}达到 {value}；阈值 {level}"}, "twin.cascade.tables": {"en": "The same as tables", "zh": "以表格显示"}, "twin.cascade.told": {"en": "by the result", "zh": "由结果判定"}, "twin.cascade.trace": {"en": "Member {n}, step by step", "zh": "成员 {n} 的逐步过程"}, "twin.cascade.when": {"en": "Median time", "zh": "中位时间"}, "twin.cell": {"en": "Cell width", "zh": "网格宽度"}, "twin.compare": {"en": "Side by side", "zh": "并列比较"}, "twin.compare_n": {"en": "Side by side ({n})", "zh": "并列比较（{n}）"}, "twin.course": {"en": "Course over time", "zh": "时间过程"}, "twin.course.hint": {"en": "Drag the points, or move them by the arrow keys; double-click adds one, Delete takes one away.", "zh": "拖动各点或用方向键移动；双击添加，Delete 删除。"}, "twin.default": {"en": "default", "zh": "默认"}, "twin.difference": {"en": "Difference from {title}", "zh": "与“{title}”之差"}, "twin.district": {"en": "District", "zh": "城区"}, "twin.districts": {"en": "Districts", "zh": "城区"}, "twin.done": {"en": "done", "zh": "完成"}, "twin.draw_where": {"en": "Draw where", "zh": "绘制范围"}, "twin.drive": {"en": "What drives it", "zh": "驱动条件"}, "twin.drop": {"en": "Take the measure away", "zh": "移除措施"}, "twin.everywhere": {"en": "everywhere", "zh": "全部范围"}, "twin.facilities": {"en": "Facilities, in order of need", "zh": "设施（按需要排序）"}, "twin.failed": {"en": "failed", "zh": "失败"}, "twin.figure": {"en": "Figure", "zh": "指标"}, "twin.finish": {"en": "Done", "zh": "完成"}, "twin.forget": {"en": "Take it off the list", "zh": "从列表移除"}, "twin.frame": {"en": "Time of the run", "zh": "运行时刻"}, "twin.from": {"en": "Begun from", "zh": "始于"}, "twin.from_hour": {"en": "From hour", "zh": "起始时刻"}, "twin.full": {"en": "full", "zh": "精细"}, "twin.gap": {"en": "Missing", "zh": "缺口"}, "twin.gives": {"en": "Gives", "zh": "输出"}, "twin.hours": {"en": "Length", "zh": "时长"}, "twin.how": {"en": "Way to look at it", "zh": "查看方式"}, "twin.how.median": {"en": "Median", "zh": "中位数"}, "twin.how.median.long": {"en": "{name}: half of {n} members have more, cell by cell.", "zh": "{name}：逐格点，{n} 个成员中有一半高于此值。"}, "twin.how.member": {"en": "Single member", "zh": "单个成员"}, "twin.how.member.long": {"en": "{name} of member {member} (0 is the control).", "zh": "成员 {member} 的{name}（0 为对照）。"}, "twin.how.p90": {"en": "1 in 10", "zh": "十分之一"}, "twin.how.p90.long": {"en": "{name}: one in ten of {n} members has more, cell by cell.", "zh": "{name}：逐格点，{n} 个成员中有十分之一高于此值。"}, "twin.how.probability": {"en": "Probability", "zh": "概率"}, "twin.how.probability.long": {"en": "{name}: share of {n} members with more than {level}.", "zh": "{name}：{n} 个成员中超过 {level} 的比例。"}, "twin.how.spread": {"en": "Spread", "zh": "离散度"}, "twin.how.spread.long": {"en": "{name}: standard deviation of {n} members.", "zh": "{name}：{n} 个成员的标准差。"}, "twin.how.time": {"en": "In time", "zh": "随时间"}, "twin.how.time.long": {"en": "Course of member {member} (0 is the control).", "zh": "成员 {member} 的时间过程（0 为对照）。"}, "twin.how.worst": {"en": "Worst credible", "zh": "最坏可信"}, "twin.how.worst.long": {"en": "{name} of member {member}: one whole evolution that is worse than 95 in 100 of {n} members.", "zh": "成员 {member} 的{name}：比 {n} 个成员中 95% 更严重的一个完整演变。"}, "twin.impact": {"en": "Who and what is hit", "zh": "影响"}, "twin.impact_validity": {"en": "When not to trust the impact", "zh": "影响评估何时不可信"}, "twin.lat": {"en": "latitude", "zh": "纬度"}, "twin.least": {"en": "Less than {value} is not drawn.", "zh": "小于 {value} 的不绘出。"}, "twin.left": {"en": "about {time} left", "zh": "约剩 {time}"}, "twin.legend": {"en": "Legend", "zh": "图例"}, "twin.lon": {"en": "longitude", "zh": "经度"}, "twin.may_not": {"en": "Your role may not save.", "zh": "您的角色无权保存。"}, "twin.mean": {"en": "Mean", "zh": "均值"}, "twin.measures": {"en": "What is done about it", "zh": "应对措施"}, "twin.member": {"en": "Member", "zh": "成员"}, "twin.members": {"en": "Members", "zh": "成员"}, "twin.middle": {"en": "Median", "zh": "中位数"}, "twin.model": {"en": "Model", "zh": "模型"}, "twin.move": {"en": "Move", "zh": "移动"}, "twin.need": {"en": "Need", "zh": "需求"}, "twin.needs": {"en": "Needs against stocks (3 days)", "zh": "需求与储备（3 天）"}, "twin.needs_of": {"en": "Needs", "zh": "输入"}, "twin.no_difference": {"en": "On another grid: no difference can be drawn.", "zh": "网格不同，无法求差。"}, "twin.no_impact": {"en": "Who is hit cannot be worked out from this result.", "zh": "无法由该结果评估影响。"}, "twin.no_picture": {"en": "No picture: this result lies at places.", "zh": "无图：结果位于点位。"}, "twin.no_result": {"en": "No result yet.", "zh": "尚无结果。"}, "twin.not_done": {"en": "That could not be done.", "zh": "无法执行。"}, "twin.nothing_hit": {"en": "Nothing is hit in nine of ten members.", "zh": "十分之九的成员中无影响。"}, "twin.observed": {"en": "Driven by the sensors", "zh": "由传感器驱动"}, "twin.observed.long": {"en": "What sensors measured in the hours before holds on; otherwise a design event.", "zh": "以开始前数小时的实测值持续；否则为设计事件。"}, "twin.opening": {"en": "Loading the models…", "zh": "正在加载模型…"}, "twin.output": {"en": "Output", "zh": "输出"}, "twin.pause": {"en": "Pause", "zh": "暂停"}, "twin.place": {"en": "Place and time", "zh": "地点与时间"}, "twin.play": {"en": "Play", "zh": "播放"}, "twin.point.add": {"en": "Add a point", "zh": "增加一点"}, "twin.point.drop": {"en": "Take the chosen point away", "zh": "移除所选点"}, "twin.points": {"en": "{n} points", "zh": "{n} 个点"}, "twin.preparing": {"en": "preparing", "zh": "准备中"}, "twin.preview": {"en": "preview", "zh": "预览"}, "twin.probability": {"en": "Probability", "zh": "概率"}, "twin.q95": {"en": "1 in 20", "zh": "二十分之一"}, "twin.range": {"en": "10–90 %", "zh": "10–90 %"}, "twin.redo": {"en": "Do it again (Ctrl+Shift+Z)", "zh": "重做（Ctrl+Shift+Z）"}, "twin.references": {"en": "Published values", "zh": "已发表数值"}, "twin.reliability": {"en": "Works with probability", "zh": "生效概率"}, "twin.reset": {"en": "Back to the defaults", "zh": "恢复默认"}, "twin.result": {"en": "Result", "zh": "结果"}, "twin.run": {"en": "Run {name} ({n})", "zh": "运行{name}（{n}）"}, "twin.running": {"en": "running", "zh": "运行中"}, "twin.save": {"en": "Save", "zh": "保存"}, "twin.save_new": {"en": "Save as new", "zh": "另存"}, "twin.scenarios": {"en": "Scenarios", "zh": "情景"}, "twin.settings": {"en": "Settings of the model", "zh": "模型参数"}, "twin.setup": {"en": "What is asked", "zh": "设定"}, "twin.shipped": {"en": "of the catalog", "zh": "目录自带"}, "twin.sources": {"en": "Sources", "zh": "来源"}, "twin.speed": {"en": "One run of its example took {s} s.", "zh": "示例运行一次用时 {s} 秒。"}, "twin.stale": {"en": "of other settings", "zh": "旧设定的结果"}, "twin.standard": {"en": "standard", "zh": "标准"}, "twin.start": {"en": "Begins", "zh": "开始时间"}, "twin.stock": {"en": "In store", "zh": "储备"}, "twin.stop": {"en": "Leave it", "zh": "放弃"}, "twin.take.csv": {"en": "CSV", "zh": "CSV"}, "twin.take.geotiff": {"en": "GeoTIFF", "zh": "GeoTIFF"}, "twin.take.netcdf": {"en": "NetCDF", "zh": "NetCDF"}, "twin.take.recipe": {"en": "Recipe", "zh": "代码"}, "twin.take_area": {"en": "Take the area drawn on the map", "zh": "采用地图上选定的区域"}, "twin.take_whole": {"en": "Take the whole again", "zh": "恢复全部范围"}, "twin.tap_line": {"en": "Tap the points of {name} on the map: {n} so far.", "zh": "请在地图上依次点选 {name} 的各点：已有 {n} 个。"}, "twin.tap_place": {"en": "Tap on the map where {name} is.", "zh": "请在地图上点选 {name} 的位置。"}, "twin.threshold": {"en": "More than", "zh": "超过"}, "twin.title": {"en": "Title of the scenario", "zh": "情景名称"}, "twin.took": {"en": "Took", "zh": "用时"}, "twin.track": {"en": "Show the whole track", "zh": "显示整条路径"}, "twin.undo": {"en": "Take the last step back (Ctrl+Z)", "zh": "撤销上一步（Ctrl+Z）"}, "twin.validity": {"en": "When not to trust it", "zh": "何时不可信"}, "twin.verify": {"en": "Compute them anew", "zh": "重新计算"}, "twin.waiting": {"en": "waiting for other runs", "zh": "等待其他运行"}, "twin.whole": {"en": "All of the floor's data", "zh": "全部数据范围"}, "twin.why": {"en": "Why", "zh": "原因"}, "twin.window": {"en": "Selected window", "zh": "选定范围"}};
// What every pane of the desk shares. Text only ever becomes a text node or an attribute.

const SVG = "http://www.w3.org/2000/svg";
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);

/** Make an element: attributes by name, on* are listeners, children are nodes or text. */
function h(tag, attributes, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

function s(tag, attributes, ...children) {
  return dress(document.createElementNS(SVG, tag), attributes, children);
}

function dress(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  put(node, children);
  return node;
}

function put(node, children) {
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Replace what a node holds. */
function fill(node, ...children) {
  node.replaceChildren();
  put(node, children);
  return node;
}

function word(key, language) {
  const row = WORDS[key];
  return row === undefined ? key : row[language] || row.en;
}

/** A term with {name} places filled in. */
function phrase(key, language, values) {
  return word(key, language).replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

// ---- time: the floor's clock and zone, never the browser's ----

const formats = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) {
    let made;
    try {
      made = new Intl.DateTimeFormat("en-GB", {timeZone: zone, hourCycle: "h23", ...options});
    } catch (error) {
      made = new Intl.DateTimeFormat("en-GB", {timeZone: "UTC", hourCycle: "h23", ...options});
    }
    formats.set(key, made);
  }
  return formats.get(key);
}

function pieces(ms, zone) {
  const found = {};
  const shape = {year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit"};
  for (const part of format(zone, shape).formatToParts(ms)) found[part.type] = part.value;
  return found;
}

/** "12:05", or "06-01 12:05" on another day than `now`. */
function clockTime(ms, zone, now) {
  const at = pieces(ms, zone);
  const today = now === undefined ? null : pieces(now, zone);
  const same = today && at.day === today.day && at.month === today.month && at.year === today.year;
  const year = today && at.year !== today.year ? `${at.year}-` : "";
  return same ? `${at.hour}:${at.minute}` : `${year}${at.month}-${at.day} ${at.hour}:${at.minute}`;
}

/** "2026-06-01 12:05 UTC+8". */
function fullTime(ms, zone) {
  const at = pieces(ms, zone);
  return `${at.year}-${at.month}-${at.day} ${at.hour}:${at.minute} ${offset(ms, zone)}`;
}

/** "UTC+8" at that time in that zone. */
function offset(ms, zone) {
  const part = format(zone, {timeZoneName: "shortOffset"}).formatToParts(ms).find((p) => p.type === "timeZoneName");
  const text = part ? part.value.replace("GMT", "UTC") : "UTC";
  return text === "UTC" ? "UTC+0" : text;
}

/** Minutes to add to UTC at that time in that zone. */
function shift(ms, zone) {
  const match = /UTC([+-])(\d+)(?::(\d+))?/.exec(offset(ms, zone));
  return match ? (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] || 0)) : 0;
}

/** "12 min ago", "in 3 h". */
function ago(ms, now, language) {
  const seconds = (now - ms) / 1000;
  const size = Math.abs(seconds);
  const [count, unit] =
    size < 60 ? [0, "now"] : size < 5400 ? [size / 60, "min"] : size < 129600 ? [size / 3600, "h"] : [size / 86400, "d"];
  if (unit === "now") return word("time.now", language);
  return phrase(seconds > 0 ? `time.${unit}.ago` : `time.${unit}.in`, language, {n: Math.round(count)});
}

function span(ms, language) {
  const minutes = Math.max(0, Math.round(ms / 60000));
  if (minutes < 90) return phrase("time.min", language, {n: minutes});
  if (minutes < 2160) return phrase("time.h", language, {n: Math.round(minutes / 60)});
  return phrase("time.d", language, {n: Math.round(minutes / 1440)});
}

const numbers = new Map();

function number(value, digits = 0) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!numbers.has(digits)) numbers.set(digits, new Intl.NumberFormat("en-GB", {maximumFractionDigits: digits}));
  return numbers.get(digits).format(value).replace(/,/g, "\u202f");
}

// ---- signs: a shape with every colour ----

const SHAPES = {
  Extreme: ["M8 1 L15 8 L8 15 L1 8 Z"],
  Severe: ["M2 2 H14 V14 H2 Z"],
  Moderate: ["M8 1.5 L15 14 H1 Z"],
  Minor: ["M8 1.5 A6.5 6.5 0 1 1 7.99 1.5 Z"],
  Unknown: ["M8 1.5 A6.5 6.5 0 1 1 7.99 1.5 Z", "M4 4 L12 12 M12 4 L4 12"],
};

const HAZARDS = {
  flood: "M1 6 q2-2 3.5 0 t3.5 0 t3.5 0 t3.5 0 M1 11 q2-2 3.5 0 t3.5 0 t3.5 0 t3.5 0",
  landslide: "M1 14 L6 3 L9 8 M5 14 h9 l-3-4 M11 5 h.1 M13 8 h.1",
  earthquake: "M1 8 h3 l1.5-5 3 10 2-7 1 2 h3.5",
  drought: "M8 4.5 A3.5 3.5 0 1 1 7.99 4.5 M8 1 v1.5 M8 13.500 v1.5 M1 8 h1.500 M13.500 8 h1.500 M3 3 l1 1 M12 12 l1 1 M3 13 l1-1 M12 4 l1-1",
  wildfire: "M8 1 c1 3 5 4.500 5 9 a5 5 0 0 1-10 0 c0-2 1-3 2-4 c0 2 1 2.500 1.500 2.500 c-.5-3 .5-5 1.500-7.500",
  storm: "M1 5 h8 a2 2 0 1 0-2-2 M1 8 h11 a2 2 0 1 1-2 2 M1 11 h5 a2 2 0 1 1-2 2",
  chemical: "M6 1 h4 M6.500 1 v5 L2 14 h12 L9.500 6 V1 M4.500 10 h7",
  mine: "M2 6 q6-6 12 0 M8 3 v12",
  epidemic: "M8 5 A3 3 0 1 1 7.99 5 M8 1 v4 M8 11 v4 M1 8 h4 M11 8 h4 M3 3 l3 3 M10 10 l3 3 M13 3 l-3 3 M6 10 l-3 3",
  crowd: "M5 5 A1.800 1.800 0 1 1 4.99 5 M11 5 A1.800 1.800 0 1 1 10.990 5 M2 14 v-3 a3 3 0 0 1 6 0 v3 M8 14 v-3 a3 3 0 0 1 6 0 v3",
  other: "M8 3 v6 M8 12 v.5",
};

/** A size that grows with the text, given for text of 14 pixels. */
function em(size) {
  return `width:${size / 14}em;height:${size / 14}em;flex:none`;
}

function sign(severity, size) {
  const paths = SHAPES[severity] || SHAPES.Unknown;
  return s(
    "svg", {viewBox: "0 0 16 16", style: em(size || 16), "aria-hidden": "true", class: "sign"},
    paths.map((d, place) => s("path", {d, class: place ? "cross" : `fill ${severity in SHAPES ? severity : "Unknown"}`})),
  );
}

function hazardSign(name) {
  return s(
    "svg", {viewBox: "0 0 16 16", style: em(14), "aria-hidden": "true", class: "hazard"},
    s("path", {d: HAZARDS[name] || HAZARDS.other}),
  );
}

/** The sign of a kind of record that must not be taken for another: an alarm is this floor's own. */
function kindSign(kind) {
  if (kind !== "alarm") return null;
  return s("svg", {viewBox: "0 0 16 16", style: em(14), "aria-hidden": "true", class: "hazard bell"},
    s("path", {d: "M8 1 v1.500 M3 12 q1.500-1.500 1.500-5 a3.500 3.500 0 0 1 7 0 q0 3.500 1.500 5 Z M6.500 14 a1.500 1.500 0 0 0 3 0"}));
}

const HEALTH = {
  ok: "M2 8.500 L6.500 13 L14 3",
  late: "M8 1.500 A6.500 6.500 0 1 1 7.99 1.500 M8 4 v4.500 l3 2",
  down: "M3 3 L13 13 M13 3 L3 13",
  off: "M3 8 h10",
  new: "M8 3 A5 5 0 1 1 7.99 3",
};

function healthSign(health) {
  return s(
    "svg", {viewBox: "0 0 16 16", style: em(12), "aria-hidden": "true", class: `health ${health}`},
    s("path", {d: HEALTH[health] || HEALTH.new}),
  );
}

// ---- one pane ----

/** Whether this is a wall, which is read from across a room and which nobody touches. */
const WALL = document.documentElement.hasAttribute("data-wall");

/** Wrap `build(ctx) -> update(state)` as a component of the bundle. */
function pane(name, build) {
  return {
    render({model, el}) {
      const home = el.getRootNode();
      if (home.adoptedStyleSheets && !home.adoptedStyleSheets.includes(sheet)) {
        home.adoptedStyleSheets = [...home.adoptedStyleSheets, sheet];
      }
      // a notebook's page has none of our colours: the part brings them along
      const bare = !getComputedStyle(document.documentElement).getPropertyValue("--wf-page");
      const root = h("div", {class: `wf ${name} ${WALL ? "wall" : ""}`});
      const ends = [];
      let told, state = {}; // what the server wrote, and what it says
      const ctx = {
        model,
        root,
        get language() { return model.language; },
        get state() {
          if (model.state !== told) { told = model.state; state = typeof told === "string" ? JSON.parse(told) : told || {}; }
          return state;
        },
        get clock() { return model.clock || {}; },
        get zone() { return (model.clock || {}).zone || "UTC"; },
        t: (key, values) => (values ? phrase(key, model.language, values) : word(key, model.language)),
        send: (what, rest) => model.send_msg({do: what, ...(rest || {})}),
        ends: (work) => ends.push(work),
        heard: () => {},
        ticks: null,
      };
      let base = performance.now();
      model.on("clock", () => { base = performance.now(); ctx.ticks && ctx.ticks(); });
      /** The floor's time now, in milliseconds; the time asked for when the past is shown. */
      ctx.present = () => ctx.clock.now + (performance.now() - base) * (ctx.clock.speed ?? 1);
      ctx.now = () => (ctx.clock.as_of === null || ctx.clock.as_of === undefined ? ctx.present() : ctx.clock.as_of);
      ctx.listen = (target, type, work) => {
        target.addEventListener(type, work);
        ends.push(() => target.removeEventListener(type, work));
      };
      ctx.every = (ms, work) => {
        const timer = setInterval(work, ms);
        ends.push(() => clearInterval(timer));
      };
      const toast = h("div", {class: "toast", role: "status", "aria-live": "polite"});
      let fading = 0;
      ctx.say = (text, bad) => {
        fill(toast, text);
        toast.classList.toggle("bad", Boolean(bad));
        toast.classList.add("shown");
        clearTimeout(fading);
        fading = setTimeout(() => toast.classList.remove("shown"), 6000);
      };
      const update = build(ctx);
      root.append(toast);
      // what is under a hand stays: a click needs its button from press to release, and keys keep their place
      let pressed = 0, due = false;
      const released = () => {
        clearTimeout(pressed);
        pressed = 0;
        if (due) setTimeout(run, 0); // behind the click
      };
      root.addEventListener("pointerdown", (event) => {
        if (!event.composedPath()[0].closest?.("button, a, summary, label, input[type=checkbox]")) return;
        clearTimeout(pressed);
        pressed = setTimeout(released, 2000);
      });
      ctx.listen(document, "pointerup", released);
      ctx.listen(document, "pointercancel", released);
      const run = () => {
        due = Boolean(pressed);
        if (due) return;
        root.lang = model.language === "zh" ? "zh-CN" : "en";
        if (bare) root.dataset.bare = model.theme || "dark";
        const back = held(root);
        update(ctx.state);
        back();
      };
      model.on("state", run);
      model.on("language", run);
      model.on("theme", run);
      model.on("msg:custom", (message) => {
        if (message && message.say !== undefined) ctx.say(message.say, message.bad);
        else if (message && message.file !== undefined) save(message);
        else ctx.heard(message);
      });
      model.on("remove", () => { clearTimeout(fading); ends.splice(0).forEach((end) => end()); });
      run();
      return root;
    },
  };
}

/** Return what gives the focus back to the element like the one that has it now, should that be taken away. */
function held(root) {
  const home = root.getRootNode(), at = home.activeElement;
  if (!at || at === root || !root.contains(at)) return () => {};
  const sign = (one) => one.getAttribute("aria-label") || one.dataset.name || (/^(INPUT|SELECT)$/.test(one.tagName) ? one.type : one.textContent);
  const alike = () => [...root.querySelectorAll(at.tagName)].filter((one) => sign(one) === mark);
  const mark = sign(at), place = alike().indexOf(at), marked = at.type === "text" ? [at.selectionStart, at.selectionEnd] : null;
  return () => {
    if (home.activeElement && root.contains(home.activeElement)) return;
    const all = alike(), again = all[place] || all[0];
    if (!again) return;
    again.focus({preventScroll: true});
    if (marked && again.type === "text") again.setSelectionRange(...marked);
  };
}

/** Hand the user a file that the server made; the name was made safe there. */
function save(message) {
  const bytes = Uint8Array.from(atob(message.data), (c) => c.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], {type: message.type || "application/octet-stream"}));
  const link = h("a", {href: url, download: message.file});
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Tell the page's other panes that something was asked for by a key. */
function shout(what) {
  document.dispatchEvent(new CustomEvent("wf:" + what));
}

const PANES = {};
{
// The card of a model: needs, gives, sources, published values and whether they come out today.

const CardPane = pane("card", (ctx) => {
  const box = h("details", {class: "page"});
  ctx.root.append(box);
  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.en);
  const quantity = (one) => h("li", {title: one.doc}, says(one), one.units === "1" ? "" : `, ${one.units}`, one.default === undefined || one.default === null ? "" : h("span", {class: "muted"}, ` (${ctx.t("twin.default")}: ${one.default})`));
  return (state) => {
    ctx.root.hidden = !state.model;
    if (!state.model) return;
    const checked = state.checked;
    const passed = checked ? checked.outcomes.filter((one) => one.passed).length : 0;
    fill(box, h("summary", {}, ctx.t("twin.card"), h("span", {class: "muted"}, ` ${says(state.title)} · ${state.version}`), checked ? h("span", {class: "muted num"}, ` · ${passed} / ${checked.outcomes.length}`) : null),
      h("h3", {}, ctx.t("twin.needs_of")), h("ul", {}, state.needs.map(quantity)),
      h("h3", {}, ctx.t("twin.gives")), h("ul", {}, state.gives.map(quantity)),
      h("h3", {}, ctx.t("twin.sources")), h("ul", {}, state.sources.map((one) => h("li", {}, one))),
      h("h3", {}, ctx.t("twin.references")), h("button", {type: "button", disabled: state.busy, onclick: () => ctx.send("verify")}, ctx.t(state.busy ? "twin.running" : "twin.verify")),
      checked && checked.seconds !== null ? h("p", {class: "muted"}, ctx.t("twin.speed", {s: checked.seconds})) : null,
      checked && checked.trouble ? h("p", {class: "notice bad"}, checked.trouble) : null,
      h("ul", {class: "references"}, state.references.map((one, n) => {
        const outcome = checked && checked.outcomes[n];
        return h("li", {title: one.note}, outcome ? h("strong", {class: outcome.passed ? "well" : "ill"}, outcome.passed ? "✓ " : "✗ ") : null, one.case, h("span", {class: "muted"}, ` — ${one.citation}`), outcome && outcome.trouble ? ` ${outcome.trouble}` : "");
      })));
  };
});

PANES.CardPane = CardPane;
}
{
// What brings what about: a graph with conditional probabilities, one member's steps, and both as tables.

const CascadesPane = pane("cascades", (ctx) => {
  const box = h("div", {class: "page"});
  const dialog = h("dialog", {class: "cascade"});
  const sheet = h("div", {class: "sheet"});
  ctx.root.append(box, dialog);
  let large = false, chosen = "";
  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.en);
  const share = (p) => (p === 0 ? "0 %" : p < 0.001 ? "< 0.1 %" : p < 0.1 ? `${number(p * 100, 1)} %` : `${number(p * 100, 0)} %`);
  const after = (seconds) => (seconds === null ? "–" : seconds < 90 ? `${Math.round(seconds)} s` : span(seconds * 1000, ctx.language));
  const WIDE = 186, TALL = 62, ACROSS = 248, DOWN = 84;
  dialog.addEventListener("close", () => { large = false; });

  /** Where each event stands: its level from left to right, within it near its causes. */
  function layout(played) {
    const levels = [];
    for (const node of played.nodes) (levels[node.level] = levels[node.level] || []).push(node);
    const at = new Map();
    const most = Math.max(...levels.map((all) => all.length));
    levels.forEach((all, level) => {
      const want = (node) => {
        const causes = played.edges.filter((edge) => edge.effect === node.name && at.has(edge.cause)).map((edge) => at.get(edge.cause).y);
        return causes.length ? causes.reduce((a, b) => a + b, 0) / causes.length : 0;
      };
      const sorted = level ? [...all].sort((a, b) => want(a) - want(b)) : all;
      sorted.forEach((node, n) => at.set(node.name, {x: 12 + level * ACROSS, y: 12 + (most - sorted.length) * DOWN / 2 + n * DOWN}));
    });
    // a link over several levels goes round the events between: above and below by turns
    const away = new Map();
    let turn = 0, room = 0;
    for (const edge of played.edges) {
      const far = Math.round((at.get(edge.effect).x - at.get(edge.cause).x) / ACROSS);
      if (far < 2) continue;
      const off = 64 + 26 * far;
      away.set(`${edge.cause}>${edge.effect}`, turn++ % 2 ? off : -off);
      room = Math.max(room, off * 0.75 - (most - 1) * DOWN / 2);
    }
    room = Math.max(0, room - TALL / 2) + (room ? 30 : 0);
    for (const place of at.values()) place.y += room;
    return {at, away, width: 24 + (levels.length - 1) * ACROSS + WIDE, height: 24 + (most - 1) * DOWN + TALL + 2 * room};
  }

  function lines(text, room) {
    const found = [""];
    const parts = /[\u4e00-\u9fff]/.test(text) ? [...text] : text.split(/(?<= )/);
    const wide = (one) => [...one].reduce((sum, sign) => sum + (sign > "\u2e80" ? 2 : 1), 0);
    for (const part of parts) {
      if (wide(found[found.length - 1] + part.trimEnd()) > room) found.push("");
      found[found.length - 1] += part;
    }
    return found.length > 2 ? [found[0], `${found[1].trimEnd()}…`] : found;
  }

  function graph(state) {
    const {played} = state, {at, away, width, height} = layout(played);
    const happened = new Map(played.steps.map((step) => [step.name, step]));
    const taken = new Set(played.steps.flatMap((step) => step.causes.map((one) => `${one.cause}>${step.name}`)));
    const drawn = s("svg", {viewBox: `0 0 ${width} ${height}`, width, height, class: "graph", role: "group", "aria-label": ctx.t("twin.cascade.graph")});
    const tip = s("marker", {id: "wf-tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto"}, s("path", {d: "M0 0L8 4L0 8Z"}));
    drawn.append(s("defs", {}, tip));
    const words = [];
    for (const edge of played.edges) {
      const a = at.get(edge.cause), b = at.get(edge.effect);
      const x1 = a.x + WIDE, y1 = a.y + TALL / 2, x2 = b.x - 2, y2 = b.y + TALL / 2, bend = Math.max(40, (x2 - x1) / 2);
      const near = state.event === edge.cause || state.event === edge.effect;
      const on = taken.has(`${edge.cause}>${edge.effect}`);
      const off = away.get(`${edge.cause}>${edge.effect}`) || 0;
      drawn.append(s("path", {d: `M${x1} ${y1}C${x1 + bend} ${y1 + off} ${x2 - bend} ${y2 + off} ${x2} ${y2}`, class: `edge ${on ? "on" : ""} ${near ? "near" : ""} ${edge.relation}`, "stroke-width": 1 + 5 * edge.passed, "marker-end": "url(#wf-tip)"},
        s("title", {}, `${says(node(played, edge.cause))} → ${says(node(played, edge.effect))}: ${share(edge.probability)}${says(edge.why) ? `. ${says(edge.why)}` : ""}`)));
      // near the effect, where lines from many causes are apart
      const t = off ? 0.5 : 0.62, u = 1 - t, mx = u ** 3 * x1 + 3 * u * u * t * (x1 + bend) + 3 * u * t * t * (x2 - bend) + t ** 3 * x2, my = u ** 3 * y1 + 3 * u * u * t * (y1 + off) + 3 * u * t * t * (y2 + off) + t ** 3 * y2;
      words.push(s("text", {x: mx, y: my - 5, "text-anchor": "middle", class: `chance ${on ? "on" : ""}`}, share(edge.probability)));
    }
    drawn.append(...words);
    for (const one of played.nodes) {
      const {x, y} = at.get(one.name), step = happened.get(one.name);
      const text = lines(says(one), 27);
      const label = `${says(one)}: ${share(one.probability)}${step ? `. ${ctx.t("twin.cascade.here", {time: after(step.time)})}` : ""}`;
      const part = s("g", {class: `node ${step ? "on" : ""} ${state.event === one.name ? "chosen" : ""} ${one.given ? "given" : ""}`, transform: `translate(${x} ${y})`, role: "button", tabindex: one.name === (chosen || played.nodes[0].name) ? "0" : "-1", "aria-pressed": String(state.event === one.name), "aria-label": label, "data-name": one.name},
        s("title", {}, label), s("rect", {width: WIDE, height: TALL, rx: 6}), s("rect", {class: "bar", x: 8, y: TALL - 10, width: (WIDE - 16), height: 4, rx: 2}), s("rect", {class: "bar full", x: 8, y: TALL - 10, width: Math.max(one.probability > 0 ? 2 : 0, (WIDE - 16) * one.probability), height: 4, rx: 2}),
        text.map((line, n) => s("text", {x: 8, y: 17 + n * 14}, line.trim())), s("text", {x: WIDE - 8, y: TALL - 15, "text-anchor": "end", class: "num"}, share(one.probability)),
        one.given ? s("text", {x: 8, y: TALL - 15, class: "by"}, ctx.t("twin.cascade.told")) : one.gate === "all" ? s("text", {x: 8, y: TALL - 15, class: "by"}, ctx.t("twin.cascade.all")) : null);
      part.addEventListener("click", () => pick(one.name));
      part.addEventListener("focus", () => { chosen = one.name; });
      part.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(one.name); return; }
        const next = beside(played, at, one.name, event.key);
        if (!next) return;
        event.preventDefault();
        event.stopPropagation();
        for (const other of drawn.querySelectorAll(".node")) other.setAttribute("tabindex", other.dataset.name === next ? "0" : "-1");
        drawn.querySelector(`[data-name="${CSS_escape(next)}"]`)?.focus();
      });
      drawn.append(part);
    }
    Object.assign(drawn.style, {width: "100%", height: "auto", minWidth: `${Math.round(width * 0.72)}px`, maxWidth: `${width}px`});
    return h("div", {class: "scroll", tabindex: "-1"}, drawn);
  }

  const CSS_escape = (text) => text.replace(/["\\]/g, "\\$&");
  const node = (played, name) => played.nodes.find((one) => one.name === name);
  function pick(name) { chosen = name; ctx.send("event", {name}); }

  /** The event that an arrow key leads to: along a link, or above and below. */
  function beside(played, at, name, key) {
    const here = at.get(name);
    const nearest = (names) => names.sort((a, b) => Math.abs(at.get(a).y - here.y) - Math.abs(at.get(b).y - here.y))[0];
    if (key === "ArrowRight") return nearest(played.edges.filter((edge) => edge.cause === name).map((edge) => edge.effect));
    if (key === "ArrowLeft") return nearest(played.edges.filter((edge) => edge.effect === name).map((edge) => edge.cause));
    if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
    const way = key === "ArrowDown" ? 1 : -1;
    return nearest(played.nodes.map((one) => one.name).filter((other) => at.get(other).x === here.x && (at.get(other).y - here.y) * way > 0));
  }

  function because(step) {
    if (step.by === "result") {
      const seen = step.trigger, unit = seen.units ? ` ${seen.units}` : "";
      return ctx.t(seen.place ? "twin.cascade.result_at" : "twin.cascade.result", {name: says(seen), place: seen.place, value: step.value === null ? "?" : `${number(step.value, 2)}${unit}`, level: `${seen.above}${unit}`});
    }
    if (step.by === "itself") return ctx.t("twin.cascade.itself");
    return step.causes.map((one) => ctx.t("twin.cascade.because", {cause: says(one), p: share(one.probability)}) + (says(one.why) ? `: ${says(one.why)}` : "")).join("; ");
  }

  function trace(state) {
    const {played} = state;
    const slide = h("input", {type: "range", min: 0, max: played.numbers.length - 1, step: 1, value: played.numbers.indexOf(played.member), "aria-label": ctx.t("twin.member"), "aria-valuetext": String(played.member),
      oninput: (event) => ctx.send("member", {value: played.numbers[Number(event.target.value)]})});
    return [h("h3", {}, ctx.t("twin.cascade.trace", {n: played.member})),
      h("div", {class: "field"}, h("span", {class: "name"}, ctx.t("twin.member")), h("span", {class: "pair"}, slide, h("output", {class: "num"}, String(played.member)))),
      played.steps.length ? h("ol", {class: "steps"}, played.steps.map((step) => h("li", {class: step.name === state.event ? "chosen" : ""}, h("span", {class: "num when"}, `+${after(step.time)}`), " ", h("strong", {}, says(step)), h("span", {class: "muted"}, ` — ${because(step)}`))))
        : h("p", {class: "muted"}, ctx.t("twin.cascade.nothing"))];
  }

  function about(state) {
    const one = state.event && node(state.played, state.event);
    if (!one) return null;
    const into = state.played.edges.filter((edge) => edge.effect === one.name), out = state.played.edges.filter((edge) => edge.cause === one.name);
    const row = (edge, other) => h("li", {}, says(node(state.played, other)), ": ", h("span", {class: "num"}, share(edge.probability)), edge.delay ? `, ${ctx.t("twin.cascade.after", {time: after(edge.delay)})}` : "", says(edge.why) ? h("span", {class: "muted"}, ` — ${says(edge.why)}`) : null, edge.source ? h("span", {class: "muted"}, ` (${edge.source})`) : null);
    return h("div", {class: "about"}, h("h3", {}, says(one)),
      h("p", {}, ctx.t("twin.cascade.of", {p: share(one.probability), n: state.played.members}), one.exact === null ? "" : ` ${ctx.t("twin.cascade.exact", {p: share(one.exact)})}`, one.time === null ? "" : ` ${ctx.t("twin.cascade.median", {time: after(one.time)})}`, one.source ? h("span", {class: "muted"}, ` ${one.source}`) : null),
      one.trigger ? h("p", {class: "muted"}, ctx.t("twin.cascade.looks", {name: says(one.trigger), level: `${one.trigger.above} ${one.trigger.units}`, place: one.trigger.place || "–"})) : null,
      into.length ? [h("h4", {}, ctx.t("twin.cascade.causes")), h("ul", {}, into.map((edge) => row(edge, edge.cause)))] : null,
      out.length ? [h("h4", {}, ctx.t("twin.cascade.effects")), h("ul", {}, out.map((edge) => row(edge, edge.effect)))] : null);
  }

  function table(head, rows) {
    return h("table", {}, h("thead", {}, h("tr", {}, head.map((name) => h("th", {scope: "col"}, name)))), h("tbody", {}, rows));
  }

  /** The same in words and numbers. */
  function tables(state) {
    const {played} = state;
    return h("details", {}, h("summary", {}, ctx.t("twin.cascade.tables")),
      table([ctx.t("twin.cascade.event"), ctx.t("twin.probability"), ctx.t("twin.cascade.alone"), ctx.t("twin.cascade.when")], played.nodes.map((one) => h("tr", {}, h("th", {scope: "row"}, says(one)), h("td", {class: "num"}, share(one.probability)), h("td", {class: "num"}, share(one.alone)), h("td", {class: "num"}, after(one.time))))),
      table([ctx.t("twin.cascade.cause"), ctx.t("twin.cascade.effect"), ctx.t("twin.cascade.given"), ctx.t("twin.cascade.passed"), ctx.t("twin.why")], played.edges.map((edge) => h("tr", {}, h("th", {scope: "row"}, says(node(played, edge.cause))), h("td", {}, says(node(played, edge.effect))), h("td", {class: "num"}, share(edge.probability)), h("td", {class: "num"}, share(edge.passed)), h("td", {}, says(edge.why))))));
  }

  function choice(state) {
    return h("select", {"aria-label": ctx.t("twin.cascade"), onchange: (event) => { if (event.target.value) ctx.send("cascade", {name: event.target.value}); }},
      state.name ? null : h("option", {value: "", selected: true}, ctx.t("twin.cascade.choose")),
      state.known.map((one) => h("option", {value: one.name, selected: one.name === state.name}, says(one))));
  }

  function whole(state) {
    const open = sheet.querySelector("details")?.open, top = sheet.querySelector(".scroll")?.scrollLeft || 0;
    const root = ctx.root.getRootNode(), focus = root.activeElement;
    const held = focus && sheet.contains(focus) ? focus.dataset.name || focus.type : "";
    fill(sheet, h("div", {class: "row"}, choice(state), h("span", {class: "muted num"}, ctx.t("twin.cascade.members", {n: state.played.members})), h("span", {class: "muted"}, state.played.source)),
      graph(state), h("div", {class: "below"}, h("div", {}, trace(state)), h("div", {}, about(state) || h("p", {class: "muted"}, ctx.t("twin.cascade.hint")))), tables(state));
    if (open) sheet.querySelector("details").open = true;
    sheet.querySelector(".scroll").scrollLeft = top;
    if (held) (sheet.querySelector(`[data-name="${CSS_escape(held)}"]`) || sheet.querySelector(`input[type="${CSS_escape(held)}"]`))?.focus();
  }

  return (state) => {
    box.setAttribute("aria-label", ctx.t("twin.cascade"));
    ctx.root.hidden = !state.known.length && !state.problems.length;
    const trouble = state.trouble ? h("p", {class: "notice bad"}, state.trouble) : null;
    const problems = state.problems.map((line) => h("p", {class: "notice bad"}, line));
    if (state.wide) {
      fill(box, h("h3", {}, ctx.t("twin.cascade")), problems, trouble, state.played ? sheet : choice(state));
      if (state.played) whole(state);
      return;
    }
    const top = state.played ? [...state.played.nodes].sort((a, b) => b.probability - a.probability).filter((one) => one.probability > 0).slice(0, 6) : [];
    fill(box, h("h3", {}, ctx.t("twin.cascade")), h("div", {class: "row"}, choice(state),
      h("button", {type: "button", disabled: !state.known.length, onclick: () => { large = true; if (state.played) show(ctx.state); else ctx.send("open"); }}, ctx.t("twin.cascade.draw"))), problems, trouble,
      state.busy ? h("p", {class: "muted", role: "status"}, ctx.t("twin.running")) : null,
      top.length ? h("ul", {class: "chances"}, top.map((one) => h("li", {}, h("span", {}, says(one)), h("span", {class: "num"}, share(one.probability))))) : null);
    if (large && state.played) show(state);
  };

  function show(state) {
    // what is open keeps its place and its focus
    if (!dialog.open) fill(dialog, h("form", {method: "dialog", class: "line"}, h("h2", {}, ctx.t("twin.cascade")), h("button", {class: "primary"}, ctx.t("action.close"))), sheet);
    whole(state);
    if (!dialog.open) dialog.showModal();
  }
});

PANES.CascadesPane = CascadesPane;
}
{
// Courses that drive the run: points are dragged up and down, and along; doubled clicks add one, Delete takes one away.

const CoursePane = pane("course", (ctx) => {
  const head = h("div", {class: "row"});
  const chart = s("svg", {class: "chart", role: "group"});
  const notice = h("div", {class: "notice bad", role: "alert", hidden: true});
  ctx.root.append(head, chart, notice);
  const L = 46, R = 14, T = 8, B = 20;
  let W = 900, H = 120;
  let field = "", line = 0, chosen = -1, held = null, data = null, timer = 0, due = false;
  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.en);

  function send() {
    due = true;
    if (timer) return;
    const go = () => {
      timer = 0;
      if (!due) return;
      due = false;
      const values = {};
      for (const one of data.courses) values[one.field] = one.values;
      ctx.send("courses", {time: data.time, values});
      timer = setTimeout(go, 120);
    };
    go();
  }
  ctx.ends(() => clearTimeout(timer));

  const now = () => data.courses.find((one) => one.field === field) || data.courses[0];
  function scales(one) {
    const all = one.values.flat();
    const high = Math.max(...all), least = Math.min(...all);
    // what hardly changes is seen from near, all else from zero
    const near = Math.abs(high - least) < 0.3 * Math.max(Math.abs(high), Math.abs(least)) && Math.abs(high) > 50;
    const low = held ? held.low : near ? least - 0.25 * (high - least || 1) : Math.min(0, least);
    const top = held ? held.top : high <= low ? low + 1 : low + (high - low) * 1.25, first = Math.min(0, data.time[0]), end = Math.max(data.until, data.time[data.time.length - 1]);
    return {top, low, x: (t) => L + (t - first) / (end - first || 1) * (W - L - R), y: (v) => H - B - (v - low) / (top - low || 1) * (H - T - B),
      t: (x) => first + (x - L) / (W - L - R) * (end - first), v: (y) => low + (H - B - y) / (H - T - B) * (top - low), first, end};
  }
  const clamp = (v, one) => Math.min(one.high, Math.max(one.low, v));
  const round = (v) => Number(v.toPrecision(4));

  function spot(event) {
    const box = chart.getBoundingClientRect();
    return [(event.clientX - box.x) / box.width * W, (event.clientY - box.y) / box.height * H];
  }

  function move(at, value, time) {
    const one = now();
    one.values[line][at] = round(clamp(value, one));
    if (time !== undefined && at > 0) {
      const least = data.time[at - 1] + 1, most = at < data.time.length - 1 ? data.time[at + 1] - 1 : data.until;
      if (most > least) data.time[at] = Math.round(Math.min(most, Math.max(least, time)));
    }
    draw();
    send();
  }

  chart.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = spot(event), scale = scales(now());
    move(held.at, scale.v(y), Math.abs(event.clientX - held.x) > 6 ? scale.t(x) : undefined);
  });
  const drop = () => { if (held) { held = null; draw(); } };
  chart.addEventListener("pointerup", drop);
  chart.addEventListener("pointercancel", drop);
  chart.addEventListener("dblclick", (event) => {
    const [x, y] = spot(event), scale = scales(now());
    insert(Math.round(scale.t(x)), scale.v(y));
  });

  /** Add a point: at a value for the line that is drawn, between its neighbours for all others. */
  function insert(t, value) {
    const one = now();
    if (t <= data.time[0] || t >= data.until || data.time.length >= 100 || data.time.includes(t)) return;
    const at = data.time.findIndex((other) => other > t), place = at < 0 ? data.time.length : at;
    for (const other of data.courses) other.values.forEach((values, n) => {
      const before = values[place - 1], after = place < values.length ? values[place] : before;
      const part = place < data.time.length ? (t - data.time[place - 1]) / (data.time[place] - data.time[place - 1]) : 0;
      values.splice(place, 0, other === one && n === line && value !== undefined ? round(clamp(value, one)) : before + (after - before) * part);
    });
    data.time.splice(place, 0, t);
    chosen = place;
    draw();
    send();
  }

  /** Add a point in the widest gap at or after the chosen one, for a hand without a double click. */
  function more() {
    const ends = [...data.time, Math.max(data.until, data.time[data.time.length - 1])];
    let best = -1;
    for (let n = 0; n + 1 < ends.length; n++) if (best < 0 || ends[n + 1] - ends[n] > ends[best + 1] - ends[best]) best = n;
    if (best >= 0) insert(Math.round((ends[best] + ends[best + 1]) / 2));
  }

  function remove(at) {
    if (data.time.length <= 2 || at === 0) return;
    data.time.splice(at, 1);
    for (const one of data.courses) for (const values of one.values) values.splice(at, 1);
    draw();
    send();
  }

  function draw() {
    const one = now(), box = chart.getBoundingClientRect();
    if (box.width > 100) { W = Math.round(box.width); H = Math.round(box.height); }
    chart.setAttribute("viewBox", `0 0 ${W} ${H}`);
    chart.setAttribute("aria-label", says(one));
    const scale = scales(one);
    const kids = [];
    for (const part of [0, 0.5, 1]) {
      const v = scale.low + (scale.top - scale.low) * part;
      kids.push(s("line", {x1: L, x2: W - R, y1: scale.y(v), y2: scale.y(v), class: "grid"}), s("text", {x: L - 5, y: scale.y(v) + 4, "text-anchor": "end"}, number(v, Math.abs(v) < 10 ? 1 : 0)));
    }
    for (let n = 0; n <= 6; n++) {
      const t = scale.first + (scale.end - scale.first) * n / 6;
      kids.push(s("text", {x: scale.x(t), y: H - 5, "text-anchor": n === 6 ? "end" : "middle"}, Math.abs(scale.end) < 7200 ? `${Math.round(t / 60)} min` : Math.abs(scale.end) < 864000 ? `${number(t / 3600, 1)} h` : `${number(t / 86400, 0)} d`));
    }
    one.values.forEach((values, n) => kids.push(s("polyline", {points: values.map((v, i) => `${scale.x(data.time[i])},${scale.y(v)}`).join(" "), class: n === line ? "curve on" : "curve"})));
    if (data.time.length <= 60) one.values[line].forEach((v, i) => {
      const hours = data.time[i] < 7200 ? `${Math.round(data.time[i] / 60)} min` : `${number(data.time[i] / 3600, 1)} h`;
      const dot = s("circle", {cx: scale.x(data.time[i]), cy: scale.y(v), r: 7, class: "dot", tabindex: "0", role: "slider", "aria-label": `${says(one)} ${hours}`, "aria-valuenow": v, "aria-valuetext": `${v} ${one.units}`},
        s("title", {}, `${hours}: ${number(v, 2)} ${one.units}`));
      dot.addEventListener("focus", () => { chosen = i; });
      dot.addEventListener("pointerdown", (event) => { chosen = i; held = {at: i, x: event.clientX, top: scale.top, low: scale.low}; chart.setPointerCapture(event.pointerId); event.preventDefault(); });
      dot.addEventListener("keydown", (event) => {
        const step = (scale.top - scale.low) / 50, by = {ArrowUp: step, ArrowDown: -step}[event.key];
        if (by) { event.preventDefault(); event.stopPropagation(); move(i, v + by); chart.querySelectorAll("circle")[i]?.focus(); }
        const along = {ArrowLeft: -1, ArrowRight: 1}[event.key];
        if (along && i > 0) { event.preventDefault(); event.stopPropagation(); move(i, v, data.time[i] + along * (scale.end - scale.first) / 100); chart.querySelectorAll("circle")[i]?.focus(); }
        if (event.key === "Delete") { event.preventDefault(); remove(i); }
      });
      kids.push(dot);
    });
    fill(chart, kids);
  }

  const watch = new ResizeObserver(() => { if (data && data.courses.length && Math.abs(chart.getBoundingClientRect().width - W) > 4) draw(); });
  watch.observe(chart);
  ctx.ends(() => watch.disconnect());

  return (state) => {
    ctx.root.hidden = !state.courses.length;
    if (!state.courses.length) return;
    if (!held && !due) data = JSON.parse(JSON.stringify(state));
    if (!data.courses.length) data = JSON.parse(JSON.stringify(state));
    const one = now();
    field = one.field;
    line = Math.min(line, one.values.length - 1);
    notice.hidden = !state.trouble;
    fill(notice, state.trouble || "");
    fill(head, h("span", {class: "caption"}, ctx.t("twin.course")),
      h("div", {class: "chips"}, data.courses.map((item) => h("button", {type: "button", class: `chip ${item.field === field ? "on" : ""}`, "aria-pressed": String(item.field === field), title: item.doc, onclick: () => { field = item.field; line = 0; redraw(); }}, `${says(item)}${item.units === "1" ? "" : `, ${item.units}`}`)),
        one.lines.length > 1 ? h("select", {"aria-label": ctx.t("twin.course"), onchange: (event) => { line = event.target.selectedIndex; draw(); }}, one.lines.map((name, n) => h("option", {selected: n === line}, name))) : null),
      h("span", {class: "chips"}, h("button", {type: "button", class: "small", title: ctx.t("twin.point.add"), "aria-label": ctx.t("twin.point.add"), onclick: more}, "+"),
        h("button", {type: "button", class: "small", title: ctx.t("twin.point.drop"), "aria-label": ctx.t("twin.point.drop"), onclick: () => remove(chosen > 0 ? Math.min(chosen, data.time.length - 1) : data.time.length - 1)}, "−")),
      h("span", {class: "muted hint"}, ctx.t("twin.course.hint")));
    draw();
  };

  function redraw() {
    for (const button of head.querySelectorAll("button")) button.classList.remove("on");
    head.querySelectorAll("button")[data.courses.findIndex((one) => one.field === field)]?.classList.add("on");
    draw();
  }
});

PANES.CoursePane = CoursePane;
}
{
// The course in time: a slider, and play, which asks for the next picture once the last is there.

const FramesPane = pane("frames", (ctx) => {
  const play = h("button", {type: "button", onclick: () => toggle()});
  const slide = h("input", {type: "range", min: 0, step: 1, oninput: () => ask(Number(slide.value))});
  const shown = h("span", {class: "num shown"});
  const bar = h("div", {class: "row"}, play, slide, shown);
  ctx.root.append(bar);
  let playing = false, timer = 0;

  function ask(value) { ctx.send("frame", {value}); }
  function toggle() { playing = !playing; draw(); if (playing) next(); else clearTimeout(timer); }
  function next() {
    clearTimeout(timer);
    const state = ctx.state;
    if (!playing || !state.frames) return;
    ask(state.on ? (state.frame + 1) % state.frames : 0);
    timer = setTimeout(next, 1500); // the answer comes sooner, and asks for the one after it
  }
  ctx.ends(() => clearTimeout(timer));
  ctx.listen(document, "keydown", (event) => {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT|BUTTON|SUMMARY)$/.test(target.tagName || "")) return;
    if (event.key === "p" && ctx.state.frames) { event.preventDefault(); toggle(); }
  });

  function lasting(seconds) {
    const minutes = Math.round(seconds / 60);
    return minutes < 120 ? `${minutes} min` : minutes < 4320 ? `${number(seconds / 3600, 1)} h` : `${number(seconds / 86400, 1)} d`;
  }

  function draw() {
    const state = ctx.state;
    ctx.root.hidden = !state.frames;
    if (!state.frames) { playing = false; return; }
    play.textContent = playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", ctx.t(playing ? "twin.pause" : "twin.play"));
    slide.setAttribute("aria-label", ctx.t("twin.frame"));
    slide.max = state.frames - 1;
    if (ctx.root.getRootNode().activeElement !== slide || playing) slide.value = state.frame;
    const at = state.start === null ? "" : ` · ${fullTime(state.start + state.seconds * 1000, ctx.zone)}`;
    slide.setAttribute("aria-valuetext", lasting(state.seconds));
    shown.textContent = `${ctx.language === "zh" ? state.title.zh : state.title.en}: +${lasting(state.seconds)}${at}`;
    bar.classList.toggle("off", !state.on);
  }
  return () => { draw(); if (playing) { clearTimeout(timer); timer = setTimeout(next, 220); } };
});

PANES.FramesPane = FramesPane;
}
{
// What of the result is looked at, its legend, and what must be known to read it.

const OutcomePane = pane("outcome", (ctx) => {
  const box = h("section", {class: "page"});
  ctx.root.append(box);
  let timer = 0;
  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.en);

  function soon(what, rest) {
    clearTimeout(timer);
    timer = setTimeout(() => ctx.send(what, rest), 60);
  }
  ctx.ends(() => clearTimeout(timer));

  function legend(item, how) {
    const ramp = h("div", {class: "ramp", "aria-hidden": "true"});
    ramp.style.background = `linear-gradient(to right, ${item.ramp.filter((c) => /^#[0-9a-fA-F]{6,8}$/.test(c)).join(",")})`;
    const title = how === "probability" ? ctx.t("twin.probability") : says(item.title);
    return h("figure", {class: "legend", "aria-label": ctx.t("twin.legend")}, h("figcaption", {}, `${title}${item.units ? `, ${item.units}` : ""}`), ramp,
      h("div", {class: "ends num"}, h("span", {}, number(item.low, 2)), h("span", {}, number((item.low + item.high) / 2, 2)), h("span", {}, number(item.high, 2))));
  }

  function sentence(result) {
    const note = result.note, field = result.fields.find((one) => one.field === result.field);
    const name = says(field);
    if (result.how === "probability") return ctx.t("twin.how.probability.long", {name, level: `${note.level} ${note.units}`.trim(), n: note.members});
    if (result.how === "worst") return ctx.t("twin.how.worst.long", {name, member: note.member, n: note.members});
    if (result.how === "member") return ctx.t("twin.how.member.long", {name, member: note.member});
    if (result.how === "time") return ctx.t("twin.how.time.long", {member: note.member});
    return ctx.t(`twin.how.${result.how}.long`, {name, n: note.members});
  }

  function level(result) {
    if (result.how !== "probability") return null;
    const note = result.note, most = note.most || 1;
    const typed = h("output", {class: "num"}, String(note.level));
    const unit = h("span", {class: "muted"}, note.units);
    return h("div", {class: "field"}, h("span", {class: "name"}, ctx.t("twin.threshold")),
      h("span", {class: "pair"}, h("input", {type: "range", min: 0, max: most, step: most / 100, value: note.level, "aria-label": ctx.t("twin.threshold"),
        oninput: (event) => { typed.textContent = event.target.value; soon("level", {value: Number(event.target.value)}); }}), typed, unit),
      h("div", {class: "chips"}, result.levels.map((one) => h("button", {type: "button", class: `chip ${one === note.level ? "on" : ""}`, "aria-pressed": String(one === note.level), onclick: () => ctx.send("level", {value: one})}, String(one)))));
  }

  function member(result) {
    if (result.how !== "member") return null;
    return h("div", {class: "field"}, h("span", {class: "name"}, ctx.t("twin.member")),
      h("span", {class: "pair"}, h("input", {type: "range", min: 0, max: result.members.length - 1, step: 1, value: result.members.indexOf(result.note.member), "aria-label": ctx.t("twin.member"),
        oninput: (event) => soon("member", {value: result.members[Number(event.target.value)]})}), h("output", {class: "num"}, String(result.note.member))));
  }

  return (state) => {
    box.setAttribute("aria-label", ctx.t("twin.result"));
    const result = state.result;
    if (!result) { fill(box, h("div", {class: state.trouble ? "notice bad" : "empty", role: "status"}, state.trouble || ctx.t("twin.no_result"))); return; }
    const focus = ctx.root.getRootNode().activeElement;
    const held = focus && focus.type === "range" ? focus.getAttribute("aria-label") : "";
    fill(box,
      h("h2", {}, says(result.model)),
      h("label", {class: "field"}, h("span", {class: "name"}, ctx.t("twin.output")),
        h("select", {"aria-label": ctx.t("twin.output"), onchange: (event) => ctx.send("field", {name: event.target.value})},
          result.fields.map((one) => h("option", {value: one.field, selected: one.field === result.field, title: one.doc}, says(one))))),
      h("div", {class: "chips hows", role: "group", "aria-label": ctx.t("twin.how")}, result.hows.map((how) => h("button", {type: "button", class: `chip ${how === result.how ? "on" : ""}`, "aria-pressed": String(how === result.how), onclick: () => ctx.send("how", {name: how})}, ctx.t(`twin.how.${how}`)))),
      level(result), member(result),
      legend(result.legend, result.how),
      h("p", {}, sentence(result), result.note.least ? ` ${ctx.t("twin.least", {value: `${number(result.note.least, 3)} ${result.legend.units}`})}` : ""),
      result.table.length ? h("table", {}, h("tbody", {}, result.table.map((row) => h("tr", {}, h("th", {scope: "row"}, row.name), h("td", {class: "num"}, String(row.value)))))) : null,
      h("div", {class: "caution"}, h("h3", {}, ctx.t("twin.validity")), h("p", {}, says(result.validity))),
      result.remarks.length ? h("details", {open: true}, h("summary", {}, ctx.t("twin.assumed")), h("ul", {}, result.remarks.map((line) => h("li", {}, line)))) : null);
    if (held) for (const one of box.querySelectorAll("input[type=range]")) if (one.getAttribute("aria-label") === held) one.focus();
  };
});

PANES.OutcomePane = OutcomePane;
}
{
// How the runs stand: what is shown, how far the longer run is, and the keys to start and cancel it.

const RunBarPane = pane("runbar", (ctx) => {
  const bar = h("div", {class: "bar"});
  const notice = h("div", {class: "notice bad", role: "alert", hidden: true});
  ctx.root.append(bar, notice);
  // the first question is asked when its answer can be seen
  const hello = setTimeout(() => ctx.send("hello"), 150);
  ctx.ends(() => clearTimeout(hello));

  ctx.listen(document, "keydown", (event) => {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName || "") && !/^(range|checkbox)$/.test(target.type)) return;
    const what = event.key.toLowerCase() === "z" ? (event.shiftKey ? "redo" : "undo") : event.key.toLowerCase() === "y" ? "redo" : "";
    if (what) { event.preventDefault(); ctx.send(what); }
  });

  function fact(label, value, title) {
    return h("span", {class: "fact", title: title || null}, h("span", {class: "muted"}, label), " ", h("strong", {class: "num"}, value));
  }

  function progress(run) {
    const part = run.done === null ? null : Math.round(run.done * 100);
    const left = run.left === null ? "" : ` · ${ctx.t("twin.left", {time: run.left < 90 ? `${Math.max(1, Math.round(run.left))} s` : span(run.left * 1000, ctx.language)})}`;
    return h("span", {class: "progress"}, h("progress", {max: 1, value: run.done, "aria-label": ctx.t(`twin.${run.fidelity}`)}),
      h("span", {class: "num", role: "status"}, run.stage === "running" && part !== null ? `${part} % · ${run.members}${left}` : ctx.t(`twin.${run.stage}`)),
      h("button", {type: "button", onclick: () => ctx.send("cancel")}, ctx.t("twin.cancel")));
  }

  return (state) => {
    const {shown, preview, longer} = state;
    const busy = longer && ["preparing", "waiting", "running"].includes(longer.stage);
    const trouble = (preview && preview.stage === "failed" && preview.trouble) || (longer && longer.stage === "failed" && longer.trouble) || "";
    const area = shown && shown.area;
    fill(bar,
      h("span", {class: "chips"}, ["standard", "full"].map((name) => h("button", {type: "button", class: name === "standard" ? "primary" : "", disabled: !state.model || (busy && longer.fidelity === name),
        onclick: () => ctx.send("run", {fidelity: name})}, ctx.t("twin.run", {name: ctx.t(`twin.${name}`), n: state.sizes[name]})))),
      h("span", {class: "chips"}, [["undo", "↶", state.steps[0] || state.points], ["redo", "↷", state.steps[1]]].map(([name, sign, some]) =>
        h("button", {type: "button", disabled: !some, title: ctx.t(`twin.${name}`), "aria-label": ctx.t(`twin.${name}`), onclick: () => ctx.send(name)}, sign))),
      busy ? progress(longer) : null,
      shown ? [
        h("span", {class: `badge ${shown.stale ? "late" : "new"}`}, shown.stale ? ctx.t("twin.stale") : ctx.t(`twin.${shown.fidelity}`)),
        fact(ctx.t("twin.members"), shown.members === shown.of ? shown.members : `${shown.members} / ${shown.of}`),
        area ? fact(ctx.t("twin.area_above", {level: `${area.level} ${area.units === "1" ? "" : area.units}`}), `${number(area.mid, 1)} km² (${number(area.low, 1)}–${number(area.high, 1)})`, ctx.t("twin.area_above.long")) : null,
        shown.balance === null ? null : fact(ctx.t("twin.balance"), `${Math.abs(shown.balance * 100) < 1e-4 ? "< 0.0001" : (Math.abs(shown.balance) * 100).toPrecision(2)} %`, ctx.t("twin.balance.long")),
        fact(ctx.t("twin.took"), `${number(shown.seconds, 2)} s`),
        state.origin ? h("a", {href: state.origin}, `${ctx.t("twin.back")}${state.title ? `: ${state.title}` : ""}`) : state.title ? h("span", {class: "muted"}, state.title) : null,
      ] : h("span", {class: "muted", role: "status"}, preview ? ctx.t(`twin.${preview.stage}`) : ctx.t("twin.opening")));
    notice.hidden = !trouble;
    fill(notice, trouble);
  };
});

PANES.RunBarPane = RunBarPane;
}
{
// The floor's scenarios: save, open, drop, two to four side by side; a result to take away.

const ScenariosPane = pane("scenarios", (ctx) => {
  const head = h("div", {class: "head"});
  const list = h("ul", {class: "kept"});
  const foot = h("div", {class: "chips"});
  const dialog = h("dialog", {class: "versus"});
  const box = h("section", {class: "page"}, head, list, foot);
  ctx.root.append(box, dialog);
  const title = h("input", {type: "text", maxlength: 200, autocomplete: "off"});
  const keep = h("form", {class: "row", onsubmit: (event) => { event.preventDefault(); ctx.send("save", {title: title.value, fresh: false}); }});
  head.append(keep);
  let told = null;
  dialog.addEventListener("close", () => { if (ctx.state.compared.length) ctx.send("close"); });
  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.title || row.en);

  function ramp(item) {
    const bar = h("div", {class: "ramp"});
    bar.style.background = `linear-gradient(to right, ${item.ramp.filter((c) => /^#[0-9a-fA-F]{6,8}$/.test(c)).join(",")})`;
    return h("div", {class: "legend"}, bar, h("div", {class: "ends num"}, h("span", {}, number(item.low, 2)), h("span", {}, item.units), h("span", {}, number(item.high, 2))));
  }

  function picture(address, words, lines) {
    return /^data:image\/png;base64,[A-Za-z0-9+/=]+$/.test(address) ? h("div", {class: "picture"}, h("img", {src: address, alt: words}), s("svg", {viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true"}, lines.map((d) => s("path", {d})))) : h("p", {class: "muted"}, ctx.t("twin.no_picture"));
  }

  function versus(state) {
    fill(dialog, h("form", {method: "dialog", class: "line"}, h("h2", {}, ctx.t("twin.compare")), h("button", {class: "primary"}, ctx.t("action.close"))),
      h("div", {class: "side"}, state.compared.map((one, n) => h("figure", {}, h("figcaption", {}, h("strong", {}, one.title),
        one.area ? h("span", {class: "muted num"}, ` ${ctx.t("twin.area_above", {level: `${one.area.level} ${one.area.units}`})}: ${number(one.area.mid, 1)} km²`) : null),
        picture(one.picture, one.title, one.lines), ramp(one.legend),
        n === 0 ? null : one.difference ? [h("div", {class: "muted"}, ctx.t("twin.difference", {title: state.compared[0].title})), picture(one.difference, ctx.t("twin.difference", {title: state.compared[0].title}), one.lines), ramp(one.difference_legend)] : h("p", {class: "muted"}, ctx.t("twin.no_difference"))))));
    if (!dialog.open) dialog.showModal();
  }

  return (state) => {
    box.setAttribute("aria-label", ctx.t("twin.scenarios"));
    title.setAttribute("aria-label", ctx.t("twin.title"));
    title.placeholder = ctx.t("twin.title");
    if (state.title !== told && ctx.root.getRootNode().activeElement !== title) { title.value = state.title; told = state.title; }
    fill(keep, title, h("button", {type: "submit", disabled: !state.may, title: state.may ? null : ctx.t("twin.may_not")}, ctx.t("twin.save")),
      state.open ? h("button", {type: "button", disabled: !state.may, onclick: () => ctx.send("save", {title: title.value, fresh: true})}, ctx.t("twin.save_new")) : null);
    fill(list, state.rows.map((row) => h("li", {"aria-current": row.key === state.open ? "true" : null},
      h("input", {type: "checkbox", checked: state.chosen.includes(row.key), "aria-label": `${ctx.t("twin.compare")}: ${says(row)}`, onchange: () => ctx.send("choose", {key: row.key})}),
      h("button", {type: "button", class: "link", onclick: () => ctx.send("open", {key: row.key})}, says(row)),
      h("span", {class: "muted num"}, row.at === null ? ctx.t("twin.shipped") : `${row.actor} · ${clockTime(row.at, ctx.zone, ctx.present())} · ${row.revision}`),
      row.at === null ? null : h("button", {type: "button", class: "small", disabled: !state.may, "aria-label": `${ctx.t("twin.forget")}: ${says(row)}`, title: ctx.t("twin.forget"), onclick: () => ctx.send("drop", {key: row.key})}, "✕"))));
    fill(foot, h("button", {type: "button", disabled: state.chosen.length < 2 || state.busy, onclick: () => ctx.send("compare")}, state.busy ? ctx.t("twin.running") : ctx.t("twin.compare_n", {n: state.chosen.length})),
      h("span", {class: "caption"}, ctx.t("export.title")), ["netcdf", "geotiff", "csv", "recipe"].map((form) => h("button", {type: "button", disabled: !state.ready, onclick: () => ctx.send("take", {form})}, ctx.t(`twin.take.${form}`))));
    if (state.compared.length) versus(state);
    else if (dialog.open) dialog.close();
  };
});

PANES.ScenariosPane = ScenariosPane;
}
{
// What is asked: a form made of what the model declares. While a slider moves, a value is sent ten times a second.

const SetupPane = pane("setup", (ctx) => {
  const box = h("section", {class: "page"});
  ctx.root.append(box);
  const inputs = new Map(); // the elements of a field, kept while its hand is on it
  let shape = "";
  const waiting = new Map();

  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.en);

  /** Send at most ten times a second, the newest last. */
  function soon(key, what, rest) {
    const held = waiting.get(key);
    if (held) { held.next = [what, rest]; return; }
    ctx.send(what, rest);
    const mine = {next: null};
    waiting.set(key, mine);
    setTimeout(() => {
      waiting.delete(key);
      if (mine.next) soon(key, ...mine.next);
    }, 100);
  }

  function numeric(key, row, tell) {
    const sure = row.low !== null && row.low !== undefined && row.high !== null && row.high !== undefined;
    const step = row.step || "any";
    const typed = h("input", {type: "number", class: "num", step: "any", "aria-label": row.name, value: row.value,
      onchange: (event) => { if (event.target.value !== "") tell(Number(event.target.value), false); }});
    const slide = sure ? h("input", {type: "range", min: row.low, max: row.high, step, value: row.value, "aria-label": row.name,
      oninput: (event) => { typed.value = event.target.value; tell(Number(event.target.value), true); }}) : null;
    inputs.set(key, {set: (value) => {
      const active = ctx.root.getRootNode().activeElement;
      if (active !== typed) typed.value = Number(Number(value).toPrecision(5));
      if (slide && active !== slide) slide.value = value;
    }});
    return h("span", {class: "pair"}, slide, typed);
  }

  function row(key, name, unit, doc, control, changed) {
    const problem = h("span", {class: "problem", role: "alert"});
    const entry = inputs.get(key) || {};
    entry.problem = problem;
    entry.row = h("div", {class: `field ${changed ? "changed" : ""}`, title: doc || null},
      h("span", {class: "name"}, name, unit ? h("span", {class: "muted"}, ` ${unit}`) : null), control, problem);
    inputs.set(key, entry);
    return entry.row;
  }

  function setting(one) {
    const key = `set:${one.name}`, name = one.label[ctx.language] || one.label.en;
    const send = (value) => soon(key, "set", {name: one.name, value});
    let control;
    if (one.type === "switch") {
      const tick = h("input", {type: "checkbox", checked: one.value, "aria-label": name, onchange: (event) => send(event.target.checked)});
      inputs.set(key, {set: (value) => { tick.checked = value; }});
      control = tick;
    } else if (one.type === "choice") {
      const pick = h("select", {"aria-label": name, onchange: (event) => send(one.objects[event.target.selectedIndex])},
        one.objects.map((item) => h("option", {selected: item === one.value}, String(item))));
      inputs.set(key, {set: (value) => { pick.selectedIndex = one.objects.indexOf(value); }});
      control = pick;
    } else if (one.type === "number") {
      control = numeric(key, {...one, name}, send);
    } else {
      const typed = h("input", {type: "text", value: one.value === null ? "" : String(one.value), "aria-label": name,
        onchange: (event) => send(one.type === "pair" ? event.target.value.split(",").map(Number) : event.target.value)});
      inputs.set(key, {set: (value) => { if (ctx.root.getRootNode().activeElement !== typed) typed.value = value === null ? "" : String(value); }});
      control = typed;
    }
    return row(key, name, one.unit, `${one.doc[ctx.language] || one.doc.en} (${ctx.t("twin.default")}: ${one.default})`, control, one.value !== one.default);
  }

  const driven = (one) => (one.at === undefined ? `drive:${one.field}` : `drive:${one.field}:${one.at}`);

  /** A place that drives the run: typed, put on the map, or dragged there by its handle. */
  function site(one, state) {
    const typed = ["lon", "lat"].map((axis) => h("input", {type: "number", class: "num", step: "any", value: one[axis], "aria-label": `${one.name}: ${ctx.t(`twin.${axis}`)}`, title: ctx.t(`twin.${axis}`),
      onchange: () => ctx.send("put", {name: one.name, lon: Number(typed[0].value), lat: Number(typed[1].value)})}));
    return row(`place:${one.name}`, one.name, "", "", h("span", {class: "pair"}, typed,
      h("button", {type: "button", class: "small", "aria-label": `${ctx.t("twin.move")}: ${one.name}`, "aria-pressed": String(state.placing === `place:${one.name}`), onclick: () => ctx.send("placing", {name: one.name})}, ctx.t("twin.move")),
      one.added ? h("button", {type: "button", class: "small", "aria-label": `${ctx.t("twin.away")}: ${one.name}`, onclick: () => ctx.send("remove", {name: one.name})}, "✕") : null));
  }

  function driver(one) {
    const part = one.at === undefined ? null : one.at;
    const key = driven(one);
    const send = (value) => soon(key, "number", {field: one.field, value, at: part});
    if (part !== null) return row(key, `${says(one)} · ${one.part}`, one.units === "1" ? "" : one.units, one.doc, numeric(key, {...one, name: `${says(one)} ${one.part}`, high: null}, send), false);
    const control = one.dial ? dial(key, one, send) : numeric(key, {...one, name: says(one), step: (one.high - one.low) / 500}, send);
    return row(key, says(one), one.units === "1" ? "" : one.units, one.doc, control, false);
  }

  /** The wind, turned by hand: the arrow points to where it blows. */
  function dial(key, one, send) {
    const arrow = s("path", {d: "M0 -15 L0 13 M-5 6 L0 15 L5 6"});
    const typed = h("input", {type: "number", class: "num", min: 0, max: 360, step: 1, "aria-label": says(one), onchange: (event) => send(Number(event.target.value))});
    const turn = (value) => { arrow.setAttribute("transform", `rotate(${value})`); };
    const face = s("svg", {viewBox: "-20 -20 40 40", class: "dial", role: "slider", tabindex: "0", "aria-label": says(one), "aria-valuemin": 0, "aria-valuemax": 360},
      s("circle", {r: 18}), s("text", {y: -11, "text-anchor": "middle"}, "N"), arrow);
    const at = (event) => {
      const area = face.getBoundingClientRect();
      const angle = Math.atan2(event.clientX - area.x - area.width / 2, area.y + area.height / 2 - event.clientY) * 180 / Math.PI;
      return Math.round((angle + 360) % 360);
    };
    const put = (value) => { turn(value); typed.value = value; face.setAttribute("aria-valuenow", value); send(value); };
    face.addEventListener("pointerdown", (event) => { face.setPointerCapture(event.pointerId); put(at(event)); });
    face.addEventListener("pointermove", (event) => { if (face.hasPointerCapture(event.pointerId)) put(at(event)); });
    face.addEventListener("keydown", (event) => {
      const by = {ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5}[event.key];
      if (by) { event.preventDefault(); put((Number(typed.value) + by + 360) % 360); }
    });
    inputs.set(key, {set: (value) => { turn(value); face.setAttribute("aria-valuenow", Math.round(value)); if (ctx.root.getRootNode().activeElement !== typed) typed.value = Math.round(value); }});
    return h("span", {class: "pair"}, face, typed);
  }

  function placing(state) {
    if (!state.placing) return null;
    const [what, name] = state.placing.split(":");
    const measure = state.measures.known.find((one) => one.name === state.placed);
    return h("div", {class: "notice", role: "status"}, ctx.t(what === "place" ? "twin.tap_place" : "twin.tap_line", {name: measure ? says(measure) : name, n: state.points}), " ",
      what === "place" ? null : h("button", {type: "button", class: "primary", onclick: () => ctx.send("finish")}, ctx.t("twin.finish")), " ",
      h("button", {type: "button", onclick: () => ctx.send("stop")}, ctx.t("twin.stop")));
  }

  function taken(one, number) {
    const change = (name) => (event) => ctx.send("action", {number, name, value: Number(event.target.value)});
    const known = ctx.state.measures.known.find((item) => item.name === one.measure) || {};
    return h("li", {}, h("div", {class: "line"}, h("strong", {}, says(known)), h("button", {type: "button", class: "small", "aria-label": ctx.t("twin.drop"), onclick: () => ctx.send("action", {number, drop: true})}, "✕")),
      one.shape ? h("div", {class: "line"}, h("span", {class: "muted"}, one.points ? ctx.t("twin.points", {n: one.points}) : ctx.t("twin.everywhere")),
        h("button", {type: "button", class: "small", "aria-label": `${ctx.t("twin.draw_where")}: ${says(known)}`, "aria-pressed": String(ctx.state.placing === `outline:${number}`), onclick: () => ctx.send("redraw", {number})}, ctx.t("twin.draw_where"))) : null,
      h("div", {class: "numbers"}, one.numbers.map((item) => h("label", {}, `${item.label[ctx.language] || item.label.en} ${item.unit}`, h("input", {type: "number", step: "any", value: item.value, onchange: change(item.name)}))),
        h("label", {}, `${ctx.t("twin.from_hour")} h`, h("input", {type: "number", step: "any", min: 0, value: one.start, onchange: change("start")})),
        h("label", {}, ctx.t("twin.reliability"), h("input", {type: "number", step: 0.05, min: 0, max: 1, value: one.reliability, onchange: change("reliability")}))));
  }

  function group(title, open, ...children) {
    return h("details", {open}, h("summary", {}, title), ...children);
  }

  function build(state) {
    inputs.clear();
    const drive = state.drive || {numbers: []};
    const start = state.start === null ? "" : new Date(state.start).toISOString().slice(0, 16);
    const when = h("input", {type: "datetime-local", value: start, "aria-label": ctx.t("twin.start"), onchange: (event) => ctx.send("start", {value: event.target.value ? `${event.target.value}:00Z` : "", observed: state.observed})});
    fill(box,
      h("label", {class: "model"}, h("span", {class: "name"}, ctx.t("twin.model")),
        h("select", {"aria-label": ctx.t("twin.model"), onchange: (event) => ctx.send("model", {name: event.target.value})},
          state.models.map((one) => h("option", {value: one.name, selected: one.name === state.model}, says(one))))),
      h("div", {class: "placing"}, placing(state)),
      group(ctx.t("twin.place"), true,
        h("div", {class: "field"}, h("span", {class: "name"}, state.area ? ctx.t("twin.window") : ctx.t("twin.whole")),
          h("span", {class: "muted num"}, state.size ? `${state.size[0]} × ${state.size[1]} · ${number(state.cell, 1)} m` : "")),
        state.same ? null : h("button", {type: "button", onclick: () => ctx.send("window")}, ctx.t(state.selected ? "twin.take_area" : "twin.take_whole")),
        row("hours", ctx.t("twin.hours"), "h", "", numeric("hours", {name: ctx.t("twin.hours"), value: state.hours}, (value) => ctx.send("hours", {value}))),
        row("resolution", ctx.t("twin.cell"), "m", "", numeric("resolution", {name: ctx.t("twin.cell"), value: state.resolution ?? (state.cell || "")}, (value) => ctx.send("resolution", {value: value || null}))),
        row("start", ctx.t("twin.start"), "UTC", "", when),
        row("observed", ctx.t("twin.observed"), "", ctx.t("twin.observed.long"), h("input", {type: "checkbox", checked: state.observed, "aria-label": ctx.t("twin.observed"),
          onchange: (event) => ctx.send("start", {value: when.value ? `${when.value}:00Z` : "", observed: event.target.checked})}))),
      drive.numbers.length || state.places.length || state.track ? group(ctx.t("twin.drive"), true, drive.numbers.map(driver),
        state.places.map((one) => site(one, state)),
        state.track ? h("button", {type: "button", class: "chip", onclick: () => ctx.send("track")}, ctx.t("twin.track")) : null,
        state.more ? h("button", {type: "button", class: "chip", onclick: () => ctx.send("add")}, `+ ${ctx.t("twin.add")}`) : null) : null,
      state.measures.known.length ? group(ctx.t("twin.measures"), true,
        h("div", {class: "chips"}, state.measures.known.map((one) => h("button", {type: "button", class: "chip", title: one.source, onclick: () => ctx.send("measure", {name: one.name})}, `+ ${says(one)}`))),
        row("measures", "", "", "", null), h("ul", {class: "taken"}, state.measures.taken.map(taken))) : null,
      group(ctx.t("twin.settings"), false, state.form.map(setting)),
      h("button", {type: "button", onclick: () => ctx.send("reset")}, ctx.t("twin.reset")));
  }

  function sync(state) {
    for (const one of state.form) {
      const entry = inputs.get(`set:${one.name}`);
      if (!entry) continue;
      if (!state.errors[`set:${one.name}`]) entry.set(one.value);
      entry.row.classList.toggle("changed", JSON.stringify(one.value) !== JSON.stringify(one.default));
    }
    for (const one of (state.drive || {numbers: []}).numbers) inputs.get(driven(one))?.set(one.value);
    for (const [key, entry] of inputs) if (entry.problem) fill(entry.problem, state.errors[key] || "");
  }

  return (state) => {
    box.setAttribute("aria-label", ctx.t("twin.setup"));
    if (!state.model) { fill(box, h("div", {class: "empty", role: "status"}, ctx.t("twin.opening"))); shape = ""; return; }
    // the form is built anew only when it has other fields: a hand on a slider is not disturbed
    const now = JSON.stringify([ctx.language, state.model, state.models.length, state.form.map((one) => one.name), (state.drive || {numbers: []}).numbers.map(driven), state.more, state.track,
      state.places, state.measures, state.placing, state.points, state.area, state.same, state.selected, state.hours, state.cell, state.start, state.observed, state.resolution]);
    const focus = ctx.root.getRootNode().activeElement;
    if (now !== shape && !(focus && focus.type === "range" && inputs.size)) { const top = ctx.root.scrollTop; shape = now; build(state); ctx.root.scrollTop = top; }
    sync(state);
  };
});

PANES.SetupPane = SetupPane;
}
{
// Who and what is hit: totals with their range, districts, facilities in order of need, needs against stocks.

const StakesPane = pane("stakes", (ctx) => {
  const box = h("section", {class: "page"});
  ctx.root.append(box);
  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.en);
  const few = (value) => (value === null ? "–" : Math.abs(value) >= 1e6 ? `${number(value / 1e6, 1)} M` : number(value, Math.abs(value) < 10 && value !== Math.round(value) ? 1 : 0));

  function table(head, rows) {
    return h("table", {}, h("thead", {}, h("tr", {}, head.map((name) => h("th", {scope: "col"}, name)))), h("tbody", {}, rows));
  }

  function needs(found) {
    if (!found.needs.length) return null;
    return h("details", {}, h("summary", {}, ctx.t("twin.needs")), table([ctx.t("twin.need"), ctx.t("twin.amount"), ctx.t("twin.stock"), ctx.t("twin.gap")],
      found.needs.map((row) => h("tr", {title: row.source}, h("th", {scope: "row"}, ctx.language === "zh" ? row.title_zh : row.title), h("td", {class: "num"}, `${few(row.amount)} ${row.unit === "1" ? "" : row.unit}`),
        h("td", {class: "num"}, few(row.stock)), h("td", {class: `num ${row.gap > 0 ? "late" : ""}`}, few(row.gap), row.gap > 0 ? ` (${Math.round(row.probability * 100)} %)` : "")))));
  }

  return (state) => {
    box.setAttribute("aria-label", ctx.t("twin.impact"));
    const found = state.impact;
    if (!found) { fill(box, state.trouble ? [h("h3", {}, ctx.t("twin.impact")), h("p", {class: "muted"}, ctx.t("twin.no_impact")), h("details", {}, h("summary", {class: "muted"}, ctx.t("twin.why")), h("p", {class: "muted"}, state.trouble))] : null); return; }
    const open = [...box.querySelectorAll("details")].map((one) => one.open);
    fill(box, h("h3", {}, ctx.t("twin.impact")),
      table([ctx.t("twin.figure"), ctx.t("twin.middle"), ctx.t("twin.range")], found.rows.filter((row) => row.high > 0).map((row) => h("tr", {},
        h("th", {scope: "row"}, says(row), row.units ? h("span", {class: "muted"}, ` ${row.units}`) : null), h("td", {class: "num"}, h("strong", {}, few(row.mid))), h("td", {class: "num"}, `${few(row.low)}–${few(row.high)}`)))),
      found.rows.every((row) => !(row.high > 0)) ? h("p", {class: "muted"}, ctx.t("twin.nothing_hit")) : null,
      found.districts.length ? h("details", {open: true}, h("summary", {}, `${ctx.t("twin.districts")}: ${says(found.measure)}`), table([ctx.t("twin.district"), ctx.t("twin.mean"), ctx.t("twin.q95")],
        found.districts.map((row) => h("tr", {}, h("th", {scope: "row"}, says(row)), h("td", {class: "num"}, few(row.mean)), h("td", {class: "num"}, few(row.high)))))) : null,
      found.facilities.length ? h("details", {open: true}, h("summary", {}, ctx.t("twin.facilities")), h("ol", {}, found.facilities.map((row) => h("li", {title: row.reason},
        h("button", {type: "button", class: "link", onclick: () => ctx.send("show", {lon: row.lon, lat: row.lat})}, says(row)), h("span", {class: "muted"}, ` ${row.kind} · `), h("span", {class: "num"}, `${Math.round(row.probability * 100)} %`))))) : null,
      needs(found),
      h("details", {}, h("summary", {}, ctx.t("twin.impact_validity")), found.validity.map((row) => h("p", {}, h("strong", {}, row.title), `: ${says(row)}`)), h("ul", {}, found.remarks.map((line) => h("li", {}, line)))));
    [...box.querySelectorAll("details")].forEach((one, n) => { if (open.length && n < open.length) one.open = open[n]; });
  };
});

PANES.StakesPane = StakesPane;
}
export default PANES;
