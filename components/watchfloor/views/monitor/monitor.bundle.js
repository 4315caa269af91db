// Made by watchfloor.views.monitor.bundle; edit the files it is made from, not this one.
const CSS = ".wf { font-family: var(--wf-font, system-ui, sans-serif); font-size: var(--wf-size, 14px); line-height: 1.4; color: var(--wf-text, inherit);\n  height: 100%; box-sizing: border-box; position: relative; }\n.wf *, .wf *::before, .wf *::after { box-sizing: border-box; }\n.wf [hidden] { display: none !important; }\n.wf .num, .wf time { font-variant-numeric: tabular-nums; }\n.wf .muted { color: var(--wf-muted); }\n.wf button, .wf input, .wf select, .wf textarea { font: inherit; color: inherit; background: var(--wf-raised, transparent);\n  border: 1px solid var(--wf-line, #8888); border-radius: 4px; padding: 3px 10px; min-height: 28px; }\n.wf button { cursor: pointer; white-space: nowrap; }\n.wf button:hover:not(:disabled) { border-color: var(--wf-muted); }\n.wf button:disabled { opacity: 0.55; cursor: not-allowed; }\n.wf button[aria-pressed=\"true\"], .wf button.primary { border-color: var(--wf-accent); color: var(--wf-accent); }\n.wf :focus-visible { outline: 2px solid var(--wf-accent, Highlight); outline-offset: -1px; }\n.wf .sign .fill { stroke: rgb(0 0 0 / 55%); stroke-width: 1; }\n.wf .sign .cross { stroke: #111; stroke-width: 1.6; fill: none; }\n.wf .sign .Extreme { fill: var(--wf-extreme, #EE3D77); } .wf .sign .Severe { fill: var(--wf-severe, #F59A23); }\n.wf .sign .Moderate { fill: var(--wf-moderate, #FFF3B0); } .wf .sign .Minor { fill: var(--wf-minor, #5AA9FF); }\n.wf .sign .Unknown { fill: var(--wf-unknown, #9AA3AD); }\n.wf .hazard { stroke: currentColor; fill: none; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; flex: none; }\n.wf .severity { padding: 0 6px; border-radius: 3px; font-weight: 600; font-size: 0.82em; line-height: 1.55; color: #111; background: var(--wf-unknown); flex: none; }\n.wf .severity.Extreme { background: var(--wf-extreme); } .wf .severity.Severe { background: var(--wf-severe); }\n.wf .severity.Moderate { background: var(--wf-moderate); } .wf .severity.Minor { background: var(--wf-minor); }\n.wf .badge { padding: 0 5px; border-radius: 3px; font-size: 0.76em; font-weight: 700; letter-spacing: 0.03em; text-transform: uppercase; border: 1px solid currentColor; flex: none; line-height: 1.5; }\n.wf .badge.new, .wf .badge.updated { color: var(--wf-accent); } .wf .badge.late { color: var(--wf-late); } .wf .badge.disputed { color: var(--wf-down); }\n.wf .badge.cancelled, .wf .badge.ended, .wf .badge.expired, .wf .badge.upcoming, .wf .badge.exercise, .wf .badge.test { color: var(--wf-muted); }\n.wf .empty { padding: 24px 16px; color: var(--wf-muted); text-align: center; }\n.wf .notice { padding: 6px 10px; color: var(--wf-late); border-bottom: 1px solid var(--wf-line); }\n.wf .notice.bad { color: var(--wf-down); }\n.wf .toast { position: absolute; left: 8px; right: 8px; bottom: 8px; padding: 8px 12px; border-radius: 4px; background: var(--wf-raised);\n  border: 1px solid var(--wf-accent); opacity: 0; pointer-events: none; transition: opacity 0.2s; z-index: 5; }\n.wf .toast.shown { opacity: 1; } .wf .toast.bad { border-color: var(--wf-down); } .wf .toast:empty { display: none; }\n\n.list { display: flex; flex-direction: column; background: var(--wf-panel); min-height: 0; }\n.list .head { display: flex; gap: 8px; align-items: center; padding: 6px 8px; border-bottom: 1px solid var(--wf-line); flex-wrap: wrap; }\n.list .title { flex: 1 1 auto; white-space: nowrap; } .list .zone { margin-left: 10px; font-size: 0.86em; }\n.list .find { flex: 1 1 120px; min-width: 90px; }\n.list .kinds { padding: 5px 8px; border-bottom: 1px solid var(--wf-line); } .list .kinds:empty { display: none; } .wf .kinds .chip { font-size: 0.82em; padding: 1px 7px; min-height: 24px; }\n.list .kind { display: inline-flex; gap: 3px; align-items: center; white-space: pre; flex: none; } .wf .bell { color: var(--wf-late); }\n.list .opened { display: flex; justify-content: space-between; gap: 8px; align-items: center; padding: 5px 10px; color: var(--wf-accent); border-bottom: 1px solid var(--wf-line); }\n.list .rows { flex: 1 1 0; overflow-y: auto; overflow-x: hidden; min-height: 140px; position: relative; contain: strict; }\n.list .space { position: relative; width: 100%; }\n.list .row { position: absolute; left: 0; right: 0; height: var(--row, 68px); display: flex; gap: 8px; padding: 6px 10px 6px 6px; cursor: pointer;\n  border-bottom: 1px solid var(--wf-line); border-left: 3px solid transparent; overflow: hidden; }\n.list .row:hover { background: var(--wf-raised); }\n.list .row[aria-selected=\"true\"] { background: var(--wf-raised); border-left-color: var(--wf-accent); }\n.list .row.over .name, .list .row.over .area { color: var(--wf-muted); text-decoration: line-through; text-decoration-thickness: 1px; }\n.list .row.over .sign { opacity: 0.45; }\n.list .mark { padding-top: 1px; flex: none; }\n.list .body { flex: 1 1 auto; min-width: 0; }\n.list .line { display: flex; gap: 6px; align-items: center; white-space: nowrap; overflow: hidden; font-size: 0.9em; height: 1.5em; }\n.list .line.first { font-size: 1em; height: 1.45em; } .list .line.last { font-size: 0.82em; gap: 3px; height: 1.5em; }\n.list .name { font-weight: 600; flex: 1 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; }\n.list .area { overflow: hidden; text-overflow: ellipsis; flex: 1 1 auto; min-width: 0; }\n.list .source { overflow: hidden; text-overflow: ellipsis; flex: 0 1 auto; }\n.list .line.last > * { flex: none; } .list .line.last > .source { flex: 0 1 auto; min-width: 20px; }\n.list .trust { margin-left: auto; padding-left: 6px; } .list .trust.verified { color: var(--wf-ok); } .list .trust.unverified { color: var(--wf-late); }\n.list .people { margin-left: auto; flex: none; }\n\n.figures .tiles { display: flex; gap: 6px; overflow-x: auto; }\n.wf .tile { flex: 1 1 auto; display: flex; flex-direction: column; align-items: flex-start; gap: 0; padding: 5px 12px; min-width: 84px; min-height: 52px; text-align: left;\n  background: var(--wf-panel); border: 1px solid var(--wf-line); border-radius: 6px; }\n.wf .tile[aria-expanded=\"true\"] { border-color: var(--wf-accent); box-shadow: inset 0 -3px 0 var(--wf-accent); }\n.figures .value { font-size: 1.6em; font-weight: 600; line-height: 1.15; display: flex; align-items: center; gap: 6px; }\n.figures .value small { font-size: 0.55em; font-weight: 400; color: var(--wf-muted); align-self: flex-end; padding-bottom: 3px; margin-left: -4px; }\n.figures .label { font-size: 0.82em; color: var(--wf-muted); white-space: nowrap; }\n.figures .zero .value { color: var(--wf-muted); font-weight: 400; } .figures .none .value { color: var(--wf-muted); }\n.figures .tone-late .value { color: var(--wf-late); } .figures .tone-down .value { color: var(--wf-down); }\n.figures .some.tone-Extreme { border-left: 4px solid var(--wf-extreme); } .figures .some.tone-Severe { border-left: 4px solid var(--wf-severe); }\n.figures .some.tone-Moderate { border-left: 4px solid var(--wf-moderate); } .figures .some.tone-Minor { border-left: 4px solid var(--wf-minor); }\n.figures .silent { color: var(--wf-late); margin-left: 6px; }\n.wf .behind, .wf .more { margin-top: 6px; padding: 8px 12px; background: var(--wf-panel); border: 1px solid var(--wf-accent); border-radius: 6px; max-height: 40vh; overflow: auto; }\n.wf .behind-head { display: flex; gap: 10px; align-items: center; } .wf .behind-head strong { flex: 1; }\n.wf .facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 14px; margin: 6px 0; }\n.wf .facts dt { color: var(--wf-muted); } .wf .facts dd { margin: 0; overflow-wrap: anywhere; }\n.wf code, .wf kbd { font-family: var(--wf-mono, monospace); font-size: 0.88em; overflow-wrap: anywhere; }\n.wf kbd { border: 1px solid var(--wf-line); border-radius: 3px; padding: 1px 7px; background: var(--wf-raised); }\n.wf .names { columns: 260px; margin: 6px 0; padding-left: 18px; }\n.wf button.link { border: 0; background: none; padding: 0; min-height: 0; color: var(--wf-accent); text-align: left; white-space: normal; }\n\n.feeds .strip { display: flex; gap: 8px; align-items: center; overflow-x: auto; padding: 2px 4px; }\n.wf .caption { color: var(--wf-muted); font-size: 0.86em; flex: none; }\n.feeds .sources { display: flex; gap: 6px; list-style: none; margin: 0; padding: 0; }\n.wf button.source { display: flex; gap: 6px; align-items: center; padding: 1px 8px; min-height: 26px; font-size: 0.86em; background: var(--wf-panel); }\n.feeds .well { display: flex; gap: 5px; align-items: center; color: var(--wf-ok); font-size: 0.86em; white-space: nowrap; padding: 0 4px; }\n.wf button.source.ok { padding: 1px 6px; border-color: transparent; gap: 4px; }\n.wf button.source.ok:hover { border-color: var(--wf-muted); }\n.wf .health { fill: none; stroke: currentColor; stroke-width: 2; flex: none; }\n.wf .source.ok .word, .wf .health.ok { color: var(--wf-ok); } .wf .source.late .word, .wf .health.late { color: var(--wf-late); }\n.wf .source.down .word, .wf .health.down { color: var(--wf-down); } .wf .source.off .word, .wf .health.off, .wf .source.new .word, .wf .health.new { color: var(--wf-muted); }\n.wf .source.late { border-color: var(--wf-late); } .wf .source.down { border-color: var(--wf-down); }\n.wf .source .word { font-weight: 600; } .wf .held { color: var(--wf-late); }\n.wf table { border-collapse: collapse; width: 100%; font-size: 0.92em; } .wf th, .wf td { text-align: left; padding: 2px 8px 2px 0; vertical-align: top; overflow-wrap: anywhere; }\n.wf thead th { color: var(--wf-muted); font-weight: 400; } .wf tbody tr { border-top: 1px solid var(--wf-line); }\n\n.filters .groups, .detail .page, .areas .page { padding: 8px 10px; }\n.filters-head { display: flex; justify-content: space-between; align-items: center; margin-bottom: 4px; }\n.wf fieldset { border: 0; margin: 0 0 8px; padding: 0; min-width: 0; } .wf legend { color: var(--wf-muted); font-size: 0.86em; padding: 0 0 3px; }\n.wf .chips { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; }\n.wf button.chip { display: inline-flex; gap: 5px; align-items: center; padding: 1px 8px; min-height: 26px; font-size: 0.88em; }\n.wf .chip.on { background: var(--wf-accent); color: var(--wf-on-accent, #fff); border-color: var(--wf-accent); } .wf .chip.on .muted { color: inherit; }\n.wf .chip.none:not(.on) { color: var(--wf-muted); } .wf .chip.none:not(.on) svg { opacity: 0.5; }\n.filters .hint { margin: 4px 0 0; font-size: 0.86em; } .filters select { max-width: 100%; } .filters .notice ul { margin: 2px 0; padding-left: 18px; overflow-wrap: anywhere; }\n\n.timebar { display: flex; gap: 18px; padding: 6px 12px; align-items: stretch; }\n.timebar .valid { flex: 1 1 auto; min-width: 0; } .timebar .row { display: flex; gap: 6px; align-items: center; }\n.timebar .play { min-width: 36px; font-size: 0.8em; } .timebar .shown { margin-left: 8px; font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }\n.timebar .track { position: relative; height: 38px; margin: 4px 8px 0; }\n.timebar .bars { position: absolute; inset: 0 0 12px; width: 100%; height: 26px; }\n.timebar .bar { fill: var(--wf-unknown); opacity: 0.85; } .timebar .bar.Extreme { fill: var(--wf-extreme); } .timebar .bar.Severe { fill: var(--wf-severe); }\n.timebar .bar.Moderate { fill: var(--wf-moderate); } .timebar .bar.Minor { fill: var(--wf-minor); }\n.timebar .slider { position: absolute; left: -8px; right: -8px; bottom: 0; width: calc(100% + 16px); margin: 0; padding: 0; min-height: 16px; height: 16px; background: none; border: 0; accent-color: var(--wf-accent); }\n.timebar .nowline { position: absolute; top: 0; bottom: 6px; width: 0; border-left: 2px solid var(--wf-text); z-index: 1; pointer-events: none; }\n.timebar .nowline span { position: absolute; top: -2px; left: 4px; font-size: 0.76em; white-space: nowrap; background: var(--wf-panel); padding: 0 3px; border-radius: 2px; }\n.timebar .ticks { position: relative; height: 16px; margin: 0 8px; font-size: 0.76em; } .timebar .ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }\n.timebar .ticks span:first-child { transform: none; } .timebar .ticks span:last-child { transform: translateX(-100%); }\n.timebar .asof { flex: none; border-left: 1px solid var(--wf-line); padding-left: 16px; display: flex; flex-direction: column; gap: 4px; margin: 0; }\n.timebar .asof.past { border-left: 4px solid var(--wf-late); } .timebar .asof .mark { color: var(--wf-ok); } .timebar .asof.past .mark { color: var(--wf-late); }\n.timebar .entry, .timebar .steps { display: flex; gap: 4px; align-items: center; flex-wrap: wrap; } .timebar .asof button { padding: 2px 8px; min-height: 26px; }\n.timebar .asof.past .live { border-color: var(--wf-late); color: var(--wf-late); font-weight: 600; }\n\n.detail { background: var(--wf-panel); overflow: auto; }\n.detail h2 { font-size: 1.15em; margin: 6px 0 2px; overflow-wrap: anywhere; } .detail h3 { font-size: 0.86em; color: var(--wf-muted); font-weight: 600; margin: 12px 0 3px; border-bottom: 1px solid var(--wf-line); }\n.detail h4 { font-size: 0.92em; margin: 8px 0 2px; } .detail .line { display: flex; gap: 6px; align-items: center; flex-wrap: wrap; }\n.detail .where { margin: 2px 0; color: var(--wf-muted); } .detail .prose { white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0; max-width: 76ch; }\n.detail .headline { font-weight: 600; } .detail .instruction { border-left: 3px solid var(--wf-accent); padding-left: 10px; }\n.detail .tabs { display: flex; gap: 4px; margin: 4px 0; } .detail .act { display: flex; gap: 6px; margin-top: 4px; } .detail .note { flex: 1; min-width: 0; }\n.detail .acts, .detail .links, .detail .history { margin: 2px 0; padding-left: 18px; overflow-wrap: anywhere; } .detail p.muted { margin: 2px 0; }\n.detail a { color: var(--wf-accent); overflow-wrap: anywhere; } .detail .changes th { color: var(--wf-muted); font-weight: 400; width: 22%; } .detail .changes td { width: 39%; white-space: pre-wrap; }\n.detail del { color: var(--wf-muted); } .detail ins { text-decoration: none; font-weight: 600; }\n.detail .trust.verified { color: var(--wf-ok); } .detail .trust.unverified { color: var(--wf-late); }\n.areas .sums td { text-align: right; } .areas .sums th { font-weight: 400; }\n.export { padding: 6px 10px; }\n.keys { display: inline-block; } .keys > button { min-width: 30px; padding: 2px 8px; }\n.wf dialog { background: var(--wf-panel); color: var(--wf-text); border: 1px solid var(--wf-line); border-radius: 8px; padding: 16px 24px; max-width: 520px; }\n.wf dialog::backdrop { background: rgb(0 0 0 / 55%); } .wf dialog h2 { margin: 0 0 8px; font-size: 1.15em; }\n.keys .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }\n@media (max-width: 820px) {\n  .timebar { flex-direction: column; gap: 8px; } .timebar .asof { border-left: 0; border-top: 1px solid var(--wf-line); padding: 8px 0 0; }\n  .timebar .asof.past { border-left: 0; border-top: 4px solid var(--wf-late); }\n  .figures .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); }\n  .wf .tile { min-width: 0; padding: 5px 8px; } .figures .label { white-space: normal; }\n  .timebar .ticks span:not(:nth-child(4n + 1)) { display: none; }\n  .timebar .row { flex-wrap: wrap; } .timebar .shown { margin-left: 0; width: 100%; }\n  .wf button, .wf input, .wf select { min-height: 34px; }\n}\n@media (prefers-reduced-motion: reduce) { .wf *, .wf *::before, .wf *::after { animation: none !important; transition: none !important; } }\n@media (forced-colors: active) { .wf .sign, .wf .severity, .wf .bar { forced-color-adjust: none; } }\n.timebar .when { width: 11.5em; } .timebar .leap { display: flex; gap: 4px; margin-left: auto; }\n.wall button { cursor: default; } .wall.list .head { padding: 0.3em 0.6em; } .wall.list .title { font-size: 1.05em; display: flex; justify-content: space-between; gap: 1em; } .wall.list .zone { font-size: 1em; }\n.wall.list .rows { overflow: hidden; } .wall.list .source, .wall.list .trust { display: none; } .wall.list .row { gap: 0.5em; padding: 0.35em 0.6em; border-left: 0; cursor: default; } .wall.list .row:hover { background: none; }\n.wall.list .line.last { font-size: 0.9em; } .wall .badge { font-size: 0.72em; } .wall.figures .tiles { overflow: hidden; }\n.wall .tile { padding: 0.25em 0.6em; cursor: default; min-width: 0; } .wall.figures .value { font-size: 1.7em; } .wall.feeds .strip { font-size: 0.95em; }\n.series { padding: 6px 10px 0; } .series .behind-head strong { flex: 0 1 auto; } .series .behind-head .muted { flex: 1 1 auto; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }\n\n.alarmlist { display: flex; flex-direction: column; min-height: 0; background: var(--wf-panel); }\n.alarmlist .head { display: flex; gap: 8px; align-items: center; padding: 6px 8px; border-bottom: 1px solid var(--wf-line); } .alarmlist .title { flex: 1 1 auto; }\n.alarmlist .sound { min-width: 0; max-width: 11em; padding: 2px 4px; font-size: 0.86em; }\n.alarmlist .shows { padding: 5px 8px; border-bottom: 1px solid var(--wf-line); }\n.alarmlist .box { flex: 1 1 0; min-height: 120px; overflow-y: auto; overflow-x: hidden; } .alarmlist .empty { flex: 1 1 0; } .alarmlist .tail { padding: 4px 10px; border-top: 1px solid var(--wf-line); }\n.alarmlist .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }\n.arow, .agroup { padding: 5px 8px 5px 9px; border-bottom: 1px solid var(--wf-line); border-left: 4px solid transparent; cursor: pointer; }\n.arow.waits { border-left-color: var(--wf-unknown); } .arow.waits[data-colour=\"red\"] { border-left-color: var(--wf-extreme); } .arow.waits[data-colour=\"orange\"] { border-left-color: var(--wf-severe); }\n.arow.waits[data-colour=\"yellow\"] { border-left-color: var(--wf-moderate); } .arow.waits[data-colour=\"blue\"] { border-left-color: var(--wf-minor); }\n.arow.part { margin-left: 12px; } .agroup { background: var(--wf-raised); } .arow.on, .agroup.on { background: var(--wf-raised); box-shadow: inset 0 0 0 2px var(--wf-accent); }\n.arow.linked { border-right: 4px solid var(--wf-accent); }\n.alarmlist .line, .alarmdepth .line { display: flex; gap: 6px; align-items: center; flex-wrap: wrap; } .alarmlist .small { font-size: 0.86em; }\n.wf .acolour { display: inline-flex; gap: 4px; align-items: center; flex: none; } .wf .astate { fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linecap: round; flex: none; vertical-align: -2px; }\n.wf .stateword { font-weight: 600; } .wf .stateword.unacknowledged, .wf .astate.unacknowledged { color: var(--wf-down); } .wf .stateword.acknowledged, .wf .astate.acknowledged { color: var(--wf-ok); }\n.wf .stateword.returned, .wf .astate.returned { color: var(--wf-late); } .wf .stateword.closed, .wf .astate.closed, .wf .stateword.shelved, .wf .astate.shelved, .wf .stateword.suppressed, .wf .astate.suppressed, .wf .stateword.out-of-service, .wf .astate.out-of-service { color: var(--wf-muted); }\n.arow .atitle, .agroup .atitle { font-weight: 600; overflow-wrap: anywhere; margin: 1px 0; } .arow:not(.waits) .atitle { font-weight: 400; }\n.alarmlist .timer { margin-left: auto; font-size: 0.86em; color: var(--wf-late); } .alarmlist .timer.over { color: var(--wf-down); font-weight: 600; }\n.alarmlist .where { overflow-wrap: anywhere; } .alarmlist .since { margin-left: auto; white-space: nowrap; } .alarmlist .states { margin-left: auto; display: inline-flex; gap: 8px; }\n.wf .remark { overflow-wrap: anywhere; } .wf .remark .badge { color: var(--wf-muted); } .wf .remark.weakened .badge, .wf .remark.chattering .badge, .wf .remark.escalated .badge { color: var(--wf-late); } .wf .remark.owner .badge { color: var(--wf-accent); }\n.alarmlist .acts { border-top: 2px solid var(--wf-accent); padding: 6px 8px; max-height: 55%; overflow: auto; background: var(--wf-raised); } .alarmlist .acts .about { margin-bottom: 3px; overflow-wrap: anywhere; } .alarmlist .acts .why { margin: 0 0 5px; font-size: 0.9em; overflow-wrap: anywhere; }\n.alarmlist .acts p.muted { margin: 4px 0 0; } .wf .picked { color: var(--wf-accent); }\n.wf .actform { display: flex; flex-direction: column; gap: 6px; } .wf .actform .ask { margin: 0; font-weight: 600; } .wf .field { display: flex; flex-direction: column; gap: 2px; } .wf .field > span { color: var(--wf-muted); font-size: 0.86em; } .wf .field input, .wf .field select, .wf .field textarea { width: 100%; }\n.wf button.danger { border-color: var(--wf-down); color: var(--wf-down); } .wf .problem { margin: 0; } .wf .late { color: var(--wf-late); }\n.alarmlist kbd { padding: 0 4px; font-size: 0.8em; color: var(--wf-muted); }\n.wall.alarmlist .box { overflow: hidden; } .wall.alarmlist .arow, .wall.alarmlist .agroup { cursor: default; }\n.alarmdepth { display: flex; flex-direction: column; min-height: 0; background: var(--wf-panel); } .alarmdepth .page { flex: 1 1 0; min-height: 300px; overflow: auto; padding: 8px 14px 20px; } .alarmdepth h2 { font-size: 1.05em; margin: 16px 0 4px; border-bottom: 1px solid var(--wf-line); }\n.alarmdepth h2.atitle { font-size: 1.3em; border: 0; margin: 4px 0; overflow-wrap: anywhere; } .alarmdepth .why { margin: 2px 0; overflow-wrap: anywhere; } .alarmdepth .acts { margin: 8px 0; } .alarmdepth .measured { white-space: normal; }\n.alarmdepth .life, .wf .trail { padding-left: 20px; margin: 4px 0; overflow-wrap: anywhere; } .alarmdepth .life li { margin-bottom: 3px; } .alarmdepth .note { overflow-wrap: anywhere; white-space: pre-wrap; } .alarmdepth .members { list-style: none; padding: 0; margin: 0; max-height: 9em; overflow: auto; }\n.wf .take { margin-left: auto; } .alarmdepth .acts .take { float: right; }\n.wf .acurve { margin: 4px 0; } .wf .acurve svg { width: 100%; height: auto; max-height: 260px; display: block; } .wf .acurve .trace { fill: none; stroke: var(--wf-accent); stroke-width: 1.6; vector-effect: non-scaling-stroke; }\n.wf .acurve .grid { stroke: var(--wf-line); stroke-width: 1; vector-effect: non-scaling-stroke; } .wf .acurve .limit { stroke-width: 1.5; stroke-dasharray: 6 4; vector-effect: non-scaling-stroke; stroke: var(--wf-unknown); }\n.wf .acurve .under { stroke: var(--wf-muted); stroke-width: 3; stroke-dasharray: 6 4; opacity: 0.6; }\n.wf .acurve .limit.Extreme { stroke: var(--wf-extreme); } .wf .acurve .limit.Severe { stroke: var(--wf-severe); } .wf .acurve .limit.Moderate { stroke: var(--wf-moderate); } .wf .acurve .limit.Minor { stroke: var(--wf-minor); }\n.wf .acurve text { fill: var(--wf-muted); font-size: 11px; } .wf .acurve .name { fill: var(--wf-text); } .wf .acurve .bad { stroke: var(--wf-late); stroke-width: 1.5; fill: none; } .wf .acurve .fired { fill: none; stroke: var(--wf-down); stroke-width: 2.5; }\n.wf .acurve .onset { stroke: var(--wf-text); stroke-width: 1; stroke-dasharray: 2 3; } .wf .acurve .span { fill: var(--wf-unknown); opacity: 0.3; } .wf .acurve .span.Extreme { fill: var(--wf-extreme); } .wf .acurve .span.Severe { fill: var(--wf-severe); } .wf .acurve .span.Moderate { fill: var(--wf-moderate); } .wf .acurve .span.Minor { fill: var(--wf-minor); }\n.wf .acurve figcaption { font-size: 0.86em; }\n.wf .draftform { display: flex; flex-direction: column; gap: 8px; } .wf .draftform fieldset { display: flex; flex-direction: column; gap: 5px; border: 1px solid var(--wf-line); border-radius: 6px; padding: 8px; } .wf .draftform textarea, .ruledesk textarea { resize: vertical; }\n.wf .fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(170px, 1fr)); gap: 8px; } .wf .fine { color: var(--wf-ok); margin: 0; } .drafting .said { border-left: 3px solid var(--wf-line); padding-left: 10px; margin: 6px 0; overflow-wrap: anywhere; } .drafting .said p { margin: 4px 0; } .drafting ul { margin: 2px 0; padding-left: 18px; } .drafting p { margin: 4px 0; } .wf .notice.moved { border: 1px solid var(--wf-late); }\n@media (max-width: 820px) { .alarmdepth .page { flex: none; overflow: visible; } .alarmlist .acts { max-height: 60%; } }\n.ruledesk { display: flex; flex-direction: column; min-height: 0; background: var(--wf-panel); } .ruledesk .halves { flex: 1 1 0; min-height: 300px; display: flex; } .ruledesk .rulelist { flex: 0 0 250px; overflow: auto; padding: 6px 10px; border-right: 1px solid var(--wf-line); } .ruledesk .right { flex: 1 1 0; min-width: 0; display: flex; flex-direction: column; }\n.ruledesk .rulebody { flex: 1 1 0; overflow: auto; padding: 6px 12px 20px; } .ruledesk h2 { font-size: 1.05em; margin: 10px 0 4px; overflow-wrap: anywhere; } .ruledesk ul { list-style: none; margin: 0; padding: 0; } .ruledesk .rulelist li { padding: 3px 0; border-bottom: 1px solid var(--wf-line); overflow-wrap: anywhere; } .ruledesk .link.on { font-weight: 700; } .ruledesk .small { font-size: 0.86em; }\n.ruledesk .editor { display: flex; border: 1px solid var(--wf-line); border-radius: 4px; } .ruledesk .gutter { margin: 0; padding: 4px 6px; text-align: right; color: var(--wf-muted); overflow: hidden; height: 21.5em; min-width: 3em; border-right: 1px solid var(--wf-line); font: 0.88em/1.4 var(--wf-mono, monospace), var(--wf-font, sans-serif); } .ruledesk .gutter .bad { color: var(--wf-down); font-weight: 700; }\n.ruledesk textarea { flex: 1; min-width: 0; height: 21.5em; resize: none; border: 0; border-radius: 0; padding: 4px 8px; font: 0.88em/1.4 var(--wf-mono, monospace), var(--wf-font, sans-serif); white-space: pre; overflow: auto; }\n.ruledesk .problems.bad { color: var(--wf-down); overflow-wrap: anywhere; } .ruledesk .line { display: flex; gap: 8px; align-items: end; flex-wrap: wrap; } .ruledesk .tries { align-items: center; margin: 8px 0; } .ruledesk .skill { width: auto; } .ruledesk .skill td { text-align: right; padding-left: 16px; } .ruledesk caption { text-align: left; font-weight: 600; padding: 6px 0; } .ruledesk .verdict { margin: 4px 0; } .ruledesk form .field { flex: 1 1 240px; }\n@media (max-width: 820px) { .ruledesk .halves { flex-direction: column; } .ruledesk .rulelist { flex: none; max-height: 35vh; border-right: 0; border-bottom: 1px solid var(--wf-line); } .ruledesk .rulebody { overflow: visible; } }\n\n.compare { --line-0: var(--wf-accent); --line-1: #c2571a; --line-2: #2e8b57; --line-3: #a64ca6; --line-4: #9a7b0a; --line-5: #808080; display: flex; flex-direction: column; min-height: 0; }\n.compare .head, .compare .finding { display: flex; gap: 6px 14px; align-items: center; flex-wrap: wrap; padding: 6px 10px; } .compare .finding { padding-top: 0; border-bottom: 1px solid var(--wf-line); }\n.compare h2 { margin: 0; font-size: 1.1em; } .compare .chips { display: flex; flex-wrap: wrap; gap: 4px; } .compare .finding input { flex: 0 1 240px; min-width: 150px; }\n.compare .chip[aria-pressed=\"true\"], .compare td button[aria-pressed=\"true\"] { border-color: var(--wf-accent); box-shadow: inset 0 -2px 0 var(--wf-accent); }\n.compare .legend { margin: 0; padding: 4px 10px; list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: 2px 16px; }\n.compare .legend li { display: flex; align-items: center; gap: 6px; min-width: 0; } .compare .legend .who { flex: 1 1 auto; min-width: 0; display: flex; flex-wrap: wrap; gap: 0 8px; align-items: baseline; overflow-wrap: anywhere; }\n.compare .swatch { width: 34px; height: 10px; flex: none; } .compare .swatch line { stroke-width: 3; }\n.compare .line0 { stroke: var(--line-0); } .compare .line1 { stroke: var(--line-1); } .compare .line2 { stroke: var(--line-2); } .compare .line3 { stroke: var(--line-3); } .compare .line4 { stroke: var(--line-4); } .compare .line5 { stroke: var(--line-5); }\n.compare .stage { position: relative; flex: 1 1 260px; min-height: 200px; } .compare canvas { position: absolute; inset: 0; width: 100%; height: 100%; }\n.compare .below { flex: 0 1 auto; max-height: 50%; overflow: auto; padding: 4px 12px 10px; border-top: 1px solid var(--wf-line); display: flex; flex-wrap: wrap; gap: 6px 24px; } .compare .below > div { flex: 3 1 420px; min-width: 0; overflow-x: auto; }\n.compare .massed { flex: 1 1 260px; max-width: 420px; } .compare .square { position: relative; height: 200px; } .compare h3 { margin: 6px 0 2px; font-size: 0.95em; } .compare .broke { margin: 4px 0; }\n.compare caption { text-align: left; font-weight: 600; padding: 6px 0; } .compare th, .compare td { text-align: left; vertical-align: top; padding: 3px 14px 3px 0; } .compare tr[aria-selected=\"true\"] { background: var(--wf-raised); }\n.compare .odd { color: var(--wf-late); font-weight: 600; } .compare .muted, .compare .refused { color: var(--wf-muted); } .compare .refused { max-width: 26em; }\n.compare .empty { padding: 40px; text-align: center; color: var(--wf-muted); }\n.compare [hidden] { display: none !important; }\n@media (max-width: 820px) { .compare .stage { flex: none; height: 44vh; } .compare .below { flex: none; max-height: none; } .compare .legend { grid-template-columns: 1fr; } }\n\n.desktabs { height: auto; padding: 5px 8px 0; border-bottom: 1px solid var(--wf-line); }\n.desktabs .tab { border-bottom-width: 0; border-radius: 4px 4px 0 0; background: none; }\n.desktabs .tab.on { background: var(--wf-raised); border-color: var(--wf-accent); color: var(--wf-accent); font-weight: 600; }\n@media (max-width: 820px) { :host(.wf-tall) { flex: none !important; height: auto !important; } }\n\n.latency { display: flex; flex-direction: column; min-height: 0; }\n.latency .head { display: flex; gap: 14px; align-items: center; flex-wrap: wrap; padding: 6px 10px; border-bottom: 1px solid var(--wf-line); }\n.latency .head .chips { margin-left: auto; }\n.latency .box { flex: 1 1 0; min-height: 200px; overflow: auto; padding: 4px 10px 10px; }\n.latency table { margin-bottom: 14px; } .latency caption { text-align: left; font-weight: 600; padding: 6px 0; }\n.latency thead th { position: sticky; top: -4px; background: var(--wf-panel); z-index: 1; white-space: nowrap; padding-right: 14px; }\n.latency tbody th { font-weight: 600; min-width: 9em; } .latency td.num { white-space: nowrap; padding-right: 14px; }\n.latency button.link, .stations .tabled button.link { min-height: 24px; min-width: 24px; }\n.latency .late { color: var(--wf-late); font-weight: 600; } .latency tr[aria-selected=\"true\"] { background: var(--wf-raised); }\n.latency td.source .word { white-space: nowrap; }\n@media (max-width: 820px) { .latency .box { min-height: 68vh; } }\n\n.station { display: flex; flex-direction: column; min-height: 0; }\n.station .head { display: flex; gap: 8px 14px; align-items: baseline; flex-wrap: wrap; padding: 6px 10px; border-bottom: 1px solid var(--wf-line); }\n.station h2 { margin: 0; font-size: 1.1em; } .station .head .name { font-size: 0.85em; } .station .head .chips { display: flex; flex-wrap: wrap; gap: 4px; }\n.station .stage { position: relative; flex: 1 1 300px; min-height: 240px; }\n.station canvas.plot { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: pan-y; cursor: crosshair; }\n.station canvas.plot:focus-visible { outline: 2px solid var(--wf-accent); outline-offset: -2px; }\n.station .tip { position: absolute; top: 16px; max-width: 250px; display: flex; flex-direction: column; padding: 5px 8px; background: var(--wf-raised); border: 1px solid var(--wf-line); border-radius: 4px; pointer-events: none; font-size: 0.9em; }\n.station .odd { color: var(--wf-late); font-weight: 600; } .station .muted { color: var(--wf-muted); }\n.station .below { flex: 0 1 auto; max-height: 46%; overflow: auto; padding: 4px 12px 10px; display: grid; grid-template-columns: repeat(auto-fill, minmax(290px, 1fr)); gap: 4px 20px; border-top: 1px solid var(--wf-line); }\n.station .facts { margin: 4px 0; display: grid; grid-template-columns: max-content 1fr; gap: 2px 10px; align-content: start; } .station .facts dt { color: var(--wf-muted); } .station .facts dd { margin: 0; }\n.station h3 { margin: 6px 0 2px; font-size: 0.95em; } .station ul { margin: 0; padding: 0; list-style: none; } .station li { padding: 2px 0; } .station .why { color: var(--wf-muted); font-size: 0.9em; }\n.station .link { display: inline; min-height: 0; background: none; border: 0; padding: 0; color: var(--wf-accent); text-align: left; cursor: pointer; font: inherit; text-decoration: underline; }\n.station .empty { padding: 40px; text-align: center; color: var(--wf-muted); }\n.station .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }\n@media (max-width: 820px) { .station .stage { min-height: 46vh; } .station .below { max-height: none; } }\n\n.stations { display: flex; flex-direction: column; min-height: 0; }\n.stations .head { display: flex; flex-direction: column; gap: 5px; padding: 6px 8px; border-bottom: 1px solid var(--wf-line); }\n.stations .chip.told { display: inline-flex; gap: 5px; align-items: center; padding: 1px 8px; border: 1px solid var(--wf-line); border-radius: 4px; }\n.stations .total { margin-right: 8px; white-space: nowrap; }\n.stations .tools { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }\n.stations .find { flex: 0 1 220px; min-width: 120px; }\n.stations .choices { display: flex; gap: 10px; align-items: center; flex-wrap: wrap; flex: 1 1 auto; }\n.stations .choice { display: flex; gap: 5px; align-items: center; font-size: 0.9em; } .stations select { padding: 2px 4px; }\n.stations .resort { border-color: var(--wf-late); color: var(--wf-late); }\n.stations progress { width: 100%; height: 6px; accent-color: var(--wf-accent); display: block; flex: none; }\n.stations .box { flex: 1 1 0; min-height: 200px; overflow-y: auto; overflow-x: hidden; position: relative; contain: strict; background: var(--wf-page); cursor: default; }\n.stations .space { position: relative; width: 100%; }\n.stations canvas.tiles { position: absolute; display: block; }\n.stations .group { position: absolute; left: 6px; right: 6px; display: flex; gap: 10px; align-items: center; }\n.stations .mark { position: absolute; pointer-events: none; border-radius: 3px; box-sizing: border-box; }\n.stations .mark.over { border: 1px solid var(--wf-muted); } .stations .mark.chosen { border: 2px solid var(--wf-accent); }\n.stations .mark.cursor { outline: 2px solid var(--wf-accent); outline-offset: 1px; }\n.stations .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }\n.stations .tabled { flex: 1 1 0; min-height: 200px; overflow: auto; padding: 0 10px 10px; } .stations .tabled thead th { position: sticky; top: 0; background: var(--wf-panel); padding-top: 6px; }\n.stations .tabled tbody th { font-weight: 600; }\n.stations .fold { display: none; min-width: 44px; }\n@media (max-width: 820px) {\n  .stations .box, .stations .tabled { min-height: 68vh; } .stations .fold { display: block; }\n  .stations .chips.levels { flex-wrap: nowrap; overflow-x: auto; } .stations .chips.levels > * { flex: none; }\n  .stations .head:not(.open) :is(.choices, .hazards) { display: none; } .stations .find { flex: 1 1 auto; }\n}\n";
const WORDS = {"Actual": {"en": "Actual", "zh": "实际"}, "Draft": {"en": "Draft", "zh": "草稿"}, "Exercise": {"en": "Exercise", "zh": "演练"}, "Expected": {"en": "Expected", "zh": "预期"}, "Extreme": {"en": "Extreme", "zh": "特别严重"}, "Future": {"en": "Future", "zh": "将来"}, "Immediate": {"en": "Immediate", "zh": "立即"}, "Likely": {"en": "Likely", "zh": "很可能"}, "Minor": {"en": "Minor", "zh": "一般"}, "Moderate": {"en": "Moderate", "zh": "较重"}, "Observed": {"en": "Observed", "zh": "已观测到"}, "Past": {"en": "Past", "zh": "已过"}, "Possible": {"en": "Possible", "zh": "可能"}, "Severe": {"en": "Severe", "zh": "严重"}, "System": {"en": "System", "zh": "系统"}, "Test": {"en": "Test", "zh": "测试"}, "Unknown": {"en": "Unknown", "zh": "未知"}, "Unlikely": {"en": "Unlikely", "zh": "不太可能"}, "act.acknowledge": {"en": "acknowledged", "zh": "已确认"}, "act.note": {"en": "noted", "zh": "备注"}, "act.seen": {"en": "saw this", "zh": "已查看"}, "action.reset": {"en": "Reset filters", "zh": "清除筛选"}, "alarms.act.acknowledge": {"en": "Acknowledge", "zh": "确认"}, "alarms.act.assign": {"en": "Assign", "zh": "指派"}, "alarms.act.close": {"en": "Close", "zh": "关闭"}, "alarms.act.disable": {"en": "Out of service", "zh": "停用"}, "alarms.act.enable": {"en": "Into service", "zh": "启用"}, "alarms.act.escalate": {"en": "Escalate", "zh": "升级"}, "alarms.act.merge": {"en": "Merge", "zh": "合并"}, "alarms.act.override": {"en": "Change colour", "zh": "改色"}, "alarms.act.release": {"en": "Rule's colour", "zh": "恢复规则颜色"}, "alarms.act.shelve": {"en": "Shelve", "zh": "搁置"}, "alarms.act.split": {"en": "Split off", "zh": "拆分"}, "alarms.act.undo": {"en": "Undo", "zh": "撤销"}, "alarms.act.unshelve": {"en": "Take back", "zh": "取消搁置"}, "alarms.act.whole": {"en": "Acknowledge all {n}", "zh": "全部确认（{n}）"}, "alarms.acts": {"en": "What can be done", "zh": "可执行操作"}, "alarms.ask.acknowledge": {"en": "Acknowledge {n} alarms?", "zh": "确认 {n} 条警报？"}, "alarms.ask.assign": {"en": "Who looks after this?", "zh": "由谁负责？"}, "alarms.ask.close": {"en": "End this alarm. While its condition stays, only a worse level raises another one.", "zh": "结束此警报。条件未消失时，仅更高级别会再次报警。"}, "alarms.ask.disable": {"en": "Take out of service until somebody puts it back.", "zh": "停用，直至有人重新启用。"}, "alarms.ask.merge": {"en": "Make one event of {n} alarms and all that their events hold?", "zh": "将 {n} 条警报及其所属事件合并为一个事件？"}, "alarms.ask.override": {"en": "Raise or lower the colour by hand, for a while.", "zh": "在一段时间内人工升降颜色。"}, "alarms.ask.shelve": {"en": "Put aside for a while; it comes back by itself, and at once if it gets worse.", "zh": "暂时搁置；到期或恶化时自动恢复。"}, "alarms.ask.split": {"en": "Make an event of their own of {n} alarms?", "zh": "将 {n} 条警报拆分为独立事件？"}, "alarms.busy": {"en": "{n} alarms are being changed…", "zh": "正在处理 {n} 条警报…"}, "alarms.cancel": {"en": "Cancel", "zh": "取消"}, "alarms.chattering": {"en": "came and went {n} times of late", "zh": "近期反复 {n} 次"}, "alarms.choose": {"en": "Choose an alarm in the list; its life, its curve and its message stand here.", "zh": "请在列表中选择警报，此处显示其过程、曲线与预警信息。"}, "alarms.colour.blue": {"en": "Blue", "zh": "蓝色"}, "alarms.colour.none": {"en": "No colour", "zh": "无颜色"}, "alarms.colour.orange": {"en": "Orange", "zh": "橙色"}, "alarms.colour.red": {"en": "Red", "zh": "红色"}, "alarms.colour.yellow": {"en": "Yellow", "zh": "黄色"}, "alarms.count": {"en": "{n} open, {w} waiting for somebody", "zh": "{n} 条未关闭，{w} 条待处理"}, "alarms.csv": {"en": "All alarms that pass the filters as a CSV file", "zh": "将符合筛选的全部警报存为 CSV 文件"}, "alarms.csv.life": {"en": "Every step of this alarm as a CSV file", "zh": "将此警报的全部步骤存为 CSV 文件"}, "alarms.curve.fired": {"en": "circles: the samples that fired", "zh": "圆圈：触发的样本"}, "alarms.curve.flagged": {"en": "crosses: flagged", "zh": "叉号：可疑数据"}, "alarms.curve.none": {"en": "There are no values of this stretch.", "zh": "此时段无数据。"}, "alarms.curve.onset": {"en": "dotted line: first fired", "zh": "点线：首次触发"}, "alarms.depth.curve": {"en": "What fired", "zh": "触发数据"}, "alarms.depth.draft": {"en": "Warning message (CAP)", "zh": "预警信息（CAP）"}, "alarms.depth.life": {"en": "Life", "zh": "处置过程"}, "alarms.depth.receipts": {"en": "Who was told", "zh": "通知回执"}, "alarms.done.acknowledge": {"en": "Acknowledged.", "zh": "已确认。"}, "alarms.done.assign": {"en": "Assigned.", "zh": "已指派。"}, "alarms.done.close": {"en": "Closed.", "zh": "已关闭。"}, "alarms.done.disable": {"en": "Out of service.", "zh": "已停用。"}, "alarms.done.enable": {"en": "Into service again.", "zh": "已重新启用。"}, "alarms.done.escalate": {"en": "Passed on.", "zh": "已升级。"}, "alarms.done.merge": {"en": "Merged into one event.", "zh": "已合并为一个事件。"}, "alarms.done.override": {"en": "The colour was changed by hand.", "zh": "已人工改色。"}, "alarms.done.release": {"en": "The rule's colour holds again.", "zh": "已恢复规则颜色。"}, "alarms.done.shelve": {"en": "Shelved.", "zh": "已搁置。"}, "alarms.done.split": {"en": "Split off into an event of its own.", "zh": "已拆分为独立事件。"}, "alarms.done.undo": {"en": "Undone.", "zh": "已撤销。"}, "alarms.done.unshelve": {"en": "Back from the shelf.", "zh": "已取消搁置。"}, "alarms.draft.again": {"en": "Read it again", "zh": "重新读取"}, "alarms.draft.approve": {"en": "Approve and issue", "zh": "批准并发布"}, "alarms.draft.area": {"en": "Area", "zh": "区域"}, "alarms.draft.ask.cancel": {"en": "Write a draft that tells that the danger has passed.", "zh": "撰写草稿以宣布危险解除。"}, "alarms.draft.ask.mistake": {"en": "Write a draft that takes the message back as a mistake.", "zh": "撰写草稿以撤销误发的信息。"}, "alarms.draft.ask.update": {"en": "Write a draft that updates the issued message.", "zh": "撰写草稿以更新已发布的信息。"}, "alarms.draft.ask.withdraw": {"en": "Give this draft up? Say why.", "zh": "放弃此草稿？请说明理由。"}, "alarms.draft.cancel": {"en": "All clear", "zh": "解除预警"}, "alarms.draft.description": {"en": "Description", "zh": "描述"}, "alarms.draft.done.approve": {"en": "Approved; more people must agree.", "zh": "已批准，仍需其他人同意。"}, "alarms.draft.done.cancel": {"en": "A draft of an all-clear was written.", "zh": "已生成解除预警草稿。"}, "alarms.draft.done.edit": {"en": "Saved and checked.", "zh": "已保存并检查。"}, "alarms.draft.done.issued": {"en": "Approved and issued.", "zh": "已批准并发布。"}, "alarms.draft.done.mistake": {"en": "A draft that takes the message back was written.", "zh": "已生成撤销草稿。"}, "alarms.draft.done.new": {"en": "A draft was written; somebody else must approve it.", "zh": "草稿已生成，须由他人批准。"}, "alarms.draft.done.update": {"en": "A draft of an update was written.", "zh": "已生成更新草稿。"}, "alarms.draft.done.withdraw": {"en": "Withdrawn.", "zh": "已撤回。"}, "alarms.draft.drawn": {"en": "Name of the outline that is drawn on the map", "zh": "地图所绘范围的名称"}, "alarms.draft.expires": {"en": "Holds until", "zh": "有效至"}, "alarms.draft.faults": {"en": "This cannot be issued yet:", "zh": "尚不能发布："}, "alarms.draft.fine": {"en": "Checked line by line: it can be issued.", "zh": "已逐行检查，可以发布。"}, "alarms.draft.headline": {"en": "Headline", "zh": "标题"}, "alarms.draft.hours": {"en": "{n} h from now", "zh": "自现在起 {n} 小时"}, "alarms.draft.in.en": {"en": "English", "zh": "英文"}, "alarms.draft.in.zh": {"en": "Chinese", "zh": "中文"}, "alarms.draft.instruction": {"en": "Instruction", "zh": "防御指南"}, "alarms.draft.kind.Alert": {"en": "Warning", "zh": "预警"}, "alarms.draft.kind.Cancel": {"en": "End", "zh": "结束"}, "alarms.draft.kind.Update": {"en": "Update", "zh": "更新"}, "alarms.draft.maynot": {"en": "No message was written; your role may not write one.", "zh": "尚无预警信息；您的角色不能撰写。"}, "alarms.draft.mistake": {"en": "Issued by mistake", "zh": "误发撤销"}, "alarms.draft.moved": {"en": "Somebody else changed this draft.", "zh": "其他人已修改此草稿。"}, "alarms.draft.new": {"en": "Write a warning message", "zh": "撰写预警信息"}, "alarms.draft.none": {"en": "No message was written of this alarm.", "zh": "尚未撰写预警信息。"}, "alarms.draft.note": {"en": "Note to receivers", "zh": "致接收方备注"}, "alarms.draft.save": {"en": "Save and check", "zh": "保存并检查"}, "alarms.draft.signed": {"en": "signed", "zh": "已签名"}, "alarms.draft.stage.issued": {"en": "Issued", "zh": "已发布"}, "alarms.draft.stage.withdrawn": {"en": "Withdrawn", "zh": "已撤回"}, "alarms.draft.stage.writing": {"en": "being written", "zh": "撰写中"}, "alarms.draft.step.approve": {"en": "approved it", "zh": "批准"}, "alarms.draft.step.edit": {"en": "changed it", "zh": "修改"}, "alarms.draft.step.issue": {"en": "issued it", "zh": "发布"}, "alarms.draft.step.withdraw": {"en": "withdrew it", "zh": "撤回"}, "alarms.draft.step.write": {"en": "wrote it", "zh": "撰写"}, "alarms.draft.update": {"en": "Write an update", "zh": "撰写更新"}, "alarms.draft.who": {"en": "Written by {authors}; approved by {n} of {of}; issued as {status}.", "zh": "撰写：{authors}；已批准 {n}/{of}；以“{status}”状态发布。"}, "alarms.draft.withdraw": {"en": "Withdraw", "zh": "撤回"}, "alarms.event": {"en": "Event of {n} alarms", "zh": "事件：{n} 条警报"}, "alarms.event.acknowledge": {"en": "acknowledged", "zh": "确认"}, "alarms.event.assign": {"en": "assigned", "zh": "指派"}, "alarms.event.clear": {"en": "condition gone", "zh": "条件消失"}, "alarms.event.close": {"en": "closed", "zh": "关闭"}, "alarms.event.disable": {"en": "taken out of service", "zh": "停用"}, "alarms.event.ease": {"en": "eased", "zh": "减轻"}, "alarms.event.enable": {"en": "put into service", "zh": "启用"}, "alarms.event.escalate": {"en": "passed on", "zh": "升级"}, "alarms.event.expire": {"en": "shelf time over", "zh": "搁置到期"}, "alarms.event.group": {"en": "moved to an event", "zh": "移入事件"}, "alarms.event.override": {"en": "colour changed by hand", "zh": "人工改色"}, "alarms.event.raise": {"en": "raised", "zh": "产生"}, "alarms.event.recur": {"en": "came back", "zh": "再次出现"}, "alarms.event.release": {"en": "rule's colour again", "zh": "恢复规则颜色"}, "alarms.event.shelve": {"en": "shelved", "zh": "搁置"}, "alarms.event.suppress": {"en": "suppressed", "zh": "抑制"}, "alarms.event.undo": {"en": "undone", "zh": "撤销"}, "alarms.event.unshelve": {"en": "taken back from the shelf", "zh": "取消搁置"}, "alarms.event.unsuppress": {"en": "no longer suppressed", "zh": "解除抑制"}, "alarms.event.worsen": {"en": "worsened", "zh": "恶化"}, "alarms.fact.acknowledged": {"en": "Acknowledged", "zh": "确认"}, "alarms.fact.area": {"en": "Place", "zh": "地点"}, "alarms.fact.cleared": {"en": "Condition gone", "zh": "条件消失"}, "alarms.fact.closed": {"en": "Closed", "zh": "关闭"}, "alarms.fact.event": {"en": "Same event", "zh": "同一事件"}, "alarms.fact.level": {"en": "Level", "zh": "级别"}, "alarms.fact.onset": {"en": "First fired", "zh": "首次触发"}, "alarms.fact.rule": {"en": "Rule (version)", "zh": "规则（版本）"}, "alarms.fact.stations": {"en": "Stations", "zh": "站点"}, "alarms.fact.value": {"en": "Value", "zh": "数值"}, "alarms.folded": {"en": "folded:", "zh": "已折叠："}, "alarms.for": {"en": "For how long", "zh": "持续多久"}, "alarms.grade": {"en": "Response {grade}", "zh": "响应 {grade} 级"}, "alarms.hhmm": {"en": "{h} h {m} min", "zh": "{h} 小时 {m} 分"}, "alarms.limit": {"en": "limit", "zh": "阈值"}, "alarms.marked": {"en": "{n} alarms are marked", "zh": "已标记 {n} 条警报"}, "alarms.maynot": {"en": "Your role may look at alarms, not act on them.", "zh": "您的角色只能查看警报，不能操作。"}, "alarms.mmss": {"en": "{m} min {s} s", "zh": "{m} 分 {s} 秒"}, "alarms.more": {"en": "{n} more", "zh": "还有 {n} 条"}, "alarms.newcolour": {"en": "Colour", "zh": "颜色"}, "alarms.none": {"en": "No alarm is open. All rules are looked at with each new value.", "zh": "当前无未关闭警报。每到新数据即检查全部规则。"}, "alarms.none.passing": {"en": "No alarm passes these filters.", "zh": "没有符合筛选条件的警报。"}, "alarms.note": {"en": "Note (may be empty)", "zh": "备注（可不填）"}, "alarms.nothing": {"en": "Nothing of this waits to be acknowledged.", "zh": "没有待确认的警报。"}, "alarms.open": {"en": "In depth", "zh": "详情"}, "alarms.past": {"en": "As known at the time above; nothing can be done to the past.", "zh": "显示当时已知的警报；历史不可操作。"}, "alarms.past.off": {"en": "The past is shown: go back to the present to act.", "zh": "正在查看历史：返回实时后方可操作。"}, "alarms.preparing": {"en": "Evaluating the past: the list is not complete yet.", "zh": "正在回溯评估历史数据，列表尚不完整。"}, "alarms.reason": {"en": "Reason", "zh": "理由"}, "alarms.reason.needed": {"en": "Say why: the reason is kept with the alarm.", "zh": "请填写理由，理由将随警报保存。"}, "alarms.receipts.acknowledged": {"en": "Acknowledged by", "zh": "确认人"}, "alarms.receipts.at": {"en": "At", "zh": "时间"}, "alarms.receipts.channel": {"en": "Channel", "zh": "渠道"}, "alarms.receipts.dry": {"en": "Dry run: this floor sends nothing; it writes down what it would have sent.", "zh": "演练：本席不发送任何通知，仅记录应发送的内容。"}, "alarms.receipts.nochannels": {"en": "No channel is set up: nobody is told by message. The policy file of alarms names channels.", "zh": "未配置通知渠道，不发送消息；渠道在警报策略文件中配置。"}, "alarms.receipts.none": {"en": "Nobody was told of this alarm.", "zh": "尚未就此警报发出通知。"}, "alarms.receipts.stage": {"en": "Outcome", "zh": "结果"}, "alarms.receipts.what": {"en": "What", "zh": "内容"}, "alarms.remark.chattering": {"en": "chattering", "zh": "抖动"}, "alarms.remark.cleared": {"en": "condition gone", "zh": "条件消失"}, "alarms.remark.disabled": {"en": "out of service", "zh": "停用"}, "alarms.remark.escalated": {"en": "escalated", "zh": "已升级"}, "alarms.remark.override": {"en": "colour by hand", "zh": "人工改色"}, "alarms.remark.owner": {"en": "owner", "zh": "负责人"}, "alarms.remark.shelved": {"en": "shelved", "zh": "搁置"}, "alarms.remark.suppressed": {"en": "suppressed", "zh": "抑制"}, "alarms.remark.weakened": {"en": "weak", "zh": "依据不足"}, "alarms.show": {"en": "Which alarms", "zh": "显示哪些警报"}, "alarms.show.all": {"en": "With closed", "zh": "含已关闭"}, "alarms.show.open": {"en": "Open", "zh": "未关闭"}, "alarms.show.shelved": {"en": "Set aside", "zh": "已搁置"}, "alarms.show.waiting": {"en": "Waiting", "zh": "待处理"}, "alarms.since": {"en": "since {time} ({ago})", "zh": "始于 {time}（{ago}）"}, "alarms.sound": {"en": "Sound for new alarms", "zh": "新警报声音"}, "alarms.sound.from": {"en": "Sound from {colour}", "zh": "{colour}起发声"}, "alarms.sound.long": {"en": "Heard on this page only, for new alarms that nobody has acknowledged", "zh": "仅本页面发声，针对新的未确认警报"}, "alarms.sound.off": {"en": "Sound off", "zh": "声音关闭"}, "alarms.stage.dropped": {"en": "dropped", "zh": "已丢弃"}, "alarms.stage.dry-run": {"en": "dry run: not sent", "zh": "演练：未发送"}, "alarms.stage.failed": {"en": "failed, tried again", "zh": "失败，将重试"}, "alarms.stage.given-up": {"en": "given up", "zh": "已放弃"}, "alarms.stage.queued": {"en": "waits to be sent", "zh": "待发送"}, "alarms.stage.sent": {"en": "sent", "zh": "已发送"}, "alarms.state.acknowledged": {"en": "Acknowledged", "zh": "已确认"}, "alarms.state.closed": {"en": "Closed", "zh": "已关闭"}, "alarms.state.out-of-service": {"en": "Out of service", "zh": "已停用"}, "alarms.state.returned": {"en": "Cleared, unacknowledged", "zh": "已恢复未确认"}, "alarms.state.shelved": {"en": "Shelved", "zh": "已搁置"}, "alarms.state.suppressed": {"en": "Suppressed", "zh": "已抑制"}, "alarms.state.unacknowledged": {"en": "Unacknowledged", "zh": "未确认"}, "alarms.timer": {"en": "to {to} in {left}", "zh": "{left} 后升级至 {to}"}, "alarms.timer.over": {"en": "goes to {to} now", "zh": "即将升级至 {to}"}, "alarms.times": {"en": "{n}×", "zh": "{n} 次"}, "alarms.title": {"en": "Alarms, worst first", "zh": "警报（最严重在前）"}, "alarms.to": {"en": "To whom", "zh": "指派给"}, "alarms.told.alarm": {"en": "alarm", "zh": "警报"}, "alarms.told.escalation": {"en": "escalation", "zh": "升级"}, "alarms.told.stand-down": {"en": "stand-down", "zh": "解除"}, "alarms.unfolded": {"en": "unfolded:", "zh": "已展开："}, "alarms.unknown": {"en": "The alarms could not be read.", "zh": "无法读取警报。"}, "alarms.until": {"en": "until {time}", "zh": "至 {time}"}, "alarms.watch": {"en": "watch", "zh": "系统"}, "alarms.weakened": {"en": "it rests on flagged, late or missing data", "zh": "依据可疑、迟到或缺失的数据"}, "certainty": {"en": "Certainty", "zh": "确定性"}, "chart.time": {"en": "Time", "zh": "时间"}, "check.drift": {"en": "drift", "zh": "漂移"}, "check.gap": {"en": "gap", "zh": "数据缺失"}, "check.maintenance": {"en": "maintenance", "zh": "维护中"}, "check.neighbour": {"en": "disagrees with neighbours", "zh": "与邻站不符"}, "check.range": {"en": "range", "zh": "超出范围"}, "check.rate": {"en": "rate of change", "zh": "变化过快"}, "check.source": {"en": "flagged by its source", "zh": "数据源标记"}, "check.spike": {"en": "spike", "zh": "尖峰"}, "check.stuck": {"en": "stuck", "zh": "数值停滞"}, "check.time": {"en": "time", "zh": "时间异常"}, "compare.against": {"en": "Against {name}", "zh": "与 {name} 对比"}, "compare.axis.own": {"en": "Own scales", "zh": "各自量程"}, "compare.axis.own.long": {"en": "Each series fills the height; its range stands in the legend", "zh": "各序列按自身量程铺满高度，量程见图例"}, "compare.axis.shared": {"en": "One scale", "zh": "统一量程"}, "compare.axis.shared.long": {"en": "All series on one axis; they need the same unit", "zh": "所有序列共用一个坐标轴，单位须一致"}, "compare.busy": {"en": "Comparing… {n} of {all} done", "zh": "正在对比… 已完成 {n} / {all}"}, "compare.choose": {"en": "Choose a station on the wall or find one here; others are held against it.", "zh": "请在站点墙上选择或在此查找一个站点，其他站点将与之对比。"}, "compare.drop.of": {"en": "Take {name} away", "zh": "移除 {name}"}, "compare.find": {"en": "Find a series to compare…", "zh": "查找要对比的序列…"}, "compare.first": {"en": "Make first", "zh": "设为基准"}, "compare.full": {"en": "Six series are compared; take one away to add another.", "zh": "已对比六个序列，移除一个后方可添加。"}, "compare.interval": {"en": "{share} %: {low} to {high}", "zh": "{share} %：{low} 至 {high}"}, "compare.is.first": {"en": "first", "zh": "基准"}, "compare.lag": {"en": "Best lag", "zh": "最佳时滞"}, "compare.lag.chance": {"en": "not clear of chance", "zh": "不能排除偶然"}, "compare.lag.earlier": {"en": "{n} earlier", "zh": "提前 {n}"}, "compare.lag.edge": {"en": "at the end of what was looked at ({n}): it may be longer", "zh": "位于搜索边界（{n}），实际可能更长"}, "compare.lag.later": {"en": "{n} later", "zh": "滞后 {n}"}, "compare.lag.none": {"en": "at the same time", "zh": "同时"}, "compare.left": {"en": "{n} flagged bad left out", "zh": "剔除 {n} 个坏值"}, "compare.mass": {"en": "Double mass", "zh": "双累积"}, "compare.mass.break": {"en": "break", "zh": "有突变"}, "compare.mass.broke": {"en": "The slope changed at {time}: {before} before and {after} after (chance {chance}).", "zh": "斜率在 {time} 突变：此前 {before}，此后 {after}（偶然概率 {chance}）。"}, "compare.mass.even": {"en": "steady", "zh": "稳定"}, "compare.mass.negative": {"en": "Sums of values below zero say nothing; a double-mass curve needs amounts.", "zh": "含负值的累积没有意义，双累积曲线需要非负量。"}, "compare.mass.of": {"en": "Double mass: {second} against {first}", "zh": "双累积曲线：{second} 对 {first}"}, "compare.mass.refused": {"en": "not told", "zh": "不给出"}, "compare.mass.steady": {"en": "One slope throughout: {slope} (chance of as much by luck {chance}).", "zh": "斜率始终一致：{slope}（偶然概率 {chance}）。"}, "compare.more": {"en": "Add a second series to compare with.", "zh": "请再添加一个序列进行对比。"}, "compare.none": {"en": "No series has this name.", "zh": "没有匹配的序列。"}, "compare.nothing": {"en": "no values in this span", "zh": "此时段无数值"}, "compare.plot": {"en": "Curves of {names}", "zh": "{names} 的曲线"}, "compare.r": {"en": "Correlation", "zh": "相关系数"}, "compare.series": {"en": "Series", "zh": "序列"}, "compare.span.1y": {"en": "1 y", "zh": "1 年"}, "compare.span.24h": {"en": "24 h", "zh": "24 小时"}, "compare.span.30d": {"en": "30 d", "zh": "30 天"}, "compare.span.3d": {"en": "3 d", "zh": "3 天"}, "compare.span.7d": {"en": "7 d", "zh": "7 天"}, "compare.travel": {"en": "Travel time", "zh": "传播时间"}, "compare.travel.unclear": {"en": "not told: 90 % between {low} and {high}", "zh": "不给出：90 % 介于 {low} 与 {high} 之间"}, "export.csv": {"en": "CSV", "zh": "CSV"}, "export.csv.long": {"en": "The listed records as a table; safe to open in a spreadsheet", "zh": "所列记录的表格，可安全用电子表格打开"}, "export.geojson": {"en": "GeoJSON", "zh": "GeoJSON"}, "export.geojson.long": {"en": "The listed records with their outlines", "zh": "所列记录及其范围"}, "export.png": {"en": "PNG", "zh": "PNG"}, "export.png.long": {"en": "The map as a picture, with its marks", "zh": "带标注的地图图片"}, "export.recipe": {"en": "Notebook cell", "zh": "笔记本代码"}, "export.recipe.long": {"en": "Python that shows the same again in Jupyter", "zh": "在 Jupyter 中重现当前画面的 Python 代码"}, "export.title": {"en": "Take away", "zh": "导出"}, "feeds.cadence": {"en": "Expected every", "zh": "预期间隔"}, "feeds.down": {"en": "DOWN", "zh": "故障"}, "feeds.down.long": {"en": "The last try failed: what is shown of it is old", "zh": "最近一次获取失败：所示内容已旧"}, "feeds.held": {"en": "{n} in quarantine", "zh": "{n} 条被隔离"}, "feeds.last": {"en": "Last heard", "zh": "最近收到"}, "feeds.late": {"en": "LATE", "zh": "迟到"}, "feeds.late.long": {"en": "Nothing came for longer than this source allows: what is shown of it is old", "zh": "超过允许时间没有更新：所示内容已旧"}, "feeds.late_after": {"en": "Late after", "zh": "迟到界限"}, "feeds.message": {"en": "Message", "zh": "消息"}, "feeds.never": {"en": "never", "zh": "从未"}, "feeds.new": {"en": "not yet heard", "zh": "尚未收到"}, "feeds.new.long": {"en": "Nothing was heard of it yet", "zh": "尚未收到任何数据"}, "feeds.newest": {"en": "Newest content", "zh": "最新内容"}, "feeds.nothing": {"en": "No source is configured.", "zh": "未配置数据源。"}, "feeds.off": {"en": "off", "zh": "关闭"}, "feeds.off.long": {"en": "Configured, but not allowed to fetch", "zh": "已配置但未允许获取"}, "feeds.ok": {"en": "on time", "zh": "正常"}, "feeds.ok.long": {"en": "News came within the time that this source allows", "zh": "在允许时间内有更新"}, "feeds.quarantine": {"en": "{n} in quarantine: they could not be read, are kept, and are shown nowhere else", "zh": "{n} 条被隔离：无法读取，已保留，不在别处显示"}, "feeds.reason": {"en": "Reason", "zh": "原因"}, "feeds.size": {"en": "Size", "zh": "大小"}, "feeds.state": {"en": "State", "zh": "状态"}, "feeds.title": {"en": "Sources", "zh": "数据源"}, "feeds.when": {"en": "When", "zh": "时间"}, "feeds.where": {"en": "Where", "zh": "位置"}, "filters.hazards": {"en": "Hazard", "zh": "灾种"}, "hazard.chemical": {"en": "Chemical release", "zh": "危化品泄漏"}, "hazard.crowd": {"en": "Crowd", "zh": "人群聚集"}, "hazard.drought": {"en": "Drought and heat", "zh": "干旱"}, "hazard.earthquake": {"en": "Earthquake", "zh": "地震"}, "hazard.epidemic": {"en": "Epidemic", "zh": "疫情"}, "hazard.flood": {"en": "Flood", "zh": "洪水"}, "hazard.landslide": {"en": "Landslide", "zh": "滑坡"}, "hazard.mine": {"en": "Mine accident", "zh": "矿山事故"}, "hazard.other": {"en": "Other", "zh": "其他"}, "hazard.storm": {"en": "Storm", "zh": "风暴"}, "hazard.wildfire": {"en": "Wildfire", "zh": "野火"}, "latency.age": {"en": "Age", "zh": "时长"}, "latency.age.long": {"en": "How many expected intervals ago", "zh": "相当于多少个预期间隔"}, "latency.at": {"en": "Counted at {time}", "zh": "统计时间 {time}"}, "latency.counting": {"en": "Counting…", "zh": "统计中…"}, "latency.every": {"en": "Expected every", "zh": "预期间隔"}, "latency.every.long": {"en": "Time between two values or tellings", "zh": "两次数据之间的预期时间"}, "latency.failures": {"en": "Failures", "zh": "失败次数"}, "latency.failures.long": {"en": "Tries that failed since it was last heard", "zh": "最近收到后的失败次数"}, "latency.feeds": {"en": "Sources, worst first", "zh": "数据源（最差在前）"}, "latency.flags": {"en": "Flagged", "zh": "质量标记"}, "latency.flags.long": {"en": "Values that a quality check or their source flagged", "zh": "被质量检查或数据源标记的数值"}, "latency.held": {"en": "In quarantine", "zh": "隔离"}, "latency.held.long": {"en": "Messages that could not be read", "zh": "无法读取的报文数"}, "latency.last": {"en": "Last seen", "zh": "最近一次"}, "latency.last.long": {"en": "When the newest value was measured; of a source: when it was last heard", "zh": "最新数值的测量时间；数据源为最近收到时间"}, "latency.missing": {"en": "Missing", "zh": "缺失"}, "latency.missing.long": {"en": "Values that were expected in 24 hours and did not come, and their share", "zh": "24 小时内应到未到的数值及其占比"}, "latency.newest": {"en": "Newest content", "zh": "最新内容"}, "latency.newest.long": {"en": "Time of the newest thing that the source told of", "zh": "数据源最新内容的时间"}, "latency.p50": {"en": "Delay p50", "zh": "时延 p50"}, "latency.p50.long": {"en": "Half of the values were known within this time after they were measured", "zh": "半数数值在测量后这段时间内获知"}, "latency.p95": {"en": "Delay p95", "zh": "时延 p95"}, "latency.p95.long": {"en": "95 % of the values were known within this time after they were measured", "zh": "95% 的数值在测量后这段时间内获知"}, "latency.revised": {"en": "Revised", "zh": "更正"}, "latency.revised.long": {"en": "Values that were told anew", "zh": "被重新发布的数值"}, "latency.source": {"en": "Source", "zh": "数据源"}, "latency.source.long": {"en": "Name of the source", "zh": "数据源名称"}, "latency.state": {"en": "State", "zh": "状态"}, "latency.state.long": {"en": "On time, late, down, off, or not yet heard", "zh": "正常、迟到、故障、关闭或尚未收到"}, "latency.station": {"en": "Station", "zh": "站点"}, "latency.station.long": {"en": "Name of the station", "zh": "站点名称"}, "latency.stations": {"en": "Stations over 24 hours, worst first", "zh": "站点（24 小时，最差在前）"}, "monitor.alarm": {"en": "Alarm", "zh": "警报详情"}, "monitor.alarms": {"en": "Alarms", "zh": "警报"}, "monitor.compare": {"en": "Compare", "zh": "对比"}, "monitor.latency": {"en": "Delays", "zh": "时延"}, "monitor.rules": {"en": "Rules", "zh": "规则"}, "monitor.station": {"en": "Station", "zh": "站点"}, "monitor.tabs": {"en": "Parts of the desk", "zh": "席位各部分"}, "monitor.wall": {"en": "Stations", "zh": "站点墙"}, "rules.back": {"en": "How far back", "zh": "回溯时长"}, "rules.choose": {"en": "Choose a rule: its text, its curve, what it would have done, and how good it was.", "zh": "请选择规则：查看文本、曲线、历史试运行与准确性。"}, "rules.days": {"en": "last {n} days", "zh": "最近 {n} 天"}, "rules.fine": {"en": "Nothing is wrong with this text.", "zh": "文本无误。"}, "rules.fired": {"en": "It would have fired {n} times in {span}", "zh": "{span}内会触发 {n} 次"}, "rules.fired.more": {"en": "at {places} of {of} places, {day} a day; {chatter} of them chattering.", "zh": "涉及 {places}/{of} 处，每天 {day} 次；其中抖动 {chatter} 次。"}, "rules.firing.from": {"en": "From", "zh": "开始"}, "rules.firing.level": {"en": "Level", "zh": "级别"}, "rules.firing.station": {"en": "Station", "zh": "站点"}, "rules.firing.until": {"en": "Until", "zh": "结束"}, "rules.firing.value": {"en": "Value", "zh": "数值"}, "rules.firings": {"en": "When it would have fired, the last first", "zh": "触发记录（最近在前）"}, "rules.goeson": {"en": "goes on", "zh": "仍在持续"}, "rules.history": {"en": "Versions", "zh": "版本"}, "rules.kind.combination": {"en": "combination", "zh": "组合"}, "rules.kind.detector": {"en": "detector", "zh": "异常检测"}, "rules.kind.forecast": {"en": "forecast", "zh": "预报超限"}, "rules.kind.level": {"en": "level", "zh": "超阈值"}, "rules.kind.n_of_m": {"en": "n of m", "zh": "多点（n/m）"}, "rules.kind.neighbours": {"en": "neighbours", "zh": "邻站对比"}, "rules.kind.persistence": {"en": "persistence", "zh": "持续"}, "rules.kind.rate": {"en": "rate of change", "zh": "变化率"}, "rules.kind.silence": {"en": "silence", "zh": "无信号"}, "rules.line": {"en": "line {line}, column {column}:", "zh": "第 {line} 行第 {column} 列："}, "rules.marked": {"en": "bands: would have fired", "zh": "色带：会触发的时段"}, "rules.new": {"en": "New threshold set", "zh": "新阈值集"}, "rules.newset": {"en": "Write a threshold set for this series", "zh": "为此序列撰写阈值集"}, "rules.off": {"en": "off", "zh": "停用"}, "rules.one": {"en": "One rule", "zh": "规则详情"}, "rules.own": {"en": "It goes by the thresholds of each series.", "zh": "按各序列自身阈值判断。"}, "rules.part": {"en": "part of others", "zh": "组合部件"}, "rules.past": {"en": "The rules as known then; nothing can be saved in the past.", "zh": "显示当时的规则；历史不可保存。"}, "rules.problems": {"en": "Wrong in the files", "zh": "文件中的错误"}, "rules.removed": {"en": "removed", "zh": "已移除"}, "rules.response": {"en": "What to do:", "zh": "应对措施："}, "rules.save": {"en": "Save: live at once", "zh": "保存并立即生效"}, "rules.sets": {"en": "Threshold sets", "zh": "阈值集"}, "rules.skill": {"en": "Against {n} recorded incidents and events", "zh": "与 {n} 条已记录事件对照"}, "rules.skill.csi": {"en": "Success index (CSI)", "zh": "临界成功指数（CSI）"}, "rules.skill.false_alarms": {"en": "False alarms", "zh": "空报"}, "rules.skill.far": {"en": "False of all warnings (FAR)", "zh": "空报率（FAR）"}, "rules.skill.firm": {"en": "FIRM score (0 is best)", "zh": "FIRM 评分（0 最佳）"}, "rules.skill.hits": {"en": "Hits", "zh": "命中"}, "rules.skill.lead": {"en": "Lead time, median", "zh": "提前量（中位数）"}, "rules.skill.misses": {"en": "Misses", "zh": "漏报"}, "rules.skill.none": {"en": "No incident or event of this hazard is recorded in this time: how good the rule was cannot be told.", "zh": "此时段无该灾种的事件记录，无法评估规则准确性。"}, "rules.skill.pod": {"en": "Detected (POD)", "zh": "命中率（POD）"}, "rules.skill.risk_matrix_score": {"en": "Risk matrix score (0 is best)", "zh": "风险矩阵评分（0 最佳）"}, "rules.station": {"en": "Curve of ({n} series)", "zh": "曲线（{n} 个序列）"}, "rules.text": {"en": "Text of the rule, YAML", "zh": "规则文本（YAML）"}, "rules.title": {"en": "Rules", "zh": "规则"}, "rules.try": {"en": "Try on the past", "zh": "历史试运行"}, "rules.trying": {"en": "How far the trial is", "zh": "试运行进度"}, "rules.why": {"en": "Why this change is made", "zh": "修改理由"}, "rules.yaml": {"en": "This text as a YAML file", "zh": "将此文本存为 YAML 文件"}, "severity": {"en": "Severity", "zh": "严重程度"}, "state.active": {"en": "active", "zh": "有效"}, "state.cancelled": {"en": "cancelled", "zh": "已取消"}, "state.ended": {"en": "ended", "zh": "已结束"}, "state.loading": {"en": "Loading…", "zh": "加载中…"}, "station.alarms": {"en": "Alarms that rest on it", "zh": "相关警报"}, "station.all": {"en": "All", "zh": "全部"}, "station.choose": {"en": "Choose a station on the wall; it is shown here in depth.", "zh": "请在站点墙上选择一个站点，其详情将显示于此。"}, "station.events": {"en": "What happened meanwhile", "zh": "同期事件"}, "station.forecast": {"en": "Forecast", "zh": "预报"}, "station.forecast.source": {"en": "As its source forecast it.", "zh": "来自资料源的预报。"}, "station.forecasting": {"en": "Forecasting…", "zh": "正在预报…"}, "station.foresee": {"en": "Forecast 24 h", "zh": "预报 24 小时"}, "station.latest": {"en": "Newest", "zh": "最新"}, "station.limits": {"en": "Thresholds", "zh": "阈值"}, "station.marks": {"en": "Flagged values ({n})", "zh": "存疑数值（{n}）"}, "station.model.line": {"en": "Straight line", "zh": "线性外推"}, "station.model.persistence": {"en": "Persistence", "zh": "持续性预报"}, "station.model.regression": {"en": "Autoregression", "zh": "自回归"}, "station.model.seasonal": {"en": "Seasonal naive", "zh": "季节性朴素预报"}, "station.near": {"en": "Nearest of the same kind", "zh": "最近的同类站点"}, "station.now": {"en": "Present", "zh": "当前"}, "station.percent": {"en": "For the season", "zh": "同期位置"}, "station.percent.of": {"en": "higher than {n} % of the same season in other years", "zh": "高于其他年份同期的 {n} %"}, "station.period": {"en": "Return period", "zh": "重现期"}, "station.period.of": {"en": "once in {n} years (90 %: {low} to {high})", "zh": "约 {n} 年一遇（90 %：{low} 至 {high}）"}, "station.period.short": {"en": "not told: {n} years were watched and five are needed", "zh": "不给出：仅有 {n} 年资料，至少需要五年"}, "station.period.usual": {"en": "not unusual: below the 99.5th percentile", "zh": "并不罕见：低于 99.5 百分位"}, "station.plot": {"en": "Curve of {name}: drag to move, wheel or + and - to zoom, End for the present", "zh": "{name} 的曲线：拖动平移，滚轮或 + − 缩放，End 回到当前"}, "station.span.10m": {"en": "10 min", "zh": "10 分钟"}, "station.span.10y": {"en": "10 y", "zh": "10 年"}, "station.span.1h": {"en": "1 h", "zh": "1 小时"}, "station.span.1y": {"en": "1 y", "zh": "1 年"}, "station.span.24h": {"en": "24 h", "zh": "24 小时"}, "station.span.30d": {"en": "30 d", "zh": "30 天"}, "station.span.3d": {"en": "3 d", "zh": "3 天"}, "station.span.6h": {"en": "6 h", "zh": "6 小时"}, "station.unknown": {"en": "There is no series {name}.", "zh": "没有序列 {name}。"}, "time.as_of": {"en": "AS OF {time} — not live", "zh": "截至 {time} — 非实时"}, "time.as_of.short": {"en": "as of", "zh": "截至"}, "time.back": {"en": "One hour back", "zh": "后退一小时"}, "time.bad": {"en": "This is not a time; expected year, month, day, hour and minute.", "zh": "时间无效；请填写年、月、日、时、分。"}, "time.d": {"en": "{n} d", "zh": "{n} 天"}, "time.d.ago": {"en": "{n} d ago", "zh": "{n} 天前"}, "time.d.in": {"en": "in {n} d", "zh": "{n} 天后"}, "time.earlier": {"en": "One day back", "zh": "后退一天"}, "time.entry": {"en": "Known time, in the floor's zone", "zh": "信息截止时间（值班台时区）"}, "time.go": {"en": "Go", "zh": "前往"}, "time.h": {"en": "{n} h", "zh": "{n} 小时"}, "time.h.ago": {"en": "{n} h ago", "zh": "{n} 小时前"}, "time.h.in": {"en": "in {n} h", "zh": "{n} 小时后"}, "time.is_live": {"en": "Live: all that is known now", "zh": "实时：当前全部信息"}, "time.jump": {"en": "Go to a day or a time, in the floor's zone", "zh": "前往某日或某时（值班台时区）"}, "time.known": {"en": "Known as of", "zh": "信息截至"}, "time.later": {"en": "One day on", "zh": "前进一天"}, "time.live": {"en": "Back to live", "zh": "返回实时"}, "time.min": {"en": "{n} min", "zh": "{n} 分钟"}, "time.min.ago": {"en": "{n} min ago", "zh": "{n} 分钟前"}, "time.min.in": {"en": "in {n} min", "zh": "{n} 分钟后"}, "time.now": {"en": "now", "zh": "现在"}, "time.on": {"en": "One hour on", "zh": "前进一小时"}, "time.pause": {"en": "Pause", "zh": "暂停"}, "time.play": {"en": "Play through time", "zh": "播放"}, "time.present": {"en": "Present", "zh": "当前"}, "time.set": {"en": "Show", "zh": "显示"}, "time.valid": {"en": "Time that is looked at", "zh": "查看的时间"}, "urgency": {"en": "Urgency", "zh": "紧急程度"}, "wall.ahead": {"en": "{name} in {time} (linear)", "zh": "{time}后达{name}（线性外推）"}, "wall.bad": {"en": "bad", "zh": "错误"}, "wall.below": {"en": "below thresholds", "zh": "未达阈值"}, "wall.calm.long": {"en": "Heard in time, not flagged, below every threshold, and none ahead", "zh": "按时、无疑、未达阈值且不会很快达到"}, "wall.calm.word": {"en": "calm", "zh": "正常"}, "wall.column.age": {"en": "Age", "zh": "距今"}, "wall.column.level": {"en": "Level", "zh": "级别"}, "wall.column.next": {"en": "Next threshold", "zh": "下一阈值"}, "wall.column.state": {"en": "State", "zh": "状态"}, "wall.column.station": {"en": "Station", "zh": "站点"}, "wall.column.trend": {"en": "Trend", "zh": "趋势"}, "wall.column.value": {"en": "Value", "zh": "数值"}, "wall.csv": {"en": "CSV", "zh": "CSV"}, "wall.csv.long": {"en": "The stations shown, as a table; safe to open in a spreadsheet", "zh": "所示站点的表格，可安全用电子表格打开"}, "wall.elsewhere": {"en": "elsewhere", "zh": "其他"}, "wall.find": {"en": "Find a station…", "zh": "查找站点…"}, "wall.flagged.long": {"en": "The newest value is flagged suspect, bad or missing", "zh": "最新数值被标记为可疑、错误或缺测"}, "wall.flagged.word": {"en": "flagged", "zh": "存疑"}, "wall.fold": {"en": "More filters and choices", "zh": "更多筛选与选项"}, "wall.group": {"en": "Group", "zh": "分组"}, "wall.group.basin": {"en": "basin", "zh": "流域"}, "wall.group.district": {"en": "district", "zh": "行政区"}, "wall.group.hazard": {"en": "hazard", "zh": "灾种"}, "wall.group.kind": {"en": "kind", "zh": "类型"}, "wall.group.none": {"en": "none", "zh": "不分组"}, "wall.kind.air": {"en": "air", "zh": "空气"}, "wall.kind.crowd": {"en": "crowd", "zh": "人群"}, "wall.kind.dam": {"en": "dam", "zh": "大坝"}, "wall.kind.gas": {"en": "gas", "zh": "气体"}, "wall.kind.gauge": {"en": "river gauge", "zh": "水位"}, "wall.kind.hospital": {"en": "hospital", "zh": "医院"}, "wall.kind.rain": {"en": "rain gauge", "zh": "雨量"}, "wall.kind.seismic": {"en": "seismometer", "zh": "地震仪"}, "wall.kind.slope": {"en": "slope", "zh": "边坡"}, "wall.kind.wind": {"en": "wind", "zh": "风"}, "wall.level.long": {"en": "Stations whose newest value is at or beyond a threshold of this level; choose to see only these", "zh": "最新数值达到或超过该级阈值的站点；点击只看这些"}, "wall.missing": {"en": "missing", "zh": "缺测"}, "wall.more": {"en": "{n} more", "zh": "还有 {n} 个"}, "wall.never": {"en": "no value yet", "zh": "尚无数值"}, "wall.nolimits": {"en": "no thresholds", "zh": "无阈值"}, "wall.nothing": {"en": "This floor has no stations.", "zh": "本值班台没有站点。"}, "wall.nothing.filtered": {"en": "No station passes the filters.", "zh": "没有符合筛选条件的站点。"}, "wall.of": {"en": "of {n} stations", "zh": "/ {n} 个站点"}, "wall.parquet": {"en": "Parquet", "zh": "Parquet"}, "wall.parquet.long": {"en": "The stations shown, as a table for programs", "zh": "所示站点的 Parquet 表格"}, "wall.per": {"en": "/h", "zh": "/小时"}, "wall.png": {"en": "PNG", "zh": "PNG"}, "wall.png.long": {"en": "What is in sight, as a picture with its marks", "zh": "当前可见内容的图片（带标注）"}, "wall.reading": {"en": "Reading what was known then…", "zh": "正在读取当时已知的数据…"}, "wall.recipe": {"en": "Notebook cell", "zh": "笔记本代码"}, "wall.recipe.long": {"en": "Python that shows the same again in Jupyter", "zh": "在 Jupyter 中重现当前画面的 Python 代码"}, "wall.resort": {"en": "Sort again", "zh": "重新排序"}, "wall.rising.long": {"en": "Rising: the slope of the last values is told apart from level", "zh": "上升：最近数值的斜率明显大于零"}, "wall.rising.word": {"en": "rising", "zh": "上升"}, "wall.s": {"en": "{n} s", "zh": "{n} 秒"}, "wall.silent": {"en": "SILENT {age}", "zh": "无信号 {age}"}, "wall.silent.long": {"en": "No value for longer than three of its intervals: this is not calm", "zh": "超过三个周期没有数值：并非正常"}, "wall.silent.word": {"en": "silent", "zh": "无信号"}, "wall.size": {"en": "Tiles", "zh": "磁贴"}, "wall.size.large": {"en": "large", "zh": "大"}, "wall.size.medium": {"en": "medium", "zh": "中"}, "wall.size.small": {"en": "small", "zh": "小"}, "wall.soon.long": {"en": "A straight line through the last values meets a threshold within 24 hours; arithmetic, not a forecast", "zh": "按最近数值线性外推，24 小时内将达到阈值（非预报）"}, "wall.soon.word": {"en": "threshold ahead", "zh": "将达阈值"}, "wall.span": {"en": "Back", "zh": "时段"}, "wall.span.1h": {"en": "1 h", "zh": "1 小时"}, "wall.span.1y": {"en": "1 year", "zh": "1 年"}, "wall.span.24h": {"en": "24 h", "zh": "24 小时"}, "wall.span.30d": {"en": "30 d", "zh": "30 天"}, "wall.span.3d": {"en": "3 d", "zh": "3 天"}, "wall.span.6h": {"en": "6 h", "zh": "6 小时"}, "wall.span.7d": {"en": "7 d", "zh": "7 天"}, "wall.stations": {"en": "stations, worst first", "zh": "个站点，最严重在前"}, "wall.stations.title": {"en": "Stations, worst first", "zh": "站点（最严重在前）"}, "wall.steady": {"en": "steady", "zh": "平稳"}, "wall.suspect": {"en": "suspect", "zh": "可疑"}, "wall.table": {"en": "Table", "zh": "表格"}, "wall.unheard": {"en": "Nothing was heard of the stations for more than two minutes: what is shown is old.", "zh": "超过两分钟未收到站点数据：所示内容已过时。"}, "wall.unread": {"en": "The stations cannot be read; trying again.", "zh": "无法读取站点数据，正在重试。"}};
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

// Listens to what the server sends to all pages alike. No imports: joined into the bundles of those who listen.
//
// listen(url, topic, onBytes, onLink) -> stop()
//   url      as watchfloor.views.serve.listening.address() gave it; its part after # is the page's token
//   onBytes  takes a Uint8Array, the topic's whole state; its bytes begin at a multiple of 8 of their buffer
//   onLink   takes true when the line is open and false when it is lost; optional
// All who listen on a page share one line. It comes back by itself, with growing, uneven waits.
const listen = (() => {
  const QUIET = 15000, LONGEST = 30000, LASTING = 10000
  const lines = globalThis[Symbol.for('watchfloor.broadcast')] ||= new Map()
  const text = new TextDecoder()

  function parse(buffer) {
    const length = new DataView(buffer).getUint16(0, true)
    const start = (2 + length + 7) & ~7
    return [text.decode(new Uint8Array(buffer, 2, length)), new Uint8Array(buffer, start)]
  }

  function call(take, value) {
    try { take(value) } catch (error) { console.error('a listener failed', error) }
  }

  function dial(url) {
    const cut = url.indexOf('#')
    const place = new URL(cut < 0 ? url : url.slice(0, cut), location.href)
    place.protocol = place.protocol === 'https:' || place.protocol === 'wss:' ? 'wss:' : 'ws:'
    place.hash = ''
    const token = cut < 0 ? '' : url.slice(cut + 1)
    const line = {ears: new Map(), last: new Map(), links: new Set(), alive: false, ended: false}
    let socket = null, tries = 0, heard = 0, opened = 0, timer = 0

    const linked = (alive) => {
      if (line.alive === alive) return
      line.alive = alive
      for (const take of [...line.links]) call(take, alive)
    }
    const drop = () => {
      if (!socket) return
      const old = socket
      socket = old.onopen = old.onmessage = old.onclose = old.onerror = null
      try { old.close() } catch { /* it is gone */ }
    }
    const again = () => {
      drop()
      linked(false)
      if (line.ended) return
      clearTimeout(timer)
      const wait = Math.min(LONGEST, 500 * 2 ** Math.min(tries, 10))
      tries += 1
      timer = setTimeout(connect, wait * (0.5 + Math.random()))
    }
    const connect = () => {
      clearTimeout(timer)
      drop()
      if (line.ended) return
      heard = performance.now()
      try { socket = new WebSocket(place.href, token ? ['watchfloor', token] : ['watchfloor']) } catch { again(); return }
      socket.binaryType = 'arraybuffer'
      socket.onopen = () => { opened = performance.now(); for (const topic of line.ears.keys()) socket.send('+' + topic) }
      socket.onclose = again
      socket.onmessage = (event) => {
        if (!(event.data instanceof ArrayBuffer) || event.data.byteLength < 2) return
        heard = performance.now()
        if (heard - opened > LASTING) tries = 0
        linked(true)
        const [topic, bytes] = parse(event.data)
        const ears = line.ears.get(topic)
        if (!ears) return
        line.last.set(topic, bytes)
        for (const take of [...ears]) call(take, bytes)
      }
    }
    // A line that was cut without a word stays "open" for minutes: what counts is what is heard.
    const watch = setInterval(() => { if (socket && performance.now() - heard > QUIET) again() }, 1000)
    const online = () => { if (!line.alive) { tries = 0; connect() } }
    globalThis.addEventListener('online', online)

    line.add = (topic, take) => {
      const ears = line.ears.get(topic)
      if (ears) {
        ears.add(take)
        if (line.last.has(topic)) call(take, line.last.get(topic))
        return
      }
      line.ears.set(topic, new Set([take]))
      if (socket && socket.readyState === 1) socket.send('+' + topic)
    }
    line.remove = (topic, take) => {
      const ears = line.ears.get(topic)
      if (!ears || !ears.delete(take) || ears.size) return
      line.ears.delete(topic)
      line.last.delete(topic)
      if (socket && socket.readyState === 1) socket.send('-' + topic)
      if (line.ears.size) return
      line.ended = true
      clearTimeout(timer)
      clearInterval(watch)
      globalThis.removeEventListener('online', online)
      drop()
      lines.delete(url)
    }
    connect()
    return line
  }

  return (url, topic, onBytes, onLink) => {
    if (!lines.has(url)) lines.set(url, dial(url))
    const line = lines.get(url)
    const take = (bytes) => onBytes(bytes)
    line.add(topic, take)
    if (onLink) { line.links.add(onLink); call(onLink, line.alive) }
    let over = false
    return () => {
      if (over) return
      over = true
      if (onLink) line.links.delete(onLink)
      line.remove(topic, take)
    }
  }
})()

// What curves over time have in common: their values as they come, and the ticks of their axes.

const STEPS = [6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 108e5, 216e5, 432e5, 864e5, 1728e5, 6048e5, 12096e5, 2629800e3, 7889400e3, 15778800e3, 31557600e3, 63115200e3, 157788e6];

function unpack(curve) {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  if (!curve) return {t: new Float64Array(0), v: new Float32Array(0), f: new Uint8Array(0)};
  return {t: new Float64Array(bytes(curve.t)), v: new Float32Array(bytes(curve.v)), f: new Uint8Array(bytes(curve.f))};
}

function digits(value) {
  const size = Math.abs(value);
  return size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : size === 0 ? 0 : Math.min(6, 2 - Math.floor(Math.log10(size)));
}

function niceStep(span, count) {
  const raw = span / count, power = 10 ** Math.floor(Math.log10(raw)), share = raw / power;
  return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

/** What a time says at an axis whose ticks are so many milliseconds apart. */
function label(zone, ms, step) {
  const at = pieces(ms, zone);
  if (step >= 31557600e3) return at.year;
  if (step >= 2629800e3) return `${at.year}-${at.month}`;
  if (step >= 864e5) return `${at.month}-${at.day}`;
  return at.hour === "00" && at.minute === "00" ? `${at.month}-${at.day}` : `${at.hour}:${at.minute}`;
}

/** Times of an axis of at most `room` ticks, whole in the zone, and how far apart they are. */
function ticks(zone, first, last, room) {
  const step = STEPS.find((s) => (last - first) / s <= room) || STEPS[STEPS.length - 1];
  const off = shift((first + last) / 2, zone) * 6e4;
  const found = [];
  if (step < 2629800e3) {
    for (let t = Math.ceil((first + off) / step) * step - off; t <= last; t += step) found.push(t);
  } else {
    const months = Math.max(1, Math.round(step / 2629800e3));
    const begin = new Date(first + off);
    for (let m = Math.ceil((begin.getUTCFullYear() * 12 + begin.getUTCMonth() + 0.01) / months) * months; ; m += months) {
      const t = Date.UTC(Math.floor(m / 12), m % 12, 1) - off;
      if (t > last) break;
      found.push(t);
    }
  }
  return [found, step];
}

const PANES = {};
{
// A small curve: values with gaps and flagged points, limits, stretches and samples of what fired.

const CURVE = {h: 220, left: 52, right: 8, top: 10, bottom: 36};

/** How wide a curve in a part is drawn: what there is room for. */
function roomOf(ctx, node) {
  return Math.min(1400, Math.max(280, Math.round(node.clientWidth || (ctx.root.clientWidth || 760) - 60)));
}

/** Have curves drawn again when the room for them has changed. */
function whenSized(ctx, node, work) {
  let drawn = node.clientWidth;
  const watcher = new ResizeObserver(() => {
    if (!node.clientWidth || Math.abs(node.clientWidth - drawn) < 12) return;
    drawn = node.clientWidth;
    work();
  });
  watcher.observe(node);
  ctx.ends(() => watcher.disconnect());
}

/** Draw `{start, end, points: [[ms, value, flag]], limits, samples, spans, units, field, width}`; `label` says what it is. */
function drawCurve(ctx, data, label_) {
  const w = data.width || 700;
  const {h: high, left, right, top, bottom} = CURVE;
  const {start, end, points = [], limits = [], samples = [], spans = []} = data;
  const good = points.filter((each) => each[1] !== null && each[2] < 2);
  const odd = points.filter((each) => each[1] !== null && each[2] >= 2);
  const shown = good.length ? good : odd; // what is flagged does not set the scale, unless there is nothing else
  if (!shown.length || end <= start) return h("p", {class: "muted"}, ctx.t("alarms.curve.none"));
  let low = Math.min(...shown.map((each) => each[1])), most = Math.max(...shown.map((each) => each[1]));
  const reach = (most - low) || Math.max(Math.abs(most), 1);
  const near = limits.filter((each) => each.value >= low - 2 * reach && each.value <= most + 2 * reach);
  for (const each of near) { low = Math.min(low, each.value); most = Math.max(most, each.value); }
  const pad = 0.08 * ((most - low) || 1);
  low -= pad; most += pad;
  const x = (ms) => left + (ms - start) / (end - start) * (w - left - right);
  const y = (value) => top + (most - value) / (most - low) * (high - top - bottom);
  let path = "", before = null, gap = 0;
  if (good.length > 2) {
    const steps = good.slice(1).map((each, at) => each[0] - good[at][0]).sort((a, b) => a - b);
    gap = 4 * Math.max(steps[Math.floor(steps.length / 2)], (end - start) / 400);
  }
  for (const [ms, value] of good) { path += `${before === null || (gap && ms - before > gap) ? "M" : "L"}${x(ms).toFixed(1)} ${y(value).toFixed(1)}`; before = ms; }
  const [times, every] = ticks(ctx.zone, start, end, Math.max(2, (w - left - right) / 78));
  const step = niceStep(most - low, 4), levels = [];
  for (let n = Math.ceil(low / step); n * step <= most; n += 1) levels.push(n * step || 0);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const inside = (value) => Math.min(Math.max(y(value), top + 4), high - bottom - 4); // what is beyond the scale stands at its edge
  const marks = samples.map((ms) => shown.reduce((best, each) => (best === null || Math.abs(each[0] - ms) < Math.abs(best[0] - ms) ? each : best), null)).filter(Boolean);
  const axis = `${data.field || ""}${data.units ? ` (${data.units})` : ""}`;
  return h("figure", {class: "acurve"},
    s("svg", {viewBox: `0 0 ${w} ${high}`, role: "img", "aria-label": label_},
      spans.map((each) => s("rect", {class: `span ${each.severity || ""}`, x: x(Math.max(start, each.start)), y: top, width: Math.max(2, x(Math.min(end, each.end)) - x(Math.max(start, each.start))), height: high - top - bottom})),
      levels.map((each) => [s("line", {class: "grid", x1: left, x2: w - right, y1: y(each), y2: y(each)}), s("text", {class: "tick", x: left - 5, y: y(each) + 4, "text-anchor": "end"}, number(each, decimals).replace("-", "−"))]),
      times.map((each) => [s("line", {class: "grid", x1: x(each), x2: x(each), y1: top, y2: high - bottom}), s("text", {class: "tick", x: x(each), y: high - bottom + 14, "text-anchor": "middle"}, label(ctx.zone, each, every))]),
      s("text", {class: "tick", x: (left + w - right) / 2, y: high - 4, "text-anchor": "middle"}, `${ctx.t("chart.time")} (${offset(end, ctx.zone)})`),
      axis ? s("text", {class: "tick", transform: `translate(11 ${(top + high - bottom) / 2}) rotate(-90)`, "text-anchor": "middle"}, axis) : null,
      near.map((each) => [s("line", {class: "under", x1: left, x2: w - right, y1: y(each.value), y2: y(each.value)}), s("line", {class: `limit ${each.severity || "Unknown"}`, x1: left, x2: w - right, y1: y(each.value), y2: y(each.value)}), s("text", {class: "name", x: w - right - 3, y: y(each.value) - 3, "text-anchor": "end"}, `${each.name} ${amount(each.value)}`)]),
      s("path", {class: "trace", d: path}),
      odd.map((each) => s("path", {class: "bad", d: `M${(x(each[0]) - 3).toFixed(1)} ${(inside(each[1]) - 3).toFixed(1)} l6 6 m0 -6 l-6 6`})),
      data.onset && data.onset >= start && data.onset <= end ? s("line", {class: "onset", x1: x(data.onset), x2: x(data.onset), y1: top, y2: high - bottom}) : null,
      marks.map((each) => s("circle", {class: "fired", cx: x(each[0]), cy: inside(each[1]), r: 4}))),
    h("figcaption", {class: "muted"}, [label_, samples.length ? ctx.t("alarms.curve.fired") : "", odd.length ? ctx.t("alarms.curve.flagged") : "", data.onset ? ctx.t("alarms.curve.onset") : ""].filter(Boolean).join(" · ")));
}

// One alarm in depth: facts and acts, the curve with what fired, its life, receipts, and the message of it.

const AlarmDepthPane = pane("alarmdepth", (ctx) => {
  const notice = h("div", {class: "notice", role: "status", hidden: true});
  const head = h("header", {}), acts = h("div", {class: "acts"}), facts = h("div", {}), picture = h("div", {}), life = h("div", {}), receipts = h("div", {});
  const draft = drafting(ctx, (message) => ctx.send("write", message));
  const titles = {};
  const section = (name, node) => h("section", {"aria-labelledby": `depth-${name}`}, titles[name] = h("h2", {id: `depth-${name}`}), node);
  const page = h("div", {class: "page", tabindex: "0", role: "region", hidden: true}, head, acts, facts, section("curve", picture), section("life", life), section("draft", draft.home), section("receipts", receipts));
  const empty = h("div", {class: "empty"});
  ctx.root.append(notice, page, empty);
  let asking = false, shown = null;

  function button(what, row) {
    return h("button", {type: "button", "data-act": what, class: what === "acknowledge" ? "primary" : null, disabled: !allowed(what, ctx.state.may), onclick: () => ask(what, row)}, ctx.t(`alarms.act.${what}`));
  }

  function ask(what, row) {
    const send = (values) => { asking = false; ctx.send("act", {what, ids: [row.id], seen: {[row.id]: row.step}, ...values}); drawActs(ctx.state); };
    if (AT_ONCE.has(what) || what === "acknowledge") { send({}); return; }
    const {form, first} = actForm(ctx, what, 1, {shelf: ctx.state.shelf || 24, row, send, close: () => { asking = false; drawActs(ctx.state); }});
    asking = true;
    fill(acts, form);
    first();
  }

  function drawActs(state) {
    const row = state.row;
    fill(acts, h("button", {type: "button", class: "chip take", title: ctx.t("alarms.csv.life"), "aria-label": ctx.t("alarms.csv.life"), onclick: () => ctx.send("save")}, "CSV"), state.live ? h("div", {class: "chips"}, actsFor(row).map((what) => button(what, row))) : h("p", {class: "muted"}, ctx.t("alarms.past.off")),
      state.live && !(state.may || {}).acknowledge ? h("p", {class: "muted"}, ctx.t("alarms.maynot")) : null);
  }

  function pairs(list) {
    return h("dl", {class: "facts"}, list.filter((pair) => pair[1] !== null && pair[1] !== "" && pair[1] !== undefined).map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]));
  }

  /** The curve, as wide as there is room for. */
  function drawPicture(state) {
    const row = state.row, curve = state.curve;
    if (!row) return;
    const own = curve && !curve.limits.length && curve.limit !== null ? [{value: curve.limit, name: ctx.t("alarms.limit"), severity: row.severity}] : null;
    fill(picture, curve ? drawCurve(ctx, {...curve, width: roomOf(ctx, picture), limits: own || curve.limits}, places(ctx, row)) : null);
  }
  whenSized(ctx, picture, () => drawPicture(ctx.state));

  const when = (ms) => (ms === null ? null : `${fullTime(ms, ctx.zone)} (${ago(ms, ctx.now(), ctx.language)})`);

  return (state) => {
    const row = state.row;
    notice.hidden = !(state.trouble || (row && !state.live));
    notice.classList.toggle("bad", Boolean(state.trouble));
    fill(notice, state.trouble || ctx.t("alarms.past"));
    page.hidden = !row;
    page.setAttribute("aria-label", ctx.t("monitor.alarm"));
    empty.hidden = Boolean(row);
    fill(empty, ctx.t("alarms.choose"));
    if (!row) return;
    if (row.id !== shown) { shown = row.id; asking = false; page.scrollTop = 0; }
    for (const name of Object.keys(titles)) fill(titles[name], ctx.t(`alarms.depth.${name}`));
    fill(head, h("div", {class: "line"}, colourWord(ctx, row.colour), stateSign(row.state), h("span", {class: `stateword ${row.state}`}, ctx.t(`alarms.state.${row.state}`)), row.grade ? h("span", {class: "badge"}, ctx.t("alarms.grade", {grade: row.grade})) : null, hazardSign(row.hazard), ctx.t(`hazard.${row.hazard}`)),
      h("h2", {class: "atitle"}, titled(ctx, row)), reasoned(ctx, row), remarks(ctx, row).map((each) => h("div", {class: "line"}, each)));
    if (!asking) drawActs(state);
    fill(facts, pairs([
      [ctx.t("alarms.fact.stations"), row.series.map((name, at) => [at ? ", " : "", h("button", {type: "button", class: "link", onclick: () => ctx.send("series", {name})}, places(ctx, {stations: [row.stations[at]], more: 0}))])],
      [ctx.t("alarms.fact.value"), held(ctx, row)], [ctx.t("alarms.fact.level"), row.level], [ctx.t("alarms.fact.area"), row.area], [ctx.t("alarms.fact.onset"), when(row.onset)],
      [ctx.t("alarms.fact.cleared"), when(row.cleared)], [ctx.t("alarms.fact.acknowledged"), done(ctx, row.acknowledged)], [ctx.t("alarms.fact.closed"), done(ctx, row.closed)],
      [ctx.t("alarms.fact.rule"), `${row.rule} (${row.version})`],
      [ctx.t("alarms.fact.event"), state.members.length ? h("ul", {class: "members"}, state.members.map((each) => h("li", {}, colourWord(ctx, each.colour), " ", stateSign(each.state), " ", each.title))) : null],
    ]));
    drawPicture(state);
    fill(life, h("ol", {class: "life"}, state.steps.map((step) => h("li", {}, h("span", {class: "num"}, fullTime(step.at, ctx.zone)), " ", h("strong", {}, ctx.t(`alarms.event.${step.event}`)), ` · ${step.by === "watch" ? ctx.t("alarms.watch") : step.by} `,
      stateSign(step.state), h("span", {class: `stateword ${step.state}`}, ` ${ctx.t(`alarms.state.${step.state}`)}`), " ", colourWord(ctx, step.colour), step.note ? h("div", {class: "muted note"}, spoken(ctx, step, "note").text) : null))));
    fill(receipts, state.dry ? h("p", {class: "muted"}, ctx.t("alarms.receipts.dry")) : null,
      state.notices.length ? h("table", {}, h("thead", {}, h("tr", {}, ["at", "channel", "what", "stage", "acknowledged"].map((name) => h("th", {scope: "col"}, ctx.t(`alarms.receipts.${name}`))))),
        h("tbody", {}, state.notices.map((each) => h("tr", {}, h("td", {class: "num"}, fullTime(each.at, ctx.zone)), h("th", {scope: "row"}, each.channel), h("td", {}, ctx.t(`alarms.told.${each.what}`)), h("td", {}, ctx.t(`alarms.stage.${each.stage.replace(" ", "-")}`), each.tries > 1 ? ` (${each.tries}×)` : "", each.why ? `: ${each.why}` : ""), h("td", {}, each.acknowledged)))))
        : h("p", {class: "muted"}, ctx.t(state.channels.length ? "alarms.receipts.none" : "alarms.receipts.nochannels")));
    draft.show(state);
  };
});

// The message that is written of an alarm: a form, its faults, who agreed, and what became of it.

const SCALE_WORDS = {
  severity: ["Extreme", "Severe", "Moderate", "Minor", "Unknown"], urgency: ["Immediate", "Expected", "Future", "Past", "Unknown"],
  certainty: ["Observed", "Likely", "Possible", "Unlikely", "Unknown"],
};
/** Words of CAP; named here one by one, so that the bundle carries them. */
function capWord(ctx, name) {
  const t = ctx.t;
  return {
    severity: t("severity"), urgency: t("urgency"), certainty: t("certainty"), Extreme: t("Extreme"), Severe: t("Severe"), Moderate: t("Moderate"), Minor: t("Minor"), Unknown: t("Unknown"),
    Immediate: t("Immediate"), Expected: t("Expected"), Future: t("Future"), Past: t("Past"), Observed: t("Observed"), Likely: t("Likely"), Possible: t("Possible"), Unlikely: t("Unlikely"),
    Actual: t("Actual"), Exercise: t("Exercise"), System: t("System"), Test: t("Test"), Draft: t("Draft"),
  }[name] || name;
}

const EXPIRES = [1, 2, 3, 6, 12, 24, 48];

/** A form that keeps what is being typed while news come. Returns a node and `show(state)`. */
function drafting(ctx, send) {
  const home = h("div", {class: "drafting"});
  let key = "", dirty = false, reading = "";

  function editor(draft, state) {
    const changed = () => { dirty = true; saved.disabled = false; approve.disabled = true; };
    const texts = {};
    const boxes = Object.entries(draft.texts).map(([language, fields]) => {
      const made = {
        headline: h("input", {type: "text", maxlength: "500", value: fields.headline, oninput: changed}),
        description: h("textarea", {rows: "4", maxlength: "20000", oninput: changed}, fields.description),
        instruction: h("textarea", {rows: "3", maxlength: "20000", oninput: changed}, fields.instruction),
      };
      texts[language] = made;
      return h("fieldset", {lang: language === "zh" ? "zh-CN" : language}, h("legend", {}, ctx.t(`alarms.draft.in.${language === "zh" ? "zh" : "en"}`)),
        Object.entries(made).map(([name, node]) => field(ctx.t(`alarms.draft.${name}`), node)));
    });
    const scales = Object.fromEntries(Object.entries(SCALE_WORDS).map(([name, words]) => [name, h("select", {onchange: changed}, words.map((each) => h("option", {value: each, selected: each === draft[name]}, capWord(ctx, each))))]));
    const hours = h("select", {onchange: changed}, h("option", {value: ""}, draft.expires ? fullTime(draft.expires, ctx.zone) : "–"), EXPIRES.map((each) => h("option", {value: String(each)}, ctx.t("alarms.draft.hours", {n: each}))));
    const where = h("select", {onchange: changed}, h("option", {value: ""}, draft.area.join("; ") || "–"), state.districts.map((each) => h("option", {value: each}, each)));
    const named = h("input", {type: "text", maxlength: "120", placeholder: ctx.t("alarms.draft.drawn"), oninput: changed});
    const note = h("input", {type: "text", maxlength: "2000", value: draft.note, oninput: changed});
    const collect = () => ({
      what: "edit", id: draft.id, note: note.value, hours: hours.value ? Number(hours.value) : null, district: named.value || where.value, drawn: Boolean(named.value),
      texts: Object.fromEntries(Object.entries(texts).map(([language, made]) => [language, Object.fromEntries(Object.entries(made).map(([name, node]) => [name, node.value]))])),
      ...Object.fromEntries(Object.entries(scales).map(([name, node]) => [name, node.value])),
    });
    const can = allowed("decide", state.may) && state.live;
    const saved = h("button", {type: "submit", disabled: true}, ctx.t("alarms.draft.save"));
    const approve = h("button", {type: "button", class: "primary", disabled: !can || draft.faults.length > 0, onclick: () => { key = ""; send({what: "approve", id: draft.id, step: draft.step}); }}, ctx.t("alarms.draft.approve"));
    return h("form", {class: "draftform", onsubmit: (event) => { event.preventDefault(); dirty = false; key = ""; send(collect()); }, onkeydown: (event) => event.stopPropagation()},
      boxes,
      h("div", {class: "fields"}, Object.entries(scales).map(([name, node]) => field(capWord(ctx, name), node)), field(ctx.t("alarms.draft.expires"), hours), field(ctx.t("alarms.draft.area"), where),
        state.outline ? field(ctx.t("alarms.draft.drawn"), named) : null, field(ctx.t("alarms.draft.note"), note)),
      draft.faults.length ? h("div", {class: "notice bad", role: "alert"}, h("strong", {}, ctx.t("alarms.draft.faults")), h("ul", {}, draft.faults.map((each) => h("li", {lang: "en"}, each)))) : h("p", {class: "fine"}, healthSign("ok"), ` ${ctx.t("alarms.draft.fine")}`),
      h("p", {class: "muted"}, ctx.t("alarms.draft.who", {authors: draft.authors.join(", "), n: draft.approvals.length, of: draft.needed, status: capWord(ctx, draft.status)})),
      h("div", {class: "line"}, can ? saved : null, approve, h("button", {type: "button", onclick: () => ctx.send("xml", {id: draft.id})}, "XML"),
        can ? h("button", {type: "button", class: "danger", onclick: () => why("withdraw", draft)}, ctx.t("alarms.draft.withdraw")) : null));
  }

  /** Ask why, then do it. */
  function why(what, draft) {
    const reason = h("input", {type: "text", maxlength: "500", required: what === "withdraw"});
    const form = h("form", {class: "actform", onsubmit: (event) => { event.preventDefault(); reading = ""; key = ""; dirty = false; send({what, id: draft.id, reason: reason.value}); }, onkeydown: (event) => { event.stopPropagation(); if (event.key === "Escape") { reading = ""; key = ""; show(ctx.state); } }},
      h("p", {class: "ask"}, ctx.t(`alarms.draft.ask.${what}`)), field(ctx.t("alarms.reason"), reason),
      h("div", {class: "line"}, h("button", {type: "submit", class: `primary ${what === "update" ? "" : "danger"}`}, ctx.t(`alarms.draft.${what}`)), h("button", {type: "button", onclick: () => { reading = ""; key = ""; dirty = false; show(ctx.state); }}, ctx.t("alarms.cancel"))));
    reading = what;
    fill(home, form);
    reason.focus();
  }

  function issued(draft, state) {
    const can = allowed("decide", state.may) && state.live && draft.stage === "issued";
    return h("div", {},
      h("p", {}, h("strong", {}, ctx.t(`alarms.draft.stage.${draft.stage}`)), draft.issue ? [` ${draft.issue.sent} · `, h("code", {}, draft.issue.identifier), ` · ${capWord(ctx, draft.issue.status)}${draft.issue.signed ? ` · ${ctx.t("alarms.draft.signed")}` : ""}`] : ` ${draft.reason}`),
      Object.entries(draft.texts).map(([language, fields]) => h("div", {class: "said", lang: language === "zh" ? "zh-CN" : language}, h("strong", {}, fields.headline), fields.description.split(/\n+/).map((each) => h("p", {}, each)), fields.instruction ? h("p", {class: "instruction"}, fields.instruction) : null)),
      h("div", {class: "line"}, can ? ["update", "cancel", "mistake"].map((what) => h("button", {type: "button", class: what === "update" ? "" : "danger", onclick: () => why(what, draft)}, ctx.t(`alarms.draft.${what}`))) : null,
        draft.stage === "issued" ? h("button", {type: "button", onclick: () => ctx.send("xml", {id: draft.id})}, "XML") : null));
  }

  function show(state) {
    const draft = state.draft;
    const now = draft ? `${draft.id} ${draft.step} ${draft.stage} ${ctx.language} ${state.live} ${state.outline} ${JSON.stringify(state.may)}` : `none ${state.row ? state.row.id : ""} ${state.live} ${ctx.language} ${JSON.stringify(state.may)}`;
    if (now === key || (reading && key)) return;
    if (dirty && draft && key.startsWith(`${draft.id} `)) { // somebody else changed it while words are being typed here
      if (!home.querySelector(".moved")) home.prepend(h("p", {class: "notice moved", role: "status"}, ctx.t("alarms.draft.moved"), " ", h("button", {type: "button", onclick: () => { dirty = false; key = ""; show(ctx.state); }}, ctx.t("alarms.draft.again"))));
      return;
    }
    key = now; dirty = false; reading = "";
    const can = allowed("decide", state.may) && state.live;
    const writing = (state.drafts || []).some((each) => each.stage === "writing");
    fill(home,
      h("div", {class: "line"}, can && !writing ? h("button", {type: "button", class: "primary write", onclick: () => send({what: "new", alarm: state.row.id, whole: true})}, ctx.t("alarms.draft.new")) : null,
        (state.drafts || []).length > 1 ? state.drafts.map((each) => h("button", {type: "button", "aria-pressed": draft && each.id === draft.id ? "true" : "false", onclick: () => { dirty = false; ctx.send("draft", {id: each.id}); }}, `${ctx.t(`alarms.draft.kind.${each.kind}`)} · ${ctx.t(`alarms.draft.stage.${each.stage}`)} · ${clockTime(each.at, ctx.zone, ctx.now())}`)) : null),
      draft ? [draft.stage === "writing" ? editor(draft, state) : issued(draft, state),
        h("ol", {class: "trail muted"}, draft.steps.map((each) => h("li", {}, h("span", {class: "num"}, fullTime(each.at, ctx.zone)), ` ${each.by}: ${ctx.t(`alarms.draft.step.${each.event}`)}`)))] : h("p", {class: "muted"}, ctx.t(can ? "alarms.draft.none" : "alarms.draft.maynot")));
  }
  return {home, show};
}

// What can be done to alarms, and the small form that asks for what an act needs before it is sent.

/** The acts that make sense for one alarm, by its state; the server checks them all the same. */
function actsFor(row) {
  if (row.state === "closed") return row.undo ? ["undo"] : [];
  const covered = row.shelf ? ["unshelve"] : ["shelve"];
  return [
    ...(row.waits ? ["acknowledge"] : []), "assign", ...(row.state === "unacknowledged" ? ["escalate"] : []), ...covered,
    ...(row.override ? ["release"] : ["override"]), ...(row.disabled ? ["enable"] : ["disable"]), "close", ...(row.undo ? ["undo"] : []),
  ];
}

const ACT_KEYS = {acknowledge: "a", assign: "e", shelve: "h", unshelve: "h", override: "r", release: "r", close: "c", undo: "u", merge: "m", split: "p"};
const NEEDS_RIGHT = {acknowledge: "acknowledge", assign: "acknowledge", escalate: "acknowledge", merge: "acknowledge", split: "acknowledge", undo: "acknowledge"};
const AT_ONCE = new Set(["undo", "unshelve", "release", "enable", "escalate"]);

function allowed(what, may) {
  return Boolean((may || {})[NEEDS_RIGHT[what] || "decide"]);
}

/** Ask for what an act needs. `send(values)` is called once with it; Escape closes. */
function actForm(ctx, what, count, {send, close, shelf, row}) {
  const reason = h("input", {type: "text", maxlength: "500", autocomplete: "off", name: "reason"});
  const to = h("input", {type: "text", maxlength: "80", autocomplete: "off", name: "to", value: row && row.owner});
  const hours = [0.25, 0.5, 1, 2, 4, 8, 12, 24].filter((each) => each <= (what === "shelve" ? shelf : 24));
  const until = h("select", {name: "until"}, hours.map((each) => h("option", {value: String(each * 60), selected: each === 1}, each < 1 ? ctx.t("time.min", {n: each * 60}) : ctx.t("time.h", {n: each}))));
  const colour = h("select", {name: "colour"}, [...COLOURS, ""].map((each) => h("option", {value: each, selected: Boolean(row) && each === row.colour}, ctx.t(each ? `alarms.colour.${each}` : "alarms.colour.none"))));
  const problem = h("p", {class: "late problem", role: "alert", hidden: true});
  const needsReason = ["shelve", "override", "disable", "close"].includes(what);
  const asked = {reason: () => field(ctx.t("alarms.reason"), reason), note: () => field(ctx.t("alarms.note"), reason), to: () => field(ctx.t("alarms.to"), to), until: () => field(ctx.t("alarms.for"), until), colour: () => field(ctx.t("alarms.newcolour"), colour)};
  const fields = ({acknowledge: ["note"], assign: ["to"], shelve: ["reason", "until"], override: ["colour", "reason", "until"], disable: ["reason"], close: ["reason"]}[what] || []).map((each) => asked[each]());
  const go = h("button", {type: "submit", class: `primary ${["close", "disable"].includes(what) ? "danger" : ""}`}, count > 1 ? `${ctx.t(`alarms.act.${what}`)} (${count})` : ctx.t(`alarms.act.${what}`));
  const form = h("form", {
    class: "actform", "aria-label": ctx.t(`alarms.act.${what}`),
    onsubmit: (event) => {
      event.preventDefault();
      if (needsReason && !reason.value.trim()) { fill(problem, ctx.t("alarms.reason.needed")); problem.hidden = false; reason.focus(); return; }
      if (what === "assign" && !to.value.trim()) { to.focus(); return; }
      send({reason: reason.value, to: to.value, minutes: Number(until.value), colour: colour.value});
    },
    onkeydown: (event) => { event.stopPropagation(); if (event.key === "Escape") { event.preventDefault(); close(); } },
  }, h("p", {class: "ask"}, ctx.t(`alarms.ask.${what}`, {n: count})), fields, problem, h("div", {class: "line"}, go, h("button", {type: "button", onclick: close}, ctx.t("alarms.cancel"))));
  const first = () => (form.querySelector("input, select") || go).focus();
  return {form, first};
}

// The rules: a list; one rule as text, as a form beside its curve, on the past, and how good it was.

const TRIAL_DAYS = [1, 7, 30, 90, 365, 3650];

const RulesPane = pane("ruledesk", (ctx) => {
  const notice = h("div", {class: "notice", role: "status", hidden: true});
  const list = h("div", {class: "rulelist", role: "region", tabindex: "0"});
  const text = h("textarea", {rows: "18", spellcheck: "false", wrap: "off", autocomplete: "off", oninput: () => { clearTimeout(timer); timer = setTimeout(() => ctx.send("check", {text: text.value}), 500); lined(); }, onscroll: () => { gutter.scrollTop = text.scrollTop; }, onkeydown: (event) => event.stopPropagation()});
  const gutter = h("pre", {class: "gutter", "aria-hidden": "true"});
  const title = h("h2", {}), about = h("div", {}), problems = h("div", {class: "problems", "aria-live": "polite"}), form = h("div", {}), picture = h("div", {}), trial = h("div", {"aria-live": "polite"}), saving = h("div", {}), history = h("div", {});
  const days = h("select", {}), tries = h("button", {type: "button", class: "primary", onclick: () => ctx.send("try", {text: text.value, days: Number(days.value)})});
  const stop = h("button", {type: "button", onclick: () => ctx.send("cancel")}), bar = h("progress", {max: "1"});
  const yaml = h("button", {type: "button", class: "take", onclick: () => ctx.send("file", {text: text.value})}, "YAML");
  const station = h("select", {onchange: () => ctx.send("series", {name: station.value})});
  const reason = h("input", {type: "text", maxlength: "1000", onkeydown: (event) => event.stopPropagation()});
  const save = h("button", {type: "submit", class: "primary"});
  const body = h("div", {class: "rulebody", role: "region", tabindex: "0", hidden: true}, title, about,
    h("div", {class: "editor"}, gutter, text), problems, h("div", {class: "line"}, h("label", {class: "field"}, h("span", {class: "stationlabel"}), station)), form, picture,
    h("div", {class: "line tries"}, days, tries, bar, stop, yaml), trial, saving, history);
  const empty = h("div", {class: "empty"});
  ctx.root.append(notice, h("div", {class: "halves"}, list, h("div", {class: "right"}, body, empty)));
  let timer = 0, turn = -1, asked = "";
  ctx.ends(() => clearTimeout(timer));

  function lined() {
    const wrong = new Set(((ctx.state.chosen || {}).problems || []).map((each) => each.line));
    fill(gutter, text.value.split("\n").map((each, at) => h("span", {class: wrong.has(at + 1) ? "bad" : ""}, `${at + 1}\n`)));
  }

  function drawList(state) {
    const chosen = state.chosen ? state.chosen.id : "";
    const top = list.scrollTop;
    const item = (each, label, small) => h("li", {}, h("button", {type: "button", class: `link ${each.id === chosen ? "on" : ""}`, "aria-current": each.id === chosen ? "true" : null, onclick: () => ctx.send("choose", {id: each.id})}, label), h("div", {class: "muted small"}, small));
    fill(list, h("h2", {}, ctx.t("rules.title")),
      h("ul", {}, state.rules.map((each) => item(each, ctx.language === "zh" && each.zh ? each.zh : each.title, [each.hazard ? [hazardSign(each.hazard), " "] : null, ctx.t(`rules.kind.${each.kind}`), ` · ${each.version}`, each.enabled ? "" : ` · ${ctx.t("rules.off")}`, each.raises ? "" : ` · ${ctx.t("rules.part")}`]))),
      state.sets.length ? [h("h2", {}, ctx.t("rules.sets")), h("ul", {}, state.sets.map((each) => item(each, each.id, each.source)))] : null,
      state.problems.length ? [h("h2", {}, ctx.t("rules.problems")), h("ul", {class: "late"}, state.problems.map((each) => h("li", {}, `${each.file}:${each.line}:${each.column} ${each.where}: ${each.message}`)))] : null);
    list.scrollTop = top;
  }

  function drawForm(chosen, state) {
    const active = ctx.root.getRootNode().activeElement;
    if (active && form.contains(active)) return; // somebody is typing there
    const inputs = chosen.limits.map((each) => [each.name, h("input", {type: "number", step: "any", value: String(each.value), onkeydown: (event) => event.stopPropagation(), onchange: () => {
      ctx.send("limits", {text: text.value, limits: Object.fromEntries(inputs.map(([name, node]) => [name, Number(node.value)]))});
    }}), each]);
    fill(form, inputs.length ? h("div", {class: "fields"}, inputs.map(([name, node, each]) => h("label", {class: "field"}, h("span", {}, sign(BY_COLOUR[each.colour] || "Unknown", 13), ` ${name}${chosen.curve && chosen.curve.units ? ` (${chosen.curve.units})` : ""}`), node)))
      : h("p", {class: "muted"}, ctx.t("rules.own"), " ", chosen.shown && state.may ? h("button", {type: "button", class: "link", onclick: () => ctx.send("fresh", {series: chosen.shown})}, ctx.t("rules.newset")) : null));
  }

  function drawPicture(chosen) {
    const curve = chosen && chosen.curve;
    const who = curve ? titled(ctx, chosen.series.find((each) => each.name === chosen.shown) || {title: chosen.shown}) : "";
    fill(picture, curve ? drawCurve(ctx, {...curve, width: roomOf(ctx, picture)}, `${who}${curve.spans.length ? ` · ${ctx.t("rules.marked")}` : ""}`) : null);
  }
  whenSized(ctx, picture, () => drawPicture(ctx.state.chosen));

  function drawTrial(chosen) {
    const made = chosen.trial;
    const running = chosen.progress !== null;
    bar.hidden = stop.hidden = !running;
    tries.disabled = running || chosen.what !== "rule" || chosen.problems.length > 0;
    if (running) bar.value = chosen.progress;
    if (chosen.failed) { fill(trial, h("p", {class: "notice bad", role: "alert"}, chosen.failed)); return; }
    if (!made) { fill(trial); return; }
    const skill = made.skill;
    fill(trial,
      h("p", {class: "verdict"}, h("strong", {}, ctx.t("rules.fired", {n: number(made.count), span: span(made.end - made.start, ctx.language)})), ` ${ctx.t("rules.fired.more", {places: number(made.places), of: number(made.subjects), day: amount(made.per_day), chatter: number(made.chattering)})}`),
      made.note ? h("p", {class: "muted", lang: "en"}, made.note) : null,
      skill ? h("table", {class: "skill"}, h("caption", {}, ctx.t("rules.skill", {n: number(skill.events)})), h("tbody", {}, [["hits", number(skill.hits)], ["misses", number(skill.misses)], ["false_alarms", number(skill.false_alarms)], ["pod", share(skill.pod)], ["far", share(skill.far)], ["csi", share(skill.csi)],
        ["lead", skill.lead === null ? "–" : `${skill.lead < 0 ? "−" : ""}${span(Math.abs(skill.lead), ctx.language)}`], ["firm", amount(skill.firm)], ["risk_matrix_score", amount(skill.risk_matrix_score)]].map(([name, value]) => h("tr", {}, h("th", {scope: "row"}, ctx.t(`rules.skill.${name}`)), h("td", {class: "num"}, value)))))
        : h("p", {class: "muted"}, ctx.t("rules.skill.none")),
      made.firings.length ? h("table", {}, h("caption", {}, ctx.t("rules.firings")), h("thead", {}, h("tr", {}, ["station", "from", "until", "level", "value"].map((name) => h("th", {scope: "col"}, ctx.t(`rules.firing.${name}`))))),
        h("tbody", {}, made.firings.map((each) => h("tr", {}, h("th", {scope: "row"}, h("button", {type: "button", class: "link", onclick: () => ctx.send("series", {name: each.series})}, titled(ctx, each))), h("td", {class: "num"}, fullTime(each.start, ctx.zone)), h("td", {class: "num"}, each.ended ? fullTime(each.end, ctx.zone) : ctx.t("rules.goeson")), h("td", {}, each.name || each.level), h("td", {class: "num"}, amount(each.value)))))) : null);
  }

  const share = (value) => (value === null ? "–" : `${Math.round(value * 100)} %`);

  return (state) => {
    const chosen = state.chosen;
    notice.hidden = !(state.trouble || !state.live);
    notice.classList.toggle("bad", Boolean(state.trouble));
    fill(notice, state.trouble || ctx.t("rules.past"));
    list.setAttribute("aria-label", ctx.t("rules.title"));
    body.setAttribute("aria-label", ctx.t("rules.one"));
    drawList(state);
    body.hidden = !chosen;
    empty.hidden = Boolean(chosen);
    fill(empty, ctx.t("rules.choose"));
    if (!chosen) return;
    if (chosen.turn !== turn) { turn = chosen.turn; text.value = chosen.text; }
    text.setAttribute("aria-label", ctx.t("rules.text"));
    text.readOnly = !state.may || !state.live;
    lined();
    fill(title, chosen.id || ctx.t("rules.new"));
    fill(about, chosen.response ? h("p", {}, h("strong", {}, ctx.t("rules.response")), ` ${ctx.language === "zh" && chosen.response.zh ? chosen.response.zh : chosen.response.en}`) : null, chosen.source ? h("p", {class: "muted"}, chosen.source) : null);
    problems.className = `problems ${chosen.problems.length ? "bad" : ""}`;
    fill(problems, chosen.problems.length ? h("ul", {}, chosen.problems.map((each) => h("li", {}, h("button", {type: "button", class: "link", onclick: () => go(each.line)}, ctx.t("rules.line", {line: each.line, column: each.column})), ` ${each.where} ${each.message}`))) : h("p", {class: "fine"}, healthSign("ok"), ` ${ctx.t("rules.fine")}`));
    fill(body.querySelector(".stationlabel"), ctx.t("rules.station", {n: number(chosen.series.length)}));
    fill(station, chosen.series.map((each) => h("option", {value: each.name, selected: each.name === chosen.shown}, titled(ctx, each))));
    station.disabled = !chosen.series.length;
    drawForm(chosen, state);
    drawPicture(chosen);
    if (asked !== ctx.language) {
      asked = ctx.language;
      fill(days, TRIAL_DAYS.map((each) => h("option", {value: String(each)}, ctx.t("rules.days", {n: each}))));
      days.setAttribute("aria-label", ctx.t("rules.back"));
      bar.setAttribute("aria-label", ctx.t("rules.trying"));
      fill(tries, ctx.t("rules.try"));
      yaml.title = ctx.t("rules.yaml");
      yaml.setAttribute("aria-label", ctx.t("rules.yaml"));
      fill(stop, ctx.t("alarms.cancel"));
      fill(save, ctx.t("rules.save"));
      fill(saving, h("form", {class: "line", onsubmit: (event) => { event.preventDefault(); if (!reason.value.trim()) { ctx.say(ctx.t("alarms.reason.needed"), true); reason.focus(); return; } ctx.send("save", {text: text.value, reason: reason.value}); reason.value = ""; }}, field(ctx.t("rules.why"), reason), save));
    }
    days.value = String(chosen.days);
    drawTrial(chosen);
    saving.hidden = !state.may || !state.live;
    save.disabled = chosen.problems.length > 0;
    fill(history, chosen.history.length ? [h("h2", {}, ctx.t("rules.history")), h("ol", {class: "trail"}, chosen.history.map((each) => h("li", {}, h("strong", {}, each.version), ` ${fullTime(each.at, ctx.zone)} · ${each.by}${each.removed ? ` · ${ctx.t("rules.removed")}` : ""}: ${each.why}`)))] : null);
  };

  function go(line) {
    const before = text.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(before, before + (text.value.split("\n")[line - 1] || "").length);
  }
});

// A sound for new alarms that nobody has taken note of: made here, off until somebody turns it on.

const SOUND_KEY = "wf-alarm-sound";

/** Two tones, twice for red; no file, nothing is fetched. */
function beep(audio, colour) {
  const base = {red: 880, orange: 740, yellow: 587, blue: 494}[colour] || 587;
  const turns = colour === "red" ? 4 : 2;
  for (let turn = 0; turn < turns; turn += 1) {
    const at = audio.currentTime + turn * 0.28;
    const tone = audio.createOscillator(), loud = audio.createGain();
    tone.frequency.value = turn % 2 ? base * 0.75 : base;
    loud.gain.setValueAtTime(0.0001, at);
    loud.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.25);
    tone.connect(loud).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.27);
  }
}

/** A choice of colours from which on a new alarm is heard; `hear(calls)` is told when alarms of each colour began to wait. */
function sounding(ctx) {
  let audio = null, before = null;
  let held = "";
  try { held = localStorage.getItem(SOUND_KEY) || ""; } catch (error) { held = ""; }
  if (!COLOURS.includes(held)) held = "";
  const choice = h("select", {class: "sound", onchange: () => {
    held = choice.value;
    try { localStorage.setItem(SOUND_KEY, held); } catch (error) { /* it holds for this page only */ }
    if (held) { audio = audio || new AudioContext(); audio.resume(); beep(audio, held); }
  }});
  const words = () => {
    choice.setAttribute("aria-label", ctx.t("alarms.sound"));
    choice.title = ctx.t("alarms.sound.long");
    fill(choice, h("option", {value: ""}, ctx.t("alarms.sound.off")), COLOURS.map((colour) => h("option", {value: colour}, ctx.t("alarms.sound.from", {colour: ctx.t(`alarms.colour.${colour}`)}))));
    choice.value = held;
  };
  ctx.ends(() => { if (audio) audio.close(); });
  return {
    choice, words,
    hear(calls, live) {
      const last = before;
      before = {...calls};
      if (!last || !held || !live) return;
      const worst = COLOURS.slice(0, COLOURS.indexOf(held) + 1).find((colour) => (calls[colour] || 0) > (last[colour] || 0));
      if (!worst) return;
      audio = audio || new AudioContext(); // without a touch of the page the browser keeps it still
      beep(audio, worst);
    },
  };
}

// What the parts of the alarms share: signs of states, lengths of time, values with their units.

const COLOURS = ["red", "orange", "yellow", "blue"];
const BY_COLOUR = {red: "Extreme", orange: "Severe", yellow: "Moderate", blue: "Minor"};

const STATES = {
  unacknowledged: "M8 1.500 v8 M8 12.500 v1.500",
  acknowledged: "M2 8.500 L6.500 13 L14 3",
  returned: "M8 2 v10 M3.500 8 L8 12.500 L12.500 8",
  shelved: "M5 3 v10 M11 3 v10",
  suppressed: "M2 14 L9 7 M9 7 a3.500 3.500 0 1 1 3 3 M9 7 L12 10",
  "out-of-service": "M3 3 L13 13 M13 3 L3 13",
  closed: "M3 3 H13 V13 H3 Z",
};

function stateSign(state) {
  return s("svg", {viewBox: "0 0 16 16", style: em(13), "aria-hidden": "true", class: `astate ${state}`}, s("path", {d: STATES[state] || STATES.closed}));
}

/** Sign and word of a warning colour: never the colour alone. */
function colourWord(ctx, colour) {
  const severity = BY_COLOUR[colour] || "Unknown";
  return h("span", {class: "acolour"}, sign(severity, 15), h("span", {class: `severity ${severity}`}, ctx.t(colour ? `alarms.colour.${colour}` : "alarms.colour.none")));
}

function titled(ctx, item) {
  return ctx.language === "zh" && item.zh ? item.zh : item.title;
}

/** What was said of something by name, in the page's language; of what is known in English words alone, those. */
function spoken(ctx, item, name, attrs) {
  const zh = ctx.language === "zh" && item[`${name}_zh`];
  return {attrs: {...attrs, lang: zh ? "zh-Hans" : "en"}, text: zh || item[name]};
}

/** The paragraph that says why. */
function reasoned(ctx, row) {
  const said = spoken(ctx, row, "why", {class: "why"});
  return h("p", said.attrs, said.text);
}

/** "4 min 05 s", "2 h 10 min". */
function lasting(ctx, ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 3600) return ctx.t("alarms.mmss", {m: Math.floor(seconds / 60), s: String(seconds % 60).padStart(2, "0")});
  if (seconds < 172800) return ctx.t("alarms.hhmm", {h: Math.floor(seconds / 3600), m: String(Math.floor(seconds / 60) % 60).padStart(2, "0")});
  return ctx.t("time.d", {n: Math.round(seconds / 86400)});
}

function amount(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  return number(value, size >= 100 ? 1 : size >= 1 ? 2 : 3);
}

/** "2.41 m, limit 2.40 m". */
function held(ctx, row) {
  if (row.value === null || row.value === undefined) return null;
  const units = row.units ? ` ${row.units}` : "";
  const limit = row.limit === null || row.limit === undefined ? null : h("span", {class: "muted"}, ` ${ctx.t("alarms.limit")} ${amount(row.limit)}${units}`);
  return h("span", {class: "measured num"}, h("strong", {}, `${amount(row.value)}${units}`), limit);
}

function places(ctx, row) {
  const names = row.stations.map((one) => (ctx.language === "zh" && one.zh ? one.zh : one.title));
  return names.slice(0, 3).join(", ") + (names.length + row.more > 3 ? ` +${names.length + row.more - 3}` : "");
}

/** Who did something, when, why, until when. */
function done(ctx, act) {
  if (!act) return "";
  const until = act.until ? ` ${ctx.t("alarms.until", {time: clockTime(act.until, ctx.zone, ctx.now())})}` : "";
  return `${act.by} ${clockTime(act.at, ctx.zone, ctx.now())}${until}${act.reason ? `: ${act.reason}` : ""}`;
}

/** What else is to be said of an alarm, each with its reason. */
function remarks(ctx, row) {
  const found = [];
  const put = (name, why) => found.push(h("span", {class: `remark ${name}`}, h("span", {class: "badge"}, ctx.t(`alarms.remark.${name}`)), why ? ` ${why}` : ""));
  if (row.escalated) put("escalated", ctx.t("alarms.times", {n: row.escalated}));
  if (row.owner) put("owner", row.owner);
  if (row.weakened) put("weakened", ctx.t("alarms.weakened"));
  if (row.chattering) put("chattering", ctx.t("alarms.chattering", {n: row.chattering}));
  if (row.shelf) put("shelved", done(ctx, row.shelf));
  if (row.override) put("override", `${ctx.t(row.by_rule ? `alarms.colour.${row.by_rule}` : "alarms.colour.none")} → ${ctx.t(row.override.colour ? `alarms.colour.${row.override.colour}` : "alarms.colour.none")}, ${done(ctx, row.override)}`);
  if (row.disabled) put("disabled", done(ctx, row.disabled));
  if (row.suppressed) put("suppressed", row.suppressed);
  if (!row.standing && row.cleared !== null) put("cleared", clockTime(row.cleared, ctx.zone, ctx.now()));
  return found;
}

/** A field with its label; the label is read out with it. */
function field(label, input) {
  return h("label", {class: "field"}, h("span", {}, label), input);
}

// The alarm list: events and alarms as options of one listbox, and what can be done to the chosen one below them.

const AlarmsPane = pane("alarmlist", (ctx) => {
  const title = h("div", {class: "title", role: "status"});
  const sound = sounding(ctx);
  const shows = h("div", {class: "chips shows", role: "group"});
  const notice = h("div", {class: "notice", role: "status", hidden: true});
  const box = h("div", {class: "box", role: "listbox", tabindex: "0", onkeydown: key});
  const empty = h("div", {class: "empty", hidden: true});
  const acts = h("div", {class: "acts", role: "group", hidden: true});
  const spoken = h("div", {class: "spoken", "aria-live": "assertive", role: "alert"});
  ctx.root.append(h("div", {class: "head"}, title, WALL ? null : sound.choice), shows, notice, box, empty, acts, spoken);

  let cursor = null; // "g:<group>" or "a:<alarm>"
  let lines = []; // what stands in the listbox, in its order
  let asking = null; // the form that is open
  let selected = null, heard = null;
  const marked = new Set();
  let standing = new Map(), fresh = standing; // the nodes of the rows that stand there, and what they say

  const line = () => lines.find((each) => each.key === cursor) || null;
  const rows = () => lines.filter((each) => each.row).map((each) => each.row);

  // ---- drawing ----

  const linkedTo = (row, state) => Boolean(state.series) && row.series.includes(state.series);

  /** Have a node hold some nodes in their order; those that stand there already are not touched. */
  function settle(parent, wanted) {
    const all = new Set(wanted);
    for (const node of [...parent.children]) if (!all.has(node)) node.remove();
    wanted.forEach((node, at) => { if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] || null); });
  }

  function drawRow(row, state, many) {
    const key = `a:${row.id}`;
    const linked = linkedTo(row, state);
    return h("div", {
      role: "option", id: `alarm-${row.id}`, class: `arow ${many ? "part" : ""} ${row.state} ${row.waits ? "waits" : ""} ${linked ? "linked" : ""} ${key === cursor ? "on" : ""}`,
      "aria-selected": key === cursor ? "true" : "false", "aria-checked": marked.has(row.id) ? "true" : null, "data-key": key,
      "data-colour": row.colour || "none",
      onclick: (event) => { if (event.ctrlKey || event.metaKey || event.shiftKey) mark(row.id); choose(key); box.focus({preventScroll: true}); }, ondblclick: () => open(row.id),
    },
    h("div", {class: "line"}, marked.has(row.id) ? h("strong", {class: "picked"}, "✓ ") : null, colourWord(ctx, row.colour), stateSign(row.state), h("span", {class: `stateword ${row.state}`}, ctx.t(`alarms.state.${row.state}`)),
      row.grade ? h("span", {class: "badge"}, ctx.t("alarms.grade", {grade: row.grade})) : null, timer(row)),
    h("div", {class: "atitle"}, titled(ctx, row)),
    h("div", {class: "line small"}, hazardSign(row.hazard), h("span", {class: "where"}, places(ctx, row)), held(ctx, row), h("span", {class: "muted num since", title: fullTime(row.onset, ctx.zone)}, ctx.t("alarms.since", {time: clockTime(row.onset, ctx.zone, ctx.now()), ago: ago(row.onset, ctx.now(), ctx.language)}))),
    remarks(ctx, row).map((each) => h("div", {class: "line small"}, each)));
  }

  function timer(row) {
    if (!row.rung || !ctx.state.live) return null;
    return h("span", {class: "timer num", "data-until": String(row.rung.at), "data-to": row.rung.to}, until(row.rung.at, row.rung.to));
  }

  function until(at, to) {
    const left = at - ctx.present();
    return left > 0 ? ctx.t("alarms.timer", {left: lasting(ctx, left), to}) : ctx.t("alarms.timer.over", {to});
  }

  function drawGroup(group, state) {
    const key = `g:${group.id}`;
    const states = Object.entries(group.states).map(([name, count]) => h("span", {class: `stateword ${name}`}, stateSign(name), ` ${number(count)}`));
    return h("div", {
      role: "option", id: `event-${group.id}`, class: `agroup ${group.waiting ? "waits" : ""} ${key === cursor ? "on" : ""}`, "aria-selected": key === cursor ? "true" : "false",
      "data-key": key, onclick: () => { choose(key); box.focus({preventScroll: true}); ctx.send("fold", {group: group.id, open: !group.open}); },
    },
    h("div", {class: "line"}, h("span", {class: "turn", "aria-hidden": "true"}, group.open ? "▾" : "▸"), h("span", {class: "spoken"}, ctx.t(group.open ? "alarms.unfolded" : "alarms.folded")), colourWord(ctx, group.colour), h("strong", {}, ctx.t("alarms.event", {n: number(group.count)})), hazardSign(group.hazard), h("span", {}, ctx.t(`hazard.${group.hazard}`)), h("span", {class: "states"}, states)),
    group.open ? null : h("div", {class: "atitle"}, titled(ctx, group)),
    h("div", {class: "line small muted"}, h("span", {class: "where"}, group.area), h("span", {class: "num since"}, ctx.t("alarms.since", {time: clockTime(group.onset, ctx.zone, ctx.now()), ago: ago(group.onset, ctx.now(), ctx.language)}))));
  }

  /** A row that says the same is not made again. */
  function same(key, said, make) {
    const text = JSON.stringify(said), before = standing.get(key);
    const node = before && before.text === text ? before.node : make();
    fresh.set(key, {text, node});
    return node;
  }

  function draw(anew) {
    const state = ctx.state;
    lines = [];
    const nodes = [];
    fresh = new Map();
    if (anew) standing.clear();
    const around = [ctx.language, ctx.zone, state.live];
    for (const group of state.groups || []) {
      const many = group.count > 1;
      if (many) { lines.push({key: `g:${group.id}`, group}); nodes.push(same(`g:${group.id}`, [{...group, rows: 0}, ...around], () => drawGroup(group, state))); }
      for (const row of group.rows) {
        lines.push({key: `a:${row.id}`, row, group});
        nodes.push(same(`a:${row.id}`, [row, many, marked.has(row.id), linkedTo(row, state), ...around], () => drawRow(row, state, many)));
      }
      if (group.more) nodes.push(h("button", {type: "button", class: "link more", tabindex: "-1", onclick: () => ctx.send("more", {group: group.id})}, `${ctx.t("alarms.more", {n: number(group.more)})}: ${titled(ctx, group)}`));
    }
    standing = fresh;
    if (cursor && !line()) cursor = null;
    const top = box.scrollTop;
    settle(box, nodes.filter((node) => node.getAttribute("role") === "option"));
    const extra = nodes.filter((node) => node.getAttribute("role") !== "option");
    fill(tail, extra, state.more ? h("button", {type: "button", class: "link", onclick: () => ctx.send("more")}, ctx.t("alarms.more", {n: number(state.more)})) : null);
    tail.hidden = !tail.childNodes.length;
    box.scrollTop = top;
    point();
  }

  const tail = h("div", {class: "tail", hidden: true});
  box.after(tail);

  function point() {
    for (const node of box.children) {
      const on = node.dataset.key === cursor;
      node.classList.toggle("on", on);
      node.setAttribute("aria-selected", on ? "true" : "false");
      if (on) box.setAttribute("aria-activedescendant", node.id);
    }
    if (!cursor) box.removeAttribute("aria-activedescendant");
    if (!asking) drawActs();
  }

  function reveal() {
    const node = [...box.children].find((each) => each.dataset.key === cursor);
    if (node) node.scrollIntoView({block: "nearest"});
  }

  let high = 0; // what is chosen stays in sight when a curve or a form takes room from the list
  const sized = new ResizeObserver(() => {
    if (cursor && box.clientHeight < high) reveal();
    high = box.clientHeight;
  });
  sized.observe(box);

  // ---- choosing ----

  function choose(key) {
    if (asking) stopAsking();
    cursor = key;
    const found = line();
    if (found && found.row && found.row.id !== ctx.state.selected) { selected = found.row.id; ctx.send("select", {id: found.row.id}); }
    point();
    reveal();
  }

  function move(step) {
    if (!lines.length) return;
    const at = lines.findIndex((each) => each.key === cursor);
    const place = at < 0 ? (step > 0 ? 0 : lines.length - 1) : Math.min(lines.length - 1, Math.max(0, at + step));
    choose(lines[place].key);
  }

  function mark(id) {
    if (marked.has(id)) marked.delete(id);
    else marked.add(id);
    draw();
  }

  function open(id) { ctx.send("open", {id}); }

  function key(event) {
    if (WALL || event.ctrlKey || event.metaKey || event.altKey) return;
    const found = line();
    const steps = {ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 8, PageUp: -8, Home: -lines.length, End: lines.length};
    const what = Object.keys(ACT_KEYS).find((each) => ACT_KEYS[each] === event.key && offered().includes(each));
    if (event.key in steps) move(steps[event.key]);
    else if (event.key === "ArrowRight" && found && found.group && !found.group.open) ctx.send("fold", {group: found.group.id, open: true});
    else if (event.key === "ArrowLeft" && found && found.group && found.group.count > 1 && found.group.open) { cursor = `g:${found.group.id}`; ctx.send("fold", {group: found.group.id, open: false}); }
    else if (event.key === "Enter" && found) { if (found.row) open(found.row.id); else ctx.send("fold", {group: found.group.id, open: !found.group.open}); }
    else if ((event.key === "x" || event.key === " ") && found && found.row) mark(found.row.id);
    else if (event.key === "Escape" && (marked.size || cursor)) { marked.clear(); cursor = null; ctx.send("select", {id: null}); draw(); }
    else if (what) ask(what);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // ---- acting ----

  /** What an act is about: the marked alarms, a whole event, or the chosen alarm. */
  function meant(what, group) {
    const found = line();
    const whole = group || (!marked.size && found && !found.row ? found.group : null);
    if (whole) return {count: what === "acknowledge" ? whole.waiting : whole.count, about: {group: whole.id, last: whole.last}};
    const wanted = marked.size ? rows().filter((row) => marked.has(row.id)) : found ? [found.row] : [];
    const about = what === "acknowledge" ? wanted.filter((row) => row.waits) : wanted;
    return {count: about.length, about: {ids: about.map((row) => row.id), seen: Object.fromEntries(about.map((row) => [row.id, row.step]))}};
  }

  function offered() {
    const found = line();
    if (marked.size > 1) return ["acknowledge", "assign", "shelve", "merge", "split", "close"];
    if (!found) return [];
    if (!found.row) return [...(found.group.waiting ? ["acknowledge"] : []), "assign", "shelve", "close"];
    return [...actsFor(found.row), ...(found.group.count > 1 ? ["split"] : [])];
  }

  function drawActs() {
    const found = line();
    const state = ctx.state;
    acts.hidden = WALL || (!found && marked.size < 2);
    if (acts.hidden) { fill(acts); return; }
    const focused = ctx.root.getRootNode().activeElement;
    const again = focused && acts.contains(focused) ? focused.dataset.act : null;
    const many = marked.size > 1 ? ctx.t("alarms.marked", {n: marked.size}) : found.row ? titled(ctx, found.row) : ctx.t("alarms.event", {n: number(found.group.count)});
    const whole = found && found.row && found.group.count > 1 && found.group.waiting > 1 && marked.size < 2;
    fill(acts,
      h("div", {class: "about"}, h("strong", {}, many)),
      found && found.row && marked.size < 2 && found.row.why ? reasoned(ctx, found.row) : null,
      !state.live ? h("p", {class: "muted"}, ctx.t("alarms.past.off"))
        : h("div", {class: "chips"},
          offered().map((what) => button(what, () => ask(what), what === "acknowledge")),
          whole ? button("acknowledge-event", () => ask("acknowledge", found.group), false, found.group.waiting) : null,
          found && found.row ? h("button", {type: "button", "data-act": "open", onclick: () => open(found.row.id)}, ctx.t("alarms.open")) : null),
      state.live && !(state.may || {}).acknowledge ? h("p", {class: "muted"}, ctx.t("alarms.maynot")) : null);
    if (again) { const same = acts.querySelector(`[data-act="${again}"]`); if (same) same.focus(); }
  }

  function button(what, work, primary, count) {
    const act = what === "acknowledge-event" ? "acknowledge" : what;
    const shortcut = what in ACT_KEYS ? h("kbd", {"aria-hidden": "true"}, ACT_KEYS[what]) : null;
    return h("button", {type: "button", "data-act": what, class: primary ? "primary" : null, disabled: !allowed(act, ctx.state.may), "aria-keyshortcuts": ACT_KEYS[what] || null, onclick: work},
      count ? ctx.t("alarms.act.whole", {n: count}) : ctx.t(`alarms.act.${what}`), shortcut ? " " : null, shortcut);
  }

  /** Do an act at once where nothing is lost by it, or ask first. */
  function ask(what, group) {
    if (!ctx.state.live || !allowed(what, ctx.state.may)) { ctx.say(ctx.t(ctx.state.live ? "alarms.maynot" : "alarms.past.off"), true); return; }
    const found = line();
    if (!found && !marked.size) return;
    const {count, about} = meant(what, group);
    if (!count) { ctx.say(ctx.t("alarms.nothing")); return; }
    if (AT_ONCE.has(what) || (what === "acknowledge" && count === 1)) { send(what, about, {}); return; }
    stopAsking();
    const {form, first} = actForm(ctx, what, count, {
      shelf: ctx.state.shelf || 24, row: found && found.row, close: () => { stopAsking(); box.focus({preventScroll: true}); },
      send: (values) => { send(what, about, values); stopAsking(); box.focus({preventScroll: true}); },
    });
    asking = form;
    fill(acts, form);
    acts.hidden = false;
    first();
  }

  function send(what, about, values) {
    ctx.send("act", {what, ...about, ...values});
    if (marked.size) { marked.clear(); draw(); }
  }

  function stopAsking() {
    if (!asking) return;
    asking = null;
    drawActs();
  }

  ctx.listen(document, "wf:acknowledge", () => { if (cursor && !asking) ask("acknowledge"); });
  ctx.every(1000, () => {
    for (const node of box.querySelectorAll("[data-until]")) {
      const text = until(Number(node.dataset.until), node.dataset.to);
      if (node.textContent !== text) node.textContent = text;
      node.classList.toggle("over", Number(node.dataset.until) <= ctx.present());
    }
  });
  ctx.every(30000, () => { if (box.offsetParent && !asking) draw(true); });

  return (state) => {
    const groups = state.groups || [];
    box.setAttribute("aria-label", ctx.t("alarms.title"));
    acts.setAttribute("aria-label", ctx.t("alarms.acts"));
    shows.setAttribute("aria-label", ctx.t("alarms.show"));
    fill(title, h("strong", {}, ctx.t("monitor.alarms")), " ", h("span", {class: "num"}, ctx.t("alarms.count", {n: number(state.all), w: number(state.waiting)})));
    sound.words();
    shows.hidden = WALL;
    const csv = h("button", {type: "button", class: "chip take", "aria-label": ctx.t("alarms.csv"), title: ctx.t("alarms.csv"), disabled: !state.total, onclick: () => ctx.send("save")}, "CSV");
    fill(shows, ["open", "waiting", "shelved", "all"].map((name) => h("button", {type: "button", class: `chip ${state.show === name ? "on" : ""}`, "aria-pressed": state.show === name ? "true" : "false", onclick: () => ctx.send("show", {value: name})}, ctx.t(`alarms.show.${name}`))),
      state.filtered ? h("button", {type: "button", class: "chip", onclick: () => ctx.send("reset")}, `${ctx.t("action.reset")} (${number(state.total)})`) : null, csv);
    const says = state.trouble ? state.trouble : state.preparing ? ctx.t("alarms.preparing") : !state.live ? ctx.t("alarms.past") : "";
    notice.hidden = !says;
    notice.classList.toggle("bad", Boolean(state.trouble));
    fill(notice, says);
    const there = new Set(groups.flatMap((group) => group.rows.map((row) => row.id)));
    for (const id of [...marked]) if (!there.has(id)) marked.delete(id);
    if (state.selected !== selected) { // chosen elsewhere
      selected = state.selected;
      if (selected) cursor = `a:${selected}`;
      else if (cursor && cursor.startsWith("a:")) cursor = null;
    }
    const first = cursor && !line();
    draw();
    if (first && line()) reveal();
    empty.hidden = groups.length > 0;
    box.hidden = groups.length === 0;
    fill(empty, state.preparing ? ctx.t("alarms.preparing") : state.trouble ? ctx.t("alarms.unknown") : ctx.t(state.filtered || state.show === "waiting" || state.show === "shelved" ? "alarms.none.passing" : "alarms.none"));
    sound.hear(state.calls || {}, state.live && !state.preparing);
    const worst = rows().find((row) => row.waits);
    if (worst && state.live && worst.id !== heard) { if (heard !== null) fill(spoken, `${ctx.t(worst.colour ? `alarms.colour.${worst.colour}` : "alarms.colour.none")}: ${titled(ctx, worst)}`); heard = worst.id; }
    if (heard === null) heard = "";
  };
});

PANES.AlarmDepthPane = AlarmDepthPane;
PANES.RulesPane = RulesPane;
PANES.AlarmsPane = AlarmsPane;
}
{
// Several series over each other: who is who, with what lag they go together, and whether one of them broke.

const DASHES = [[], [9, 4], [2, 3], [12, 3, 2, 3], [5, 2], [14, 5]];
const LETTERS = "ABCDEF";

const ComparePane = pane("compare", (ctx) => {
  const search = h("input", {type: "search", maxlength: "80", autocomplete: "off"});
  const found = h("div", {class: "found chips"});
  const head = h("div", {class: "head"});
  const bar = h("div", {class: "finding"}, search, found);
  const notice = h("div", {class: "notice bad", role: "alert", hidden: true});
  const legend = h("ul", {class: "legend"});
  const canvas = h("canvas", {class: "plot", role: "img"});
  const stage = h("div", {class: "stage"}, canvas);
  const busy = h("div", {class: "muted", role: "status"});
  const pairs = h("div", {class: "pairs"});
  const small = h("canvas", {class: "mass", role: "img"});
  const broke = h("p", {class: "broke"});
  const mass = h("section", {class: "massed"}, h("h3", {}), h("div", {class: "square"}, small), broke);
  const below = h("div", {class: "below"}, h("div", {}, busy, pairs), mass);
  const empty = h("p", {class: "empty"});
  ctx.root.append(head, bar, notice, empty, legend, stage, below);
  let lines = [], typing = 0, asked = 0, pointer = null;

  const style = (name) => getComputedStyle(ctx.root).getPropertyValue(name).trim();
  const colour = (at) => style(`--line-${at}`);
  const title = (line) => (ctx.language === "zh" && line.zh ? line.zh : line.title);
  const value = (v) => (v === null || v === undefined ? "–" : number(v, digits(v)).replace("-", "−"));
  const placeOf = (name) => lines.findIndex((line) => line.name === name);
  const called = (name) => { const at = placeOf(name); return at < 0 ? name : `${LETTERS[at]} ${title(lines[at])}`; };

  /** "3 h 20 min", with its sign. */
  function lasting(seconds) {
    const minutes = Math.round(Math.abs(seconds) / 60), sign_ = seconds < 0 ? "−" : "";
    if (minutes < 60) return sign_ + ctx.t("time.min", {n: minutes});
    if (minutes < 2880) return sign_ + ctx.t("time.h", {n: Math.floor(minutes / 60)}) + (minutes % 60 ? " " + ctx.t("time.min", {n: minutes % 60}) : "");
    return sign_ + ctx.t("time.d", {n: number(minutes / 1440, 1)});
  }

  function surface(node, box) {
    const width = box.clientWidth, height = box.clientHeight, ratio = window.devicePixelRatio || 1;
    if (width < 60 || height < 60) return null;
    node.width = Math.round(width * ratio); node.height = Math.round(height * ratio);
    const g = node.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    g.font = `12px ${style("--wf-font") || "sans-serif"}`;
    return [g, width, height];
  }

  function bounds(low, high) {
    if (low === null || high === null || low === undefined || high === undefined) return [0, 1];
    const pad = (high - low || Math.abs(high) || 1) * 0.06;
    return [low - pad, high + pad];
  }

  function draw() {
    const state = ctx.state, made = surface(canvas, stage);
    if (!made || !lines.length) return;
    const [g, width, height] = made;
    const place = {left: 62, right: width - 30, top: 10, bottom: height - 38};
    const muted = style("--wf-muted"), line = style("--wf-line"), ink = style("--wf-text");
    const shared = state.axis === "shared";
    const told = lines.filter((one) => one.low !== null && one.low !== undefined);
    const all = told.length ? [Math.min(...told.map((one) => one.low)), Math.max(...told.map((one) => one.high))] : [null, null];
    const x = (t) => place.left + (t - state.from) / (state.to - state.from) * (place.right - place.left);
    const scale = (one) => {
      const [low, high] = shared ? bounds(...all) : bounds(one.low, one.high);
      return (v) => place.bottom - (v - low) / (high - low) * (place.bottom - place.top);
    };
    g.strokeStyle = line; g.fillStyle = muted; g.lineWidth = 1; g.textAlign = "right"; g.textBaseline = "middle";
    // the axis is everybody's, or that of the first: the others' ranges stand in the legend
    const [low, high] = shared ? bounds(...all) : bounds(lines[0].low, lines[0].high), y = scale(lines[0]);
    const step = niceStep(high - low, Math.max(2, (place.bottom - place.top) / 42));
    for (let n = Math.ceil(low / step); n * step <= high; n++) {
      const v = n * step || 0;
      g.beginPath(); g.moveTo(place.left, y(v)); g.lineTo(place.right, y(v)); g.stroke();
      g.fillText(number(v, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))).replace("-", "−"), place.left - 6, y(v));
    }
    const [times, every] = ticks(ctx.zone, state.from, state.to, Math.max(2, (place.right - place.left) / 78));
    g.textAlign = "center"; g.textBaseline = "top";
    for (const t of times) {
      g.beginPath(); g.moveTo(x(t), place.top); g.lineTo(x(t), place.bottom); g.stroke();
      g.fillText(label(ctx.zone, t, every), x(t), place.bottom + 5);
    }
    g.fillText(`${ctx.t("chart.time")} (${offset(state.to, ctx.zone)})`, (place.left + place.right) / 2, place.bottom + 21);
    g.save(); g.translate(11, (place.top + place.bottom) / 2); g.rotate(-Math.PI / 2); g.textBaseline = "middle";
    g.fillText(`${shared ? "" : "A "}${lines[0].field || ""}${lines[0].units ? ` (${lines[0].units})` : ""}`, 0, 0); g.restore();
    const ends = [];
    g.save(); g.beginPath(); g.rect(place.left, place.top, place.right - place.left, place.bottom - place.top); g.clip();
    lines.forEach((one, at) => {
      const up = scale(one), gap = Math.max(3 * (one.every || 0) * 1000, 4 * (state.to - state.from) / Math.max(1, place.right - place.left));
      g.strokeStyle = colour(at); g.setLineDash(DASHES[at]); g.lineWidth = at ? 1.6 : 2.2; g.lineJoin = "round"; g.beginPath();
      for (let i = 0, before = -Infinity; i < one.time.length; before = one.time[i], i++) {
        if (one.time[i] - before > gap) g.moveTo(x(one.time[i]), up(one.value[i])); else g.lineTo(x(one.time[i]), up(one.value[i]));
      }
      g.stroke(); g.setLineDash([]);
      if (one.value.length) ends.push([up(one.value[one.value.length - 1]), at]);
    });
    if (pointer !== null && pointer >= place.left && pointer <= place.right) {
      g.strokeStyle = muted; g.lineWidth = 1; g.beginPath(); g.moveTo(pointer, place.top); g.lineTo(pointer, place.bottom); g.stroke();
    }
    g.restore();
    g.textAlign = "left"; g.textBaseline = "middle"; g.fillStyle = ink;
    let last = -Infinity;
    for (const [py, at] of ends.sort((a, b) => a[0] - b[0])) {
      last = Math.max(py, last + 13);
      g.fillStyle = colour(at); g.fillRect(place.right + 4, last - 6, 3, 12);
      g.fillStyle = ink; g.fillText(LETTERS[at], place.right + 10, last);
    }
    return [place, state];
  }

  /** Write beside each line what it was at the time under the pointer. */
  function point(px) {
    pointer = px;
    const made = draw();
    const told = legend.querySelectorAll(".there");
    told.forEach((node) => fill(node));
    if (!made || px === null) return;
    const [place, state] = made;
    const t = state.from + (px - place.left) / (place.right - place.left) * (state.to - state.from);
    lines.forEach((one, at) => {
      let low = 0, high = one.time.length - 1;
      while (low < high) { const middle = (low + high) >> 1; if (one.time[middle] < t) low = middle + 1; else high = middle; }
      if (low && Math.abs(one.time[low - 1] - t) < Math.abs(one.time[low] - t)) low -= 1;
      const near = one.time.length && Math.abs(one.time[low] - t) <= Math.max((state.to - state.from) / 100, 2000 * (one.every || 0));
      if (near && told[at]) fill(told[at], `${value(one.value[low])} ${one.units} · ${clockTime(one.time[low], ctx.zone, ctx.now())}`);
    });
  }

  function massed(state) {
    const pair = state.pairs.find((one) => one.name === state.focus);
    const curve = pair && pair.mass;
    mass.hidden = !pair;
    if (!pair) return;
    fill(mass.firstChild, ctx.t("compare.mass.of", {first: called(lines[0].name), second: called(pair.name)}));
    small.parentNode.hidden = !curve.t;
    if (!curve.t) { fill(broke, curve.negative ? ctx.t("compare.mass.negative") : curve.refused); return; }
    fill(broke, curve.at === null ? ctx.t("compare.mass.steady", {slope: value(curve.slope), chance: number(curve.chance, 3)})
      : ctx.t("compare.mass.broke", {time: fullTime(curve.at, ctx.zone), before: value(curve.before), after: value(curve.after), chance: number(curve.chance, 3)}));
    small.setAttribute("aria-label", `${mass.firstChild.textContent}. ${broke.textContent}`);
    const made = surface(small, small.parentNode);
    if (!made) return;
    const [g, width, height] = made, place = {left: 12, right: width - 12, top: 10, bottom: height - 24};
    const mostX = Math.max(...curve.x) || 1, mostY = Math.max(...curve.y) || 1;
    const x = (v) => place.left + v / mostX * (place.right - place.left), y = (v) => place.bottom - v / mostY * (place.bottom - place.top);
    g.strokeStyle = style("--wf-line"); g.strokeRect(place.left, place.top, place.right - place.left, place.bottom - place.top);
    g.fillStyle = style("--wf-muted"); g.textBaseline = "top"; g.textAlign = "right";
    g.fillText(`Σ ${LETTERS[0]} ${value(mostX)}`, place.right, place.bottom + 6);
    g.textAlign = "left"; g.fillText(`Σ ${LETTERS[placeOf(pair.name)]} ${value(mostY)}`, place.left + 5, place.top + 5);
    g.strokeStyle = style("--wf-muted"); g.setLineDash([3, 4]); g.beginPath(); g.moveTo(x(0), y(0)); g.lineTo(x(mostX), y(mostX * curve.slope)); g.stroke(); g.setLineDash([]);
    g.strokeStyle = colour(placeOf(pair.name)); g.lineWidth = 2; g.beginPath(); g.moveTo(x(0), y(0));
    curve.x.forEach((v, i) => g.lineTo(x(v), y(curve.y[i]))); g.stroke();
    if (curve.at !== null) {
      const at = Math.max(0, curve.t.findIndex((t) => t > curve.at) - 1);
      const px = x(curve.x[at]), py = y(curve.y[at]);
      g.fillStyle = style("--wf-late"); g.beginPath(); g.moveTo(px, py - 6); g.lineTo(px + 6, py); g.lineTo(px, py + 6); g.lineTo(px - 6, py); g.fill();
    }
  }

  function lagged(lag) {
    if (lag.refused) return h("td", {colspan: "2", class: "refused"}, lag.refused);
    const way = lag.best === 0 ? "compare.lag.none" : lag.best > 0 ? "compare.lag.later" : "compare.lag.earlier";
    return [h("td", {}, ctx.t(way, {n: lasting(Math.abs(lag.best))}), lag.edge ? h("div", {class: "odd"}, ctx.t("compare.lag.edge", {n: lasting(lag.most)})) : null),
      h("td", {class: "num"}, value(lag.r), h("div", {class: "muted"}, ctx.t("compare.interval", {share: 95, low: value(lag.low), high: value(lag.high)})), lag.chance ? h("div", {class: "odd"}, ctx.t("compare.lag.chance")) : null)];
  }

  function travelled(pair) {
    const travel = pair.travel, first = lines[0].name;
    if (travel.refused) return h("td", {class: "refused"}, travel.refused);
    if (!travel.clear) return h("td", {class: "muted"}, ctx.t("compare.travel.unclear", {low: travel.low === null ? "–" : lasting(travel.low), high: travel.high === null ? "–" : lasting(travel.high)}));
    const way = travel.ahead ? [first, pair.name] : [pair.name, first];
    return h("td", {}, h("b", {}, lasting(travel.seconds)), ` ${way.map((name) => LETTERS[placeOf(name)]).join(" → ")}`,
      h("div", {class: "muted"}, ctx.t("compare.interval", {share: 90, low: lasting(travel.low), high: lasting(travel.high)})));
  }

  function table(state) {
    if (!state.pairs.length) return null;
    return h("table", {}, h("caption", {}, ctx.t("compare.against", {name: called(lines[0].name)})),
      h("thead", {}, h("tr", {}, ["series", "lag", "r", "travel", "mass"].map((name) => h("th", {scope: "col"}, ctx.t(`compare.${name}`))))),
      h("tbody", {}, state.pairs.filter((pair) => placeOf(pair.name) > 0).map((pair) => h("tr", {"aria-selected": pair.name === state.focus ? "true" : null},
        h("th", {scope: "row"}, called(pair.name)), lagged(pair.lag), travelled(pair),
        h("td", {}, h("button", {type: "button", "aria-pressed": pair.name === state.focus ? "true" : "false", onclick: () => ctx.send("focus", {name: pair.name})},
          pair.mass.refused || pair.mass.negative ? ctx.t("compare.mass.refused") : ctx.t(pair.mass.at === null ? "compare.mass.even" : "compare.mass.break")))))));
  }

  function swatch(at) {
    return s("svg", {viewBox: "0 0 34 10", class: "swatch", "aria-hidden": "true"}, s("line", {x1: 0, y1: 5, x2: 34, y2: 5, "stroke-dasharray": DASHES[at].join(" "), class: `line${at}`}));
  }

  function named(state) {
    return lines.map((line, at) => h("li", {},
      swatch(at), h("b", {class: "letter"}, LETTERS[at]),
      h("span", {class: "who"}, h("strong", {title: line.name}, title(line)),
        line.trouble ? h("span", {class: "odd"}, line.trouble) : h("span", {class: "muted"}, `${line.field ? line.field + " · " : ""}${line.low === null ? ctx.t("compare.nothing") : `${value(line.low)} – ${value(line.high)} ${line.units}`}`),
        line.left ? h("span", {class: "odd"}, ctx.t("compare.left", {n: number(line.left)})) : null, h("span", {class: "there num"})),
      at ? h("button", {type: "button", onclick: () => ctx.send("first", {name: line.name})}, ctx.t("compare.first")) : h("span", {class: "muted"}, ctx.t("compare.is.first")),
      h("button", {type: "button", "aria-label": ctx.t("compare.drop.of", {name: title(line)}), onclick: () => ctx.send("drop", {name: line.name})}, "✕")));
  }

  ctx.listen(search, "input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => ctx.send("find", {text: search.value}), 250);
  });
  ctx.listen(canvas, "pointermove", (event) => point(event.offsetX));
  ctx.listen(canvas, "pointerleave", () => point(null));
  const watcher = new ResizeObserver(() => {
    const width = Math.round(stage.clientWidth - 92);
    draw();
    if (lines.length) massed(ctx.state);
    if (width >= 100 && Math.abs(width - asked) > 40) { asked = width; ctx.send("width", {width}); }
  });
  watcher.observe(stage);
  ctx.ends(() => { watcher.disconnect(); clearTimeout(typing); });

  return (state) => {
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
    lines = (state.lines || []).map((line) => ({...line, time: line.t ? new Float64Array(bytes(line.t)) : [], value: line.v ? new Float32Array(bytes(line.v)) : []}));
    const open = lines.length > 0;
    notice.hidden = !state.trouble;
    fill(notice, state.trouble || "");
    empty.hidden = open;
    fill(empty, ctx.t("compare.choose"));
    for (const part of [legend, stage, below]) part.hidden = !open;
    fill(head, h("h2", {}, ctx.t("monitor.compare")),
      h("div", {class: "chips"}, (state.spans || []).map((name) => h("button", {type: "button", class: "chip", "aria-pressed": name === state.span ? "true" : "false", onclick: () => ctx.send("span", {span: name})}, ctx.t(`compare.span.${name}`)))),
      h("div", {class: "chips"}, ["own", "shared"].map((name) => h("button", {type: "button", class: "chip", disabled: name === "shared" && !state.agree, title: ctx.t(`compare.axis.${name}.long`), "aria-pressed": name === state.axis ? "true" : "false", onclick: () => ctx.send("axis", {axis: name})}, ctx.t(`compare.axis.${name}`)))),
      h("button", {type: "button", class: "chip", disabled: !open, onclick: () => ctx.send("save")}, "CSV"));
    search.placeholder = ctx.t("compare.find");
    search.setAttribute("aria-label", ctx.t("compare.find"));
    search.disabled = Boolean(state.full);
    if (!state.text && search.value && ctx.root.getRootNode().activeElement !== search) search.value = "";
    fill(found, state.full ? h("span", {class: "muted"}, ctx.t("compare.full")) : [
      state.text && !(state.found || []).length ? h("span", {class: "muted"}, ctx.t("compare.none")) : null,
      (state.found || []).map((one) => h("button", {type: "button", class: "chip", title: one.name, onclick: () => { clearTimeout(typing); search.value = ""; ctx.send("add", {name: one.name}); }}, "+ ", title(one)))]);
    if (!open) return;
    fill(legend, named(state));
    canvas.setAttribute("aria-label", ctx.t("compare.plot", {names: lines.map(title).join(", ")}));
    fill(busy, state.done === null || state.done === undefined ? (lines.length < 2 ? ctx.t("compare.more") : "") : ctx.t("compare.busy", {n: state.done, all: state.all}));
    fill(pairs, table(state));
    draw();
    massed(state);
  };
});

PANES.ComparePane = ComparePane;
}
{
// The tabs of the desk's middle, and what the page around it must know.

const DeskTabsPane = pane("desktabs", (ctx) => {
  const list = h("div", {class: "chips", role: "tablist", onkeydown: walk});
  const wall = document.documentElement.hasAttribute("data-wall");
  ctx.root.append(list);

  /** Left and right go from tab to tab, as in every list of tabs. */
  function walk(event) {
    const step = {ArrowLeft: -1, ArrowRight: 1, Home: -99, End: 99}[event.key];
    const all = [...list.children], at = all.indexOf(event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    next.focus();
    next.click();
  }

  /** One station's detail stands beside the wall only while there is one. */
  function makeRoom(vacant) {
    const slot = document.getElementById("wf-detail");
    if (!slot) return;
    slot.toggleAttribute("data-vacant", vacant);
    slot.style.display = vacant ? "none" : "";
    if (vacant) slot.parentElement.style.setProperty("--detail", "0px");
    else slot.parentElement.style.removeProperty("--detail");
  }

  return (state) => {
    const {tabs = [], open = "", vacant = true} = state;
    const focused = list.contains(ctx.root.getRootNode().activeElement);
    list.setAttribute("aria-label", ctx.t("monitor.tabs"));
    ctx.root.hidden = wall || tabs.length < 2;
    fill(list, tabs.map((name) => h("button", {
      type: "button", role: "tab", "aria-selected": name === open ? "true" : "false", tabindex: name === open ? "0" : "-1", class: `tab ${name === open ? "on" : ""}`,
      onclick: () => ctx.send("tab", {name}),
    }, ctx.t(`monitor.${name}`))));
    if (focused) list.querySelector(".on").focus();
    makeRoom(vacant);
  };
});

PANES.DeskTabsPane = DeskTabsPane;
}
{
// What comes late, what does not come: sources above, stations below, worst first.

const LatencyPane = pane("latency", (ctx) => {
  const bar = h("div", {class: "head"});
  const notice = h("div", {class: "notice bad", role: "alert", hidden: true});
  const box = h("div", {class: "box", tabindex: "0", role: "region"});
  ctx.root.append(bar, notice, box);

  function lasting(seconds) {
    if (seconds === null || seconds === undefined) return "–";
    if (seconds < 90) return ctx.t("wall.s", {n: seconds < 10 ? number(seconds, 1) : Math.round(seconds)});
    return span(seconds * 1000, ctx.language);
  }

  const when = (ms) => (ms === null ? ctx.t("feeds.never") : ago(ms, ctx.now(), ctx.language));
  const times = (age) => (age === null ? "–" : `${number(age, age < 10 ? 1 : 0)}×`);

  function head(names) {
    return h("thead", {}, h("tr", {}, names.map((name) => h("th", {scope: "col", title: ctx.t(`latency.${name}.long`)}, ctx.t(`latency.${name}`)))));
  }

  function feeds(state) {
    return h("table", {}, h("caption", {}, ctx.t("latency.feeds")), head(["source", "state", "every", "last", "age", "newest", "failures", "held"]),
      h("tbody", {}, state.feeds.map((line) => h("tr", {class: line.health},
        h("th", {scope: "row"}, line.source), h("td", {class: `source ${line.health}`, title: line.message}, healthSign(line.health), " ", h("span", {class: "word"}, ctx.t(`feeds.${line.health}`))),
        h("td", {class: "num"}, lasting(line.cadence)), h("td", {class: "num", title: line.last === null ? "" : fullTime(line.last, ctx.zone)}, when(line.last)),
        h("td", {class: "num"}, times(line.age)), h("td", {class: "num", title: line.newest === null ? "" : fullTime(line.newest, ctx.zone)}, line.newest === null ? "–" : when(line.newest)),
        h("td", {class: "num"}, number(line.failures)), h("td", {class: "num"}, number(line.held))))));
  }

  function stations(state) {
    const share = (row) => row.missing / Math.max(1, row.missing + row.values);
    return h("table", {}, h("caption", {}, ctx.t("latency.stations"), h("span", {class: "muted num"}, ` ${number(state.total)}${state.total === state.all ? "" : ` / ${number(state.all)}`}`)),
      head(["station", "every", "last", "age", "p50", "p95", "missing", "revised", "flags"]),
      h("tbody", {}, state.rows.map((row) => h("tr", {class: row.silent ? "silent" : "", "aria-selected": row.name === state.selected ? "true" : null},
        h("th", {scope: "row"}, h("button", {type: "button", class: "link", title: row.name, onclick: () => ctx.send("open", {name: row.name})}, ctx.language === "zh" && row.zh ? row.zh : row.title)),
        h("td", {class: "num"}, lasting(row.every)),
        h("td", {class: "num", title: row.last === null ? "" : fullTime(row.last, ctx.zone)}, when(row.last), row.silent ? h("strong", {class: "late"}, ` ${ctx.t("wall.silent.word")}`) : null),
        h("td", {class: `num ${row.silent ? "late" : ""}`}, times(row.age)), h("td", {class: "num"}, lasting(row.p50)), h("td", {class: "num"}, lasting(row.p95)),
        h("td", {class: `num ${share(row) >= 0.1 ? "late" : ""}`}, row.missing ? `${number(row.missing)} (${Math.max(1, Math.round(share(row) * 100))}%)` : "0"), h("td", {class: "num"}, number(row.revised)),
        h("td", {}, Object.entries(row.flags).map(([name, count]) => `${ctx.t(`check.${name}`)} ${number(count)}`).join(", ")))))) ;
  }

  function draw() {
    const state = ctx.state;
    const top = box.scrollTop;
    fill(bar, h("span", {class: "muted"}, state.at ? ctx.t("latency.at", {time: fullTime(state.at, ctx.zone)}) : ctx.t("latency.counting")),
      state.at && state.progress !== null ? h("span", {class: "muted", role: "status"}, ctx.t("latency.counting")) : null,
      h("span", {class: "chips"}, h("span", {class: "caption"}, ctx.t("export.title")), h("button", {type: "button", disabled: !state.at, onclick: () => ctx.send("save", {})}, ctx.t("wall.csv"))));
    notice.hidden = !state.trouble;
    fill(notice, state.trouble || "");
    fill(box, state.feeds.length ? feeds(state) : null, state.at ? stations(state) : null,
      state.total > state.rows.length ? h("button", {type: "button", onclick: () => ctx.send("more")}, ctx.t("wall.more", {n: number(state.total - state.rows.length)})) : null);
    box.scrollTop = top;
  }

  ctx.every(15000, () => { if (box.offsetParent) draw(); });
  return () => { box.setAttribute("aria-label", ctx.t("monitor.latency")); draw(); };
});

PANES.LatencyPane = LatencyPane;
}
{
// One station in depth: a curve on a canvas that is dragged and zoomed, and beside it what it means.

const SPANS_OF = [["10m", 6e5], ["1h", 36e5], ["6h", 216e5], ["24h", 864e5], ["3d", 2592e5], ["30d", 2592e6], ["1y", 31557600e3], ["10y", 315576e6]];
const LINES = {Extreme: "--wf-extreme", Severe: "--wf-severe", Moderate: "--wf-moderate", Minor: "--wf-minor", Unknown: "--wf-unknown"};

const StationPane = pane("station", (ctx) => {
  const head = h("div", {class: "head"});
  const notice = h("div", {class: "notice bad", role: "alert", hidden: true});
  const canvas = h("canvas", {class: "plot", tabindex: "0", role: "img"});
  const tip = h("div", {class: "tip", hidden: true, "aria-hidden": "true"});
  const stage = h("div", {class: "stage"}, canvas, tip);
  const spoken = h("div", {class: "spoken", "aria-live": "polite"});
  const below = h("div", {class: "below"});
  const empty = h("p", {class: "empty"});
  ctx.root.append(empty, head, notice, stage, spoken, below);
  let curve = unpack(null), shown = null, view = null, asked = null, timer = 0, pointer = null, drag = null, told = null;

  const style = (name) => getComputedStyle(ctx.root).getPropertyValue(name).trim();
  const value = (number_, units) => (number_ === null || number_ === undefined ? "–" : `${number(number_, digits(number_)).replace("-", "−")}${units ? " " + units : ""}`);
  const title = (state) => (ctx.language === "zh" && state.zh ? state.zh : state.title);

  function box() {
    const width = stage.clientWidth, height = stage.clientHeight;
    return {left: 62, right: width - 12, top: 12, bottom: height - 38, width, height};
  }

  /** Ask the server for what is in sight; the curve that is there is stretched until it comes. */
  function look(start, end, soon) {
    const now = ctx.now();
    const span = Math.min(Math.max(end - start, 6e5), 31557600e3 * 60);
    const middle = (start + end) / 2;
    view = [middle - span / 2, middle + span / 2];
    if (view[1] > now + Math.max(span, 864e6)) view = [view[0] - (view[1] - now - Math.max(span, 864e6)), now + Math.max(span, 864e6)];
    draw();
    asked = [...view];
    clearTimeout(timer);
    timer = setTimeout(() => ctx.send("window", {start: asked[0], end: asked[1], width: Math.max(100, Math.round(box().right - box().left))}), soon ? 0 : 60);
  }

  function span(ms) {
    const now = ctx.now();
    look(now - ms * 0.92, now + ms * 0.08, true);
  }

  function limitsOf(state, data) {
    let low = Infinity, high = -Infinity;
    for (let i = 0; i < data.t.length; i++) {
      const v = data.v[i];
      if (v === v && data.f[i] < 3 && data.t[i] >= view[0] && data.t[i] <= view[1]) { if (v < low) low = v; if (v > high) high = v; }
    }
    if (low > high) {
      for (const v of data.v) if (v === v) { if (v < low) low = v; if (v > high) high = v; }
    }
    if (low > high) [low, high] = [0, 1];
    const reach = high - low || Math.abs(high) || 1;
    for (const [limit] of state.limits || []) if (limit > low - reach && limit < high + reach) { low = Math.min(low, limit); high = Math.max(high, limit); }
    const ahead = state.ahead;
    if (ahead) ahead.t.forEach((t, i) => {
      if (t < view[0] || t > view[1]) return;
      for (const v of [ahead.v[i], ahead.lo && ahead.lo[i], ahead.hi && ahead.hi[i]]) if (typeof v === "number") { low = Math.min(low, v); high = Math.max(high, v); }
    });
    const pad = (high - low || Math.abs(high) || 1) * 0.07;
    return [low - pad, high + pad];
  }

  function draw() {
    const state = ctx.state;
    if (!state.name || state.trouble && !state.curve || !view) return;
    const place = box(), ratio = window.devicePixelRatio || 1;
    if (place.width < 50 || place.height < 50) return;
    canvas.width = Math.round(place.width * ratio);
    canvas.height = Math.round(place.height * ratio);
    const g = canvas.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    const ink = style("--wf-text"), muted = style("--wf-muted"), line = style("--wf-line"), accent = style("--wf-accent"), late = style("--wf-late");
    g.clearRect(0, 0, place.width, place.height);
    g.font = `12px ${style("--wf-font") || "sans-serif"}`;
    const [low, high] = limitsOf(state, curve);
    const x = (t) => place.left + (t - view[0]) / (view[1] - view[0]) * (place.right - place.left);
    const y = (v) => place.bottom - (v - low) / (high - low) * (place.bottom - place.top);
    shown = {x, y, place, low, high};
    g.strokeStyle = line; g.fillStyle = muted; g.lineWidth = 1; g.textAlign = "right"; g.textBaseline = "middle";
    const step = niceStep(high - low, Math.max(2, (place.bottom - place.top) / 42));
    for (let n = Math.ceil(low / step); n * step <= high; n++) {
      const v = n * step || 0;
      g.beginPath(); g.moveTo(place.left, y(v)); g.lineTo(place.right, y(v)); g.stroke();
      g.fillText(number(v, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))).replace("-", "−"), place.left - 6, y(v));
    }
    const [times, every] = ticks(ctx.zone, view[0], view[1], Math.max(2, (place.right - place.left) / 78));
    g.textAlign = "center"; g.textBaseline = "top";
    for (const t of times) {
      g.beginPath(); g.moveTo(x(t), place.top); g.lineTo(x(t), place.bottom); g.stroke();
      g.fillText(label(ctx.zone, t, every), x(t), place.bottom + 5);
    }
    g.fillText(`${ctx.t("chart.time")} (${offset(view[1], ctx.zone)})`, (place.left + place.right) / 2, place.bottom + 21);
    g.save(); g.translate(11, (place.top + place.bottom) / 2); g.rotate(-Math.PI / 2); g.textBaseline = "middle";
    g.fillText(`${state.field || ""}${state.units ? ` (${state.units})` : ""}`, 0, 0); g.restore();
    g.save(); g.beginPath(); g.rect(place.left, place.top, place.right - place.left, place.bottom - place.top); g.clip();
    const now = ctx.now();
    if (x(now) < place.right) { g.globalAlpha = 0.07; g.fillStyle = ink; g.fillRect(x(now), place.top, place.right - x(now), place.bottom - place.top); g.globalAlpha = 1; }
    for (const alarm of state.alarms || []) {
      const from = x(alarm.from), to = x(alarm.to === null ? Math.min(now, view[1]) : alarm.to);
      if (to < place.left || from > place.right) continue;
      g.fillStyle = style(LINES[alarm.severity] || LINES.Unknown);
      g.globalAlpha = 0.12; g.fillRect(from, place.top, Math.max(2, to - from), place.bottom - place.top);
      g.globalAlpha = 1; g.fillRect(from, place.top, Math.max(3, to - from), 5);
      g.strokeStyle = muted; g.lineWidth = 1; g.strokeRect(from + 0.5, place.top + 0.5, Math.max(2, to - from - 1), 5);
    }
    g.textAlign = "left"; g.textBaseline = "bottom";
    for (const [limit, name, severity] of state.limits || []) {
      if (limit < low || limit > high) continue;
      g.setLineDash([6, 4]);
      for (const [paint, wide, strong] of [[muted, 3, 0.6], [style(LINES[severity] || LINES.Unknown), 1.5, 1]]) { // a pale colour needs an edge
        g.strokeStyle = paint; g.lineWidth = wide; g.globalAlpha = strong;
        g.beginPath(); g.moveTo(place.left, y(limit)); g.lineTo(place.right, y(limit)); g.stroke();
      }
      g.setLineDash([]);
      g.fillStyle = ink; g.fillText(`${name} ${value(limit, "")}`, place.left + 5, y(limit) - 2);
    }
    const ahead = state.ahead;
    if (ahead) {
      if (ahead.lo) {
        g.fillStyle = accent; g.globalAlpha = 0.18; g.beginPath();
        ahead.t.forEach((t, i) => (i ? g.lineTo(x(t), y(ahead.hi[i])) : g.moveTo(x(t), y(ahead.hi[i]))));
        for (let i = ahead.t.length - 1; i >= 0; i--) g.lineTo(x(ahead.t[i]), y(ahead.lo[i]));
        g.closePath(); g.fill(); g.globalAlpha = 1;
      }
      g.strokeStyle = accent; g.setLineDash([2, 3]); g.lineWidth = 2; g.beginPath();
      ahead.t.forEach((t, i) => (i ? g.lineTo(x(t), y(ahead.v[i])) : g.moveTo(x(t), y(ahead.v[i])))); g.stroke(); g.setLineDash([]);
    }
    g.strokeStyle = accent; g.lineWidth = 1.6; g.lineJoin = g.lineCap = "round"; g.beginPath();
    const gap = Math.max(3 * (state.every || 0) * 1000, 4 * (view[1] - view[0]) / Math.max(1, place.right - place.left));
    let up = true, before = -Infinity;
    for (let i = 0; i < curve.t.length; i++) {
      const v = curve.v[i], t = curve.t[i];
      // One that sends less often than it says has a gap between each two values: only one longer than `gap` breaks the line.
      if (v !== v && state.every) continue;
      if (v !== v || curve.f[i] >= 3) { up = true; continue; }
      if (t - before > gap && state.every) up = true;
      if (up) g.moveTo(x(t), y(v));
      g.lineTo(x(t), y(v)); // one alone is a dot
      up = false; before = t;
    }
    g.stroke();
    g.lineCap = "butt";
    g.strokeStyle = late; g.lineWidth = 1.8;
    for (let i = 0; i < curve.t.length; i++) {
      if (curve.f[i] < 2 || curve.v[i] !== curve.v[i]) continue;
      const px = x(curve.t[i]), py = Math.min(Math.max(y(curve.v[i]), place.top + 5), place.bottom - 5);
      g.beginPath(); g.moveTo(px - 4, py - 4); g.lineTo(px + 4, py + 4); g.moveTo(px + 4, py - 4); g.lineTo(px - 4, py + 4); g.stroke();
    }
    for (const alarm of state.alarms || []) {
      g.fillStyle = style(LINES[alarm.severity] || LINES.Unknown);
      for (const t of alarm.samples) {
        if (t < view[0] || t > view[1]) continue;
        const at = nearest(t);
        if (at === null) continue;
        g.beginPath(); g.arc(x(curve.t[at]), y(curve.v[at]), 4, 0, 7); g.fill(); g.strokeStyle = ink; g.lineWidth = 1; g.stroke();
      }
    }
    for (const event of state.events || []) {
      const px = x(event.at);
      if (px < place.left || px > place.right) continue;
      g.strokeStyle = style(LINES[event.severity] || LINES.Unknown); g.setLineDash([1, 3]); g.lineWidth = 1.5;
      g.beginPath(); g.moveTo(px, place.top); g.lineTo(px, place.bottom); g.stroke(); g.setLineDash([]);
      g.fillStyle = g.strokeStyle; g.beginPath(); g.moveTo(px - 5, place.bottom); g.lineTo(px + 5, place.bottom); g.lineTo(px, place.bottom - 8); g.fill();
    }
    if (x(now) >= place.left && x(now) <= place.right) {
      g.strokeStyle = ink; g.lineWidth = 1.5; g.beginPath(); g.moveTo(x(now), place.top); g.lineTo(x(now), place.bottom); g.stroke();
    }
    if (pointer !== null && pointer >= place.left && pointer <= place.right) {
      g.strokeStyle = muted; g.lineWidth = 1; g.beginPath(); g.moveTo(pointer, place.top); g.lineTo(pointer, place.bottom); g.stroke();
    }
    g.restore();
  }

  /** Place of the sample that is nearest to a time, of those with a value. */
  function nearest(t) {
    let low = 0, high = curve.t.length - 1, best = null;
    while (low < high) { const middle = (low + high) >> 1; if (curve.t[middle] < t) low = middle + 1; else high = middle; }
    for (let i = Math.max(0, low - 6); i < Math.min(curve.t.length, low + 6); i++) {
      if (curve.v[i] === curve.v[i] && (best === null || Math.abs(curve.t[i] - t) < Math.abs(curve.t[best] - t))) best = i;
    }
    return best;
  }

  function point(px) {
    const state = ctx.state;
    pointer = px;
    if (px === null || !shown) { tip.hidden = true; draw(); return; }
    const t = view[0] + (px - shown.place.left) / (shown.place.right - shown.place.left) * (view[1] - view[0]);
    const at = nearest(t);
    const lines = [];
    const reach = (view[1] - view[0]) / 60;
    if (at !== null && Math.abs(curve.t[at] - t) < Math.max(reach, (state.every || 0) * 2000)) {
      lines.push(h("b", {}, value(curve.v[at], state.units)), h("span", {}, fullTime(curve.t[at], ctx.zone)));
      const mark = (state.marks || []).find((m) => Math.abs(m.at - curve.t[at]) < 1000);
      if (mark) lines.push(h("span", {class: "odd"}, `${mark.checks}: ${mark.reason}`));
      else if (curve.f[at] >= 2) lines.push(h("span", {class: "odd"}, ctx.t(curve.f[at] === 2 ? "wall.suspect" : "wall.bad")));
    }
    for (const event of state.events || []) if (Math.abs(event.at - t) < reach / 2) lines.push(h("span", {}, event.title));
    for (const alarm of state.alarms || []) if (t >= alarm.from && t <= (alarm.to === null ? ctx.now() : alarm.to)) lines.push(h("span", {}, alarm.why || alarm.title));
    tip.hidden = !lines.length;
    fill(tip, lines.slice(0, 6));
    tip.style.left = `${Math.min(Math.max(4, px + 12), stage.clientWidth - 260)}px`;
    draw();
  }

  ctx.listen(canvas, "wheel", (event) => {
    if (!view || !shown) return;
    event.preventDefault();
    const share = Math.min(Math.max((event.offsetX - shown.place.left) / (shown.place.right - shown.place.left), 0), 1);
    const at = view[0] + share * (view[1] - view[0]);
    const size = (view[1] - view[0]) * Math.exp(Math.min(Math.max(event.deltaY, -240), 240) / 300);
    look(at - share * size, at + (1 - share) * size);
  });
  ctx.listen(canvas, "pointerdown", (event) => { if (view) { drag = {x: event.clientX, view: [...view]}; canvas.setPointerCapture(event.pointerId); } });
  ctx.listen(canvas, "pointermove", (event) => {
    if (drag && shown) {
      const by = (drag.x - event.clientX) / (shown.place.right - shown.place.left) * (drag.view[1] - drag.view[0]);
      look(drag.view[0] + by, drag.view[1] + by);
    } else point(event.offsetX);
  });
  ctx.listen(canvas, "pointerup", () => { drag = null; });
  ctx.listen(canvas, "pointercancel", () => { drag = null; });
  ctx.listen(canvas, "pointerleave", () => point(null));
  ctx.listen(canvas, "keydown", (event) => {
    if (!view) return;
    const size = view[1] - view[0];
    const moves = {
      ArrowLeft: [-0.2, -0.2], ArrowRight: [0.2, 0.2], "+": [0.25, -0.25], "=": [0.25, -0.25], "-": [-0.5, 0.5],
    };
    if (event.key in moves) { look(view[0] + moves[event.key][0] * size, view[1] + moves[event.key][1] * size); event.preventDefault(); event.stopPropagation(); }
    else if (event.key === "End") { ctx.send("now"); event.preventDefault(); }
  });
  const watcher = new ResizeObserver(() => draw());
  watcher.observe(stage);
  ctx.ends(() => { watcher.disconnect(); clearTimeout(timer); });
  ctx.every(5000, draw);

  function facts(state) {
    const told_ = [], found = state.facts || {};
    const latest = state.latest;
    if (latest) told_.push([ctx.t("station.latest"), `${value(latest.value, state.units)} · ${ago(latest.at, ctx.now(), ctx.language)}${latest.flag >= 2 ? " · " + ctx.t(latest.flag === 2 ? "wall.suspect" : latest.flag === 9 ? "wall.missing" : "wall.bad") : ""}`]);
    const over = latest && latest.value !== null ? (state.limits || []).filter(([limit]) => latest.value >= limit) : [];
    if ((state.limits || []).length) told_.push([ctx.t("station.limits"), (state.limits || []).map(([limit, name]) => `${name} ${value(limit, "")}`).join(" · ") + (over.length ? "" : ` · ${ctx.t("wall.below")}`)]);
    if (found.percent !== undefined && found.percent !== null) told_.push([ctx.t("station.percent"), ctx.t("station.percent.of", {n: number(found.percent, 0)})]);
    if (found.period) told_.push([ctx.t("station.period"), ctx.t("station.period.of", {n: number(found.period, found.period < 10 ? 1 : 0), low: found.low === null ? "–" : number(found.low, 1), high: found.high === null ? "∞" : number(found.high, 0)})]);
    else if (found.years !== undefined) told_.push([ctx.t("station.period"), found.years < 5 ? ctx.t("station.period.short", {n: number(found.years, 1)}) : ctx.t("station.period.usual")]);
    if (state.ahead && state.ahead.why) told_.push([ctx.t("station.forecast"), (state.ahead.model ? state.ahead.model + ". " : "") + state.ahead.why]);
    return h("dl", {class: "facts"}, told_.map(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]));
  }

  function lists(state) {
    const blocks = [];
    if ((state.alarms || []).length) blocks.push(h("section", {}, h("h3", {}, ctx.t("station.alarms")), h("ul", {}, state.alarms.slice(0, 12).map((alarm) =>
      h("li", {}, sign(alarm.severity, 13), " ", h("button", {type: "button", class: "link", onclick: () => ctx.send("record", {record: ["alarm", "alarms", alarm.id]})}, alarm.title), h("span", {class: "muted"}, ` ${clockTime(alarm.from, ctx.zone, ctx.now())}${alarm.to === null ? "" : "–" + clockTime(alarm.to, ctx.zone, ctx.now())}`), h("div", {class: "why"}, alarm.why))))));
    if ((state.near || []).length) blocks.push(h("section", {}, h("h3", {}, ctx.t("station.near")), h("ul", {}, state.near.map((other) =>
      h("li", {}, h("button", {type: "button", class: "link", onclick: () => ctx.send("series", {name: other.name})}, other.title), h("span", {class: "num"}, ` ${other.latest ? value(other.latest.value, other.units) : "–"}`), h("span", {class: "muted"}, ` ${number(other.km, 1)} km`))))));
    if ((state.events || []).length) blocks.push(h("section", {}, h("h3", {}, ctx.t("station.events")), h("ul", {}, state.events.slice(-12).reverse().map((event) =>
      h("li", {}, sign(event.severity, 13), " ", h("button", {type: "button", class: "link", onclick: () => ctx.send("record", {record: event.record})}, event.title), h("span", {class: "muted"}, ` ${clockTime(event.at, ctx.zone, ctx.now())}`))))));
    if ((state.marks || []).length) blocks.push(h("section", {}, h("h3", {}, ctx.t("station.marks", {n: state.marks.length})), h("ul", {}, state.marks.slice(0, 12).map((mark) =>
      h("li", {}, h("span", {class: "odd"}, mark.checks), h("span", {class: "muted"}, ` ${clockTime(mark.at, ctx.zone, ctx.now())} `), mark.reason)))));
    return blocks;
  }

  return (state) => {
    const open = Boolean(state.name);
    empty.hidden = open;
    fill(empty, ctx.t("station.choose"));
    for (const part of [head, stage, below, spoken]) part.hidden = !open;
    notice.hidden = !state.trouble;
    fill(notice, state.trouble || "");
    if (!open) { view = null; return; }
    if (told !== state.name) { told = state.name; view = null; asked = null; }
    if (state.curve) curve = unpack(state.curve);
    if (state.span && (view === null || state.following || (asked && Math.abs(asked[0] - state.span[0]) < 1 && Math.abs(asked[1] - state.span[1]) < 1 && !drag))) view = drag ? view : [...state.span];
    const ends = state.curve || {};
    fill(head,
      h("h2", {}, title(state) || state.name), h("span", {class: "muted name"}, state.name),
      h("div", {class: "chips"}, SPANS_OF.map(([name, ms]) => h("button", {type: "button", class: "chip", onclick: () => span(ms)}, ctx.t(`station.span.${name}`))),
        h("button", {type: "button", class: "chip", disabled: !ends.first, onclick: () => look(ends.first, Math.max(ends.last, ends.first + 6e5), true)}, ctx.t("station.all")),
        h("button", {type: "button", class: "chip", onclick: () => ctx.send("now")}, ctx.t("station.now"))),
      h("div", {class: "chips"}, h("button", {type: "button", class: "chip", disabled: Boolean(state.busy), onclick: () => ctx.send("forecast")}, ctx.t(state.busy ? "station.forecasting" : "station.foresee")),
        h("button", {type: "button", class: "chip", onclick: () => ctx.send("save")}, "CSV")));
    canvas.setAttribute("aria-label", ctx.t("station.plot", {name: title(state) || state.name}));
    fill(spoken, state.latest ? `${title(state)}: ${value(state.latest.value, state.units)}` : "");
    fill(below, facts(state), lists(state));
    draw();
  };
});

PANES.StationPane = StationPane;
}
{
// Around the tiles: counts that filter, choices, headings of groups, the table beside, and the picture to take away.

/** Counts by level and condition; each lets only its stations through. */
function wallChips(ctx, {chips, hazards, asked, order, roster, wall}) {
  const {counts} = order;
  const chip = (what, name, content, title) => {
    const on = asked[what].includes(name);
    if (wall) return h("span", {class: "chip told", title}, content, " ", h("strong", {class: "num"}, number(counts[name] || 0)));
    return h("button", {
      type: "button", class: `chip ${on ? "on" : ""} ${counts[name] ? "" : "none"}`, "aria-pressed": on ? "true" : "false", title,
      onclick: () => ctx.send("toggle", {what, name}),
    }, content, h("span", {class: "num"}, number(counts[name] || 0)));
  };
  const all = roster.stations.length;
  const levels = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"].filter((name) => name !== "Unknown" || counts.Unknown || asked.severities.includes(name));
  fill(chips,
    h("span", {class: "total"}, h("strong", {class: "num"}, number(order.shown)), " ", order.shown === all ? ctx.t("wall.stations") : ctx.t("wall.of", {n: number(all)})),
    levels.map((name) => chip("severities", name, [sign(name, 12), ctx.t(name)], ctx.t("wall.level.long"))),
    ["silent", "flagged", "soon", "rising", "calm"].map((name) => chip("conditions", name, ctx.t(`wall.${name}.word`), ctx.t(`wall.${name}.long`))));
  const found = [...new Set(roster.stations.map((station) => station.hazard || "other"))].sort();
  fill(hazards, found.length > 1 ? found.map((name) => h("button", {
    type: "button", class: `chip ${asked.hazards.includes(name) ? "on" : ""}`, "aria-pressed": asked.hazards.includes(name) ? "true" : "false",
    onclick: () => ctx.send("toggle", {what: "hazards", name}),
  }, hazardSign(name), ctx.t(`hazard.${name}`))) : null);
}

/** Span, grouping, size, table, and what can be taken away. */
function wallTools(ctx, {choices, asked, tabled, save, turn}) {
  const choice = (name, values) => h("label", {class: "choice"}, h("span", {class: "muted"}, ctx.t(`wall.${name}`)),
    h("select", {onchange: (event) => ctx.send("set", {name, value: event.target.value})},
      values.map((value) => h("option", {value, selected: value === asked[name]}, ctx.t(`wall.${name}.${value}`)))));
  fill(choices,
    choice("span", ["1h", "6h", "24h", "3d", "7d", "30d", "1y"]), choice("group", ["none", "hazard", "basin", "kind", "district"]),
    choice("size", ["small", "medium", "large"]),
    h("button", {type: "button", "aria-pressed": tabled ? "true" : "false", onclick: turn}, ctx.t("wall.table")),
    h("span", {class: "chips"}, h("span", {class: "caption"}, ctx.t("export.title")),
      ["csv", "parquet", "png", "recipe"].map((what) => h("button", {type: "button", title: ctx.t(`wall.${what}.long`), onclick: () => save(what)}, ctx.t(`wall.${what}`)))));
}

/** The heading of a group, with how many of it stand at each level. */
function wallHeading(ctx, {part, roster, board, by}) {
  const {name, rows} = part.group;
  const zh = ctx.language === "zh" ? roster.words[name] : "";
  const kind = by === "kind" && WORDS[`wall.kind.${name}`] ? ctx.t(`wall.kind.${name}`) : "";
  const said = !name ? ctx.t("wall.elsewhere") : by === "hazard" ? ctx.t(`hazard.${name}`) : kind || zh || name;
  const levels = new Map();
  for (const row of rows) { const level = LEVELS[board.level[row]]; if (level) levels.set(level, (levels.get(level) || 0) + 1); }
  return h("div", {class: "group", style: `top:${part.top}px;height:${part.height}px`}, h("strong", {}, said), h("span", {class: "muted num"}, number(rows.length)),
    ["Extreme", "Severe", "Moderate", "Minor", "Unknown"].filter((level) => levels.has(level)).map((level) => h("span", {class: "num"}, sign(level, 12), ` ${levels.get(level)}`)));
}

/** The same as the tiles in a table, for whoever cannot see them or wants rows. */
function wallTable(ctx, all) {
  const names = ["level", "station", "value", "age", "trend", "next", "state"];
  return h("table", {},
    h("caption", {class: "spoken"}, ctx.t("wall.stations.title")),
    h("thead", {}, h("tr", {}, names.map((name) => h("th", {scope: "col"}, ctx.t(`wall.column.${name}`))))),
    h("tbody", {}, all.map((told) => h("tr", {}, h("td", {}, told.level ? [sign(told.level, 12), " "] : null, told.word),
      h("th", {scope: "row"}, h("button", {type: "button", class: "link", onclick: () => ctx.send("open", {name: told.station.name})}, told.title)),
      h("td", {class: "num"}, `${told.value} ${told.unit}`), h("td", {class: "num"}, told.age), h("td", {class: "num"}, told.arrow, " ", told.trend),
      h("td", {class: "num"}, told.ahead), h("td", {}, told.still, " ", told.odd)))));
}

/** What is in sight, as a picture with its marks. */
function wallPicture({title, said, file, look, tile, wide, high, top, across, parts}) {
  const scale = Math.min(3, window.devicePixelRatio || 1), e = look.em, head = 3.6 * e;
  const canvas = h("canvas"), c = canvas.getContext("2d");
  canvas.width = wide * scale;
  canvas.height = (high + head) * scale;
  c.scale(scale, scale);
  c.fillStyle = look.panel;
  c.fillRect(0, 0, wide, high + head);
  c.fillStyle = look.text;
  c.font = `600 ${1.1 * e}px ${look.font}`;
  c.fillText(cut(c, title, wide - 16), 8, 1.4 * e);
  c.font = `${0.9 * e}px ${look.font}`;
  c.fillText(cut(c, said, wide - 16), 8, 2.9 * e);
  c.beginPath();
  c.rect(0, head, wide, high);
  c.clip();
  for (const {part, node} of parts) {
    const y = head + part.top - top;
    if (part.rows) c.drawImage(node, tile.gap, y, across, tile.h);
    else { c.fillStyle = look.text; c.font = `600 ${e}px ${look.font}`; c.fillText(node.textContent, tile.gap, y + 1.4 * e); }
  }
  canvas.toBlob((blob) => {
    if (!blob) return;
    const url = URL.createObjectURL(blob);
    h("a", {href: url, download: `${file || "wall"}.png`}).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  });
}

// Which stations are shown, and in which order: worst first, and always the same order for the same facts.

const LEVELS = ["", "Unknown", "Minor", "Moderate", "Severe", "Extreme"];
const SILENT = 1, FLAGGED = 2, RISING = 4, FALLING = 8;
const SOON = 24; // hours

/** The roster as the server told it, with what is looked up often; a board's rows are its rows where both have one version. */
function readRoster(bytes) {
  const version = new DataView(bytes.buffer, bytes.byteOffset, 8).getUint32(0, true);
  const told = JSON.parse(new TextDecoder().decode(bytes.subarray(8)));
  const stations = told.stations.map((row) => {
    const [name, title, titleZh, units, field, kind, hazard, district, basin, interval, patience, lon, lat, limits] = row;
    return {
      name, title, titleZh, units: unitText(units), field, kind, hazard, district, basin, interval, patience: patience * 1000, lon, lat, limits,
      words: `${name} ${title} ${titleZh} ${field} ${kind} ${hazard} ${district} ${basin}`.toLowerCase(),
    };
  });
  return {stations, words: told.words || {}, version};
}

function unitText(units) {
  return units === "1" ? "" : units.replace(/\bpercent\b/, "%").replace(/\bdegC\b/, "°C").replace(/\bu(?=[gmL])/, "µ").replace(/\^2/g, "²").replace(/\^3/g, "³").replace(/\*\*2/g, "²").replace(/\*\*3/g, "³");
}

/** No value came for longer than the station allows: its own clock says so, without any message. */
function isSilent(board, station, row, now) {
  const time = board.time[row];
  return !(time === time) || now - time > station.patience;
}

/** The place in "worst first": a small number is worse. Within one, stations stand by name. */
function rankOf(board, station, row, now) {
  const level = board.level[row];
  const silent = isSilent(board, station, row, now);
  if (level) return (5 - level) * 2 + (silent ? 1 : 0);
  if (silent || board.flag[row] >= 3) return 12; // no value to go by is not calm
  const eta = board.eta[row];
  if (eta <= SOON) return 13 + (eta < 1 ? 0 : eta < 3 ? 1 : eta < 6 ? 2 : eta < 12 ? 3 : 4);
  return board.state[row] & FLAGGED ? 20 : 21;
}

function conditionsOf(board, station, row, now) {
  const silent = isSilent(board, station, row, now);
  const state = board.state[row];
  return {
    silent, flagged: Boolean(state & FLAGGED), rising: !silent && Boolean(state & RISING), falling: !silent && Boolean(state & FALLING),
    soon: !silent && board.eta[row] <= SOON, calm: !silent && !board.level[row] && !(state & FLAGGED) && !(board.eta[row] <= SOON),
  };
}

function inRing(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i], [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Whether a place lies in a GeoJSON Polygon or MultiPolygon. */
function within(area, x, y) {
  if (x === null || y === null) return false;
  const parts = area.type === "Polygon" ? [area.coordinates] : area.coordinates;
  return parts.some((rings) => inRing(rings[0], x, y) && !rings.slice(1).some((hole) => inRing(hole, x, y)));
}

/** Whether a station passes everything but levels and conditions. */
function passes(station, asked) {
  if (asked.hazards.length && !asked.hazards.includes(station.hazard || "other")) return false;
  if (asked.text && !asked.text.split(/\s+/).every((part) => station.words.includes(part))) return false;
  return !asked.area || within(asked.area, station.lon, station.lat);
}

/** Rows that pass, worst first, in groups, and how many there are of each sort. */
function arrange(roster, board, asked, now) {
  const counts = {all: 0, Extreme: 0, Severe: 0, Moderate: 0, Minor: 0, Unknown: 0, silent: 0, flagged: 0, rising: 0, falling: 0, soon: 0, calm: 0};
  const groups = new Map();
  const ranks = new Map();
  let shown = 0;
  roster.stations.forEach((station, row) => {
    if (row >= board.count || !passes(station, asked)) return;
    const held = conditionsOf(board, station, row, now);
    const level = LEVELS[board.level[row]];
    counts.all += 1;
    if (level) counts[level] += 1;
    for (const name of Object.keys(held)) if (held[name]) counts[name] += 1;
    const chosen = asked.severities.length || asked.conditions.length;
    if (chosen && !asked.severities.includes(level) && !asked.conditions.some((name) => held[name])) return;
    const group = asked.group === "none" ? "" : station[asked.group] || "";
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(row);
    ranks.set(row, rankOf(board, station, row, now));
    shown += 1;
  });
  const found = [...groups].map(([name, rows]) => ({name, rows: rows.sort((a, b) => ranks.get(a) - ranks.get(b) || a - b)}));
  // The worst group first; of two that are as bad, the one with the earlier name, and the nameless one last.
  const worst = (group) => ranks.get(group.rows[0]);
  found.sort((a, b) => worst(a) - worst(b) || (a.name === "") - (b.name === "") || (a.name < b.name ? -1 : 1));
  return {groups: found, counts, shown};
}

// One tile: who, how much, how old, how bad, whither. Drawn on a canvas; text is drawn, never parsed.

const SIZES = { // in pixels at a text of 14
  small: {w: 168, h: 54, plot: 0}, medium: {w: 236, h: 118, plot: 46}, large: {w: 348, h: 186, plot: 100},
};
const INKS = {Extreme: "#B3124E", Severe: "#A85400", Moderate: "#7A6200", Minor: "#0B5CAD", Unknown: "#55616D"}; // lines on white

function figure(value) {
  const size = Math.abs(value);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : size === 0 ? 0 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  return number(value, digits).replace("-", "−");
}

function slope(rate) {
  const size = Math.abs(rate);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size === 0 ? 0 : Math.min(6, 1 - Math.floor(Math.log10(size)));
  return (rate < 0 ? "−" : "+") + number(size, Math.max(0, digits));
}

function ageText(ms, t) {
  const s = Math.max(0, ms / 1000);
  if (s < 90) return t("wall.s", {n: Math.round(s)});
  if (s < 5400) return t("time.min", {n: Math.round(s / 60)});
  return s < 172800 ? t("time.h", {n: Math.round(s / 3600)}) : t("time.d", {n: Math.round(s / 86400)});
}

function etaText(hours, t) {
  return hours < 1 ? t("time.min", {n: Math.max(1, Math.round(hours * 60))}) : t("time.h", {n: hours < 10 ? hours.toFixed(1) : Math.round(hours)});
}

/** All that a tile says, as words: for the tile, the table and the screen reader. */
function sayings(roster, board, row, now, language, t) {
  const station = roster.stations[row];
  const time = board.time[row];
  const never = !(time === time);
  const silent = isSilent(board, station, row, now);
  const level = LEVELS[board.level[row]];
  const state = board.state[row];
  const value = board.value[row];
  const unit = station.units ? ` ${station.units}` : "";
  const rate = board.rate[row];
  const arrow = silent || !(rate === rate) ? "" : state & RISING ? "▲" : state & FALLING ? "▼" : "▶";
  const limit = board.next[row] < station.limits.length && board.eta[row] === board.eta[row] && !silent ? station.limits[board.next[row]] : null;
  const flag = board.flag[row];
  const odd = !never && flag >= 2 ? t(flag === 2 ? "wall.suspect" : flag === 9 ? "wall.missing" : "wall.bad") : "";
  return {
    station, level, silent, never, flag, odd,
    title: language === "zh" && station.titleZh ? station.titleZh : station.title,
    value: value === value ? figure(value) : "–",
    unit: station.units,
    age: never ? "" : ageText(now - time, t),
    word: level ? t(level) : silent || flag >= 3 ? "" : station.limits.length ? t("wall.below") : t("wall.nolimits"),
    still: silent ? (never ? t("wall.never") : t("wall.silent", {age: ageText(now - time, t)})) : "",
    arrow, trend: arrow ? (arrow === "▶" ? t("wall.steady") : `${slope(rate)}${unit}${t("wall.per")}`) : "",
    ahead: limit ? t("wall.ahead", {name: limit[1], time: etaText(board.eta[row], t)}) : "",
    limit,
  };
}

const measured = new Map(); // text cut to a width, by font

/** Cut a text to a width; with `ending`, a number at its end stays: "Slope, prism 3" and "Slope, prism 4" differ there alone. */
function cut(c, text, width, ending = false) {
  const key = `${c.font}|${Math.round(width)}|${ending}|${text}`;
  let found = measured.get(key);
  if (found === undefined) {
    found = text;
    if (c.measureText(text).width > width) {
      let last = ending ? (/(?:\S{1,8}\s)?\S{0,4}\d\S{0,2}$/.exec(text) || [""])[0] : "";
      if (c.measureText(`…${last}`).width > width / 2) last = "";
      let low = 0, high = text.length - last.length;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (c.measureText(`${text.slice(0, middle)}…${last}`).width <= width) low = middle; else high = middle - 1;
      }
      found = low ? `${text.slice(0, low).replace(/[\s,]+$/, "")}…${last}` : "";
    }
    if (measured.size > 20000) measured.clear();
    measured.set(key, found);
  }
  return found;
}

const shapes = new Map();

function drawSign(c, severity, x, y, size, look) {
  if (!shapes.has(severity)) shapes.set(severity, SHAPES[severity].map((d) => new Path2D(d)));
  c.save();
  c.translate(x, y);
  c.scale(size / 16, size / 16);
  shapes.get(severity).forEach((path, place) => {
    if (place) { c.strokeStyle = "#111"; c.lineWidth = 1.6; c.stroke(path); return; }
    c.fillStyle = look.levels[severity];
    c.fill(path);
    c.strokeStyle = "rgb(0 0 0 / 55%)";
    c.lineWidth = 1;
    c.stroke(path);
  });
  c.restore();
}

/** Draw one tile into a rectangle. */
function drawTile(c, x, y, w, h, told, board, row, now, asked, look) {
  const e = look.em; // pixels of the text
  const pad = 0.55 * e;
  const small = asked.size === "small";
  c.fillStyle = look.panel;
  c.fillRect(x, y, w, h);
  if (told.level) {
    c.fillStyle = look.levels[told.level];
    c.fillRect(x, y, 0.3 * e, h);
  }
  c.strokeStyle = told.level ? look.inks[told.level] : told.silent || told.flag >= 3 ? look.late : look.line;
  c.lineWidth = 1;
  c.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
  const left = x + pad + 0.35 * e, right = x + w - pad;
  c.textBaseline = "alphabetic";
  // First line: shape, name, level in words
  let at = left;
  const first = y + 1.35 * e;
  if (told.level) { drawSign(c, told.level, at, first - 0.82 * e, 0.95 * e, look); at += 1.25 * e; }
  let stop = right;
  if (!small) {
    const chip = told.still || told.word || told.odd;
    c.font = `600 ${0.8 * e}px ${look.font}`;
    const room = Math.min(c.measureText(chip).width, 0.5 * w);
    const shown = cut(c, chip, room + 1);
    if (told.level && !told.still) {
      c.fillStyle = look.levels[told.level];
      c.fillRect(stop - room - 0.7 * e, first - 0.92 * e, room + 0.7 * e, 1.2 * e);
      c.fillStyle = "#111";
      c.fillText(shown, stop - room - 0.35 * e, first - 0.06 * e);
      stop -= room + 1.1 * e;
    } else {
      c.fillStyle = told.word && !told.still ? look.muted : look.late;
      c.fillText(shown, stop - room, first);
      stop -= room + 0.6 * e;
    }
  }
  c.font = `600 ${0.93 * e}px ${look.font}`;
  c.fillStyle = look.text;
  c.fillText(cut(c, told.title, stop - at, true), at, first);
  // Second line: value and unit, trend, age
  const second = y + (small ? 3.0 : 3.25) * e;
  c.font = `650 ${(small ? 1.15 : 1.55) * e}px ${look.font}`;
  c.fillStyle = told.silent || told.flag >= 3 ? look.muted : look.text;
  c.fillText(told.value, left, second);
  at = left + c.measureText(told.value).width + 0.3 * e;
  c.font = `${0.86 * e}px ${look.font}`;
  c.fillStyle = look.muted;
  c.fillText(told.unit, at, second);
  at += c.measureText(told.unit).width + 0.6 * e;
  const age = told.still ? (small ? told.still : "") : told.age;
  c.fillStyle = told.silent ? look.late : look.muted;
  const shown = cut(c, age, Math.max(0, right - at));
  const long = c.measureText(shown).width;
  c.fillText(shown, right - long, second);
  stop = right - long - 0.5 * e;
  if (small) {
    if (told.odd) { c.fillStyle = look.late; c.fillText(cut(c, told.odd, stop - at), at, second); }
    else {
      if (told.arrow && told.arrow !== "▶") { c.fillStyle = look.text; c.fillText(told.arrow, at, second); at += 1.2 * e; }
      if (told.level && stop - at > 2.4 * e) { c.fillStyle = look.inks[told.level]; c.fillText(cut(c, told.word, stop - at), at, second); }
    }
    if (told.silent) hatch(c, x, y, w, h, look, 0.35);
    return;
  }
  if (told.odd) {
    c.fillStyle = look.late;
    c.fillText(cut(c, `⚑ ${told.odd}`, stop - at), at, second);
  } else if (told.trend) {
    c.fillStyle = told.arrow === "▶" ? look.muted : look.text;
    c.fillText(cut(c, `${told.arrow} ${told.trend}`, stop - at), at, second);
  }
  const foot = told.ahead ? 1.25 * e : 0.35 * e;
  drawSpark(c, left, y + 3.75 * e, right - left, h - 3.75 * e - foot - 0.25 * e, told, board, row, now, asked, look);
  if (told.ahead) {
    c.font = `600 ${0.82 * e}px ${look.font}`;
    c.fillStyle = look.inks[LEVELS[told.limit[0]]];
    c.fillText(cut(c, told.ahead, right - left), left, y + h - 0.55 * e);
  }
}

function hatch(c, x, y, w, h, look, alpha) {
  c.save();
  c.beginPath();
  c.rect(x, y, w, h);
  c.clip();
  c.globalAlpha = alpha;
  c.strokeStyle = look.late;
  c.lineWidth = 1;
  c.beginPath();
  for (let at = -h; at < w; at += 8) { c.moveTo(x + at, y + h); c.lineTo(x + at + h, y); }
  c.stroke();
  c.restore();
}

/** The line of the last hours or days, true to its lowest and highest values, with the thresholds that are near. */
function drawSpark(c, x, y, w, h, told, board, row, now, asked, look) {
  const {station} = told;
  const span = board.width * board.step;
  let low = Infinity, high = -Infinity, some = 0;
  eachColumn(board, row, (time, least, most, odd) => {
    if (!(least === least)) return;
    some += 1;
    if (odd) return;
    if (least < low) low = least;
    if (most > high) high = most;
  });
  if (low > high) { low = board.value[row]; high = low; }
  if (!(low === low)) { low = 0; high = 1; }
  const reach = Math.max(high - low, Math.abs(high) * 0.02, 1e-9);
  const near = station.limits.filter((limit) => limit[2] >= low - 1.2 * reach && limit[2] <= high + 1.2 * reach);
  for (const limit of near) { low = Math.min(low, limit[2]); high = Math.max(high, limit[2]); }
  const pad = Math.max((high - low) * 0.08, reach * 0.08);
  low -= pad; high += pad;
  const px = (time) => x + w - ((now - time) / span) * w;
  const py = (value) => y + h - ((value - low) / (high - low)) * h;
  c.save();
  c.beginPath();
  c.rect(x, y, w, h);
  c.clip();
  c.strokeStyle = look.grid;
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(x, Math.round(y + h) - 0.5);
  c.lineTo(x + w, Math.round(y + h) - 0.5);
  c.stroke();
  c.setLineDash([4, 3]);
  for (const limit of near) {
    c.strokeStyle = look.inks[LEVELS[limit[0]]];
    c.lineWidth = 1.2;
    c.beginPath();
    c.moveTo(x, py(limit[2]));
    c.lineTo(x + w, py(limit[2]));
    c.stroke();
  }
  c.setLineDash([]);
  // A line joins columns unless values are missing between them
  const apart = Math.max(2.1 * board.step, station.interval ? 3.2 * station.interval * 1000 : 0);
  const dot = w / board.width;
  c.strokeStyle = told.silent ? look.muted : look.accent;
  c.lineWidth = 1.4;
  c.beginPath();
  let before = null;
  eachColumn(board, row, (time, least, most, odd) => {
    if (odd || !(least === least)) { if (!odd) before = null; return; }
    const at = px(time), up = py(most), down = py(least);
    if (before !== null && time - before <= apart) c.lineTo(at, (up + down) / 2);
    else { c.moveTo(at - Math.min(1, dot / 2), (up + down) / 2); c.lineTo(at + Math.min(1, dot / 2), (up + down) / 2); }
    if (down - up > 0.8) { c.moveTo(at, up); c.lineTo(at, down); c.moveTo(at, (up + down) / 2); }
    before = time;
  });
  c.stroke();
  // What its source or a check calls suspect or bad is drawn as such, never as part of the line
  c.strokeStyle = look.late;
  c.lineWidth = 1.5;
  c.beginPath();
  eachColumn(board, row, (time, least, most, odd) => {
    if (!odd) return;
    const at = px(time);
    const to = least === least ? Math.min(y + h - 3, Math.max(y + 3, py((least + most) / 2))) : y + h - 3;
    c.moveTo(at - 2.5, to - 2.5); c.lineTo(at + 2.5, to + 2.5);
    c.moveTo(at - 2.5, to + 2.5); c.lineTo(at + 2.5, to - 2.5);
  });
  c.stroke();
  if (asked.size === "large") labels(c, x, y, w, near, py, look);
  c.restore();
  if (told.silent) {
    const since = board.time[row] === board.time[row] ? Math.max(x, px(board.time[row])) : x;
    hatch(c, since, y, x + w - since, h, look, 0.7);
  }
  if (!some && told.never) {
    c.font = `${0.86 * look.em}px ${look.font}`;
    c.fillStyle = look.muted;
    c.fillText(cut(c, told.still, w), x + 4, y + h / 2);
  }
}

/** Names and values of the thresholds, on their lines. */
function labels(c, x, y, w, near, py, look) {
  c.font = `${0.74 * look.em}px ${look.font}`;
  let last = Infinity;
  for (const limit of [...near].sort((a, b) => a[2] - b[2])) {
    const at = py(limit[2]);
    if (last - at < 0.95 * look.em) continue;
    last = at;
    const text = cut(c, `${limit[1]} ${figure(limit[2])}`, w / 2);
    const long = c.measureText(text).width;
    c.fillStyle = look.panel;
    c.fillRect(x, at - 0.45 * look.em, long + 6, 0.9 * look.em);
    c.fillStyle = look.inks[LEVELS[limit[0]]];
    c.fillText(text, x + 3, at + 0.27 * look.em);
  }
}

// Reads what views/monitor/wire.py writes: a header and plain arrays, little-endian.

const FULL = 0x31464657;
const DELTA = 0x31444657;

/** Read one message; null where it is none. Arrays that later messages change are copied, sparklines are not. */
function readWall(bytes) {
  if (!bytes || bytes.byteLength < 64) return null;
  if (bytes.byteOffset % 8) bytes = bytes.slice();
  const {buffer, byteOffset, byteLength} = bytes;
  const head = new DataView(buffer, byteOffset, 64);
  const magic = head.getUint32(0, true);
  const count = head.getUint32(4, true);
  const width = head.getUint32(8, true);
  const partial = magic === DELTA;
  const expected = 64 + 20 * count + 8 * count * width + (partial ? 4 * count : 0) + 4 * count + count * width;
  if ((magic !== FULL && !partial) || byteLength !== expected) return null;
  let place = byteOffset + 64;
  const take = (Kind, many) => {
    const found = new Kind(buffer, place, many);
    place += found.byteLength;
    return found;
  };
  const told = {
    partial, count, width,
    number: head.getUint32(12, true),
    version: head.getUint32(16, true),
    at: head.getFloat64(24, true),
    edge: head.getFloat64(32, true),
    step: head.getFloat64(40, true),
    time: take(Float64Array, count).slice(),
    value: take(Float32Array, count).slice(),
    rate: take(Float32Array, count).slice(),
    eta: take(Float32Array, count).slice(),
    spark: take(Float32Array, count * width * 2),
  };
  if (partial) told.rows = take(Uint32Array, count);
  for (const name of ["flag", "level", "state", "next"]) told[name] = take(Uint8Array, count).slice();
  told.odd = take(Uint8Array, count * width);
  if (!partial) told.tails = new Map(); // row -> its newest columns, from the last of the full message on
  return told;
}

/** Take a small message into the full one that it names; returns the rows that changed, or null. */
function takeDelta(board, delta) {
  if (!board || board.number !== delta.number || board.version !== delta.version) return null;
  board.at = Math.max(board.at, delta.at);
  const {width} = delta;
  for (let place = 0; place < delta.count; place += 1) {
    const row = delta.rows[place];
    if (row >= board.count) continue;
    for (const name of ["time", "value", "rate", "eta", "flag", "level", "state", "next"]) board[name][row] = delta[name][place];
    board.tails.set(row, {
      width, spark: delta.spark.subarray(place * width * 2, (place + 1) * width * 2),
      odd: delta.odd.subarray(place * width, (place + 1) * width),
    });
  }
  return delta.rows;
}

/** Call `draw(time, low, high, odd)` for each column of a station that holds a value, oldest first; time is its middle. */
function eachColumn(board, row, draw) {
  const {width, step, edge, spark, odd, tails} = board;
  const tail = tails.get(row);
  const begin = edge - width * step + step / 2;
  const last = tail ? width - 1 : width; // the tail has the last column anew
  for (let column = 0, at = row * width; column < last; column += 1, at += 1) {
    const low = spark[2 * at];
    if (low === low || odd[at]) draw(begin + column * step, low, spark[2 * at + 1], odd[at]);
  }
  if (!tail) return;
  for (let column = 0; column < tail.width; column += 1) {
    const low = tail.spark[2 * column];
    if (low === low || tail.odd[column]) draw(begin + (width - 1 + column) * step, low, tail.spark[2 * column + 1], tail.odd[column]);
  }
}

// The wall of stations: only the rows of tiles in sight exist, each a canvas; scrolling is the browser's own.

const RESORT = 5000; // ms between two looks at the order
const HOLD = 4000; // ms for which nothing moves after the pointer or a key did
const HEAD = 30; // height of a group's heading at a text of 14

const WallPane = pane("stations", (ctx) => {
  const chips = h("div", {class: "chips levels", role: "group"});
  const hazards = h("div", {class: "chips hazards", role: "group"});
  const find = h("input", {
    type: "search", class: "find", maxlength: "200", autocomplete: "off", spellcheck: "false",
    oninput: () => later(),
    onkeydown: (event) => {
      if (event.key === "Escape" && find.value) { find.value = ""; ctx.send("text", {value: ""}); event.stopPropagation(); }
      if (event.key === "ArrowDown" || event.key === "Enter") { box.focus(); event.preventDefault(); }
    },
  });
  const choices = h("div", {class: "choices"});
  const sorted = h("button", {type: "button", class: "resort", hidden: true, onclick: () => settle(true)});
  const notice = h("div", {class: "notice", role: "status", hidden: true});
  const bar = h("progress", {max: "1", hidden: true});
  const space = h("div", {class: "space"});
  const hover = h("div", {class: "mark over", hidden: true}), chosen = h("div", {class: "mark chosen", hidden: true}), focus = h("div", {class: "mark cursor", hidden: true});
  const option = h("div", {role: "option", id: "wall-option", class: "spoken", "aria-selected": "false"});
  const box = h("div", {class: "box", role: "listbox", tabindex: "0", onscroll: () => soon(), onkeydown: key, onpointermove: moved, onpointerleave: left, onclick: clicked}, space, hover, chosen, focus, option);
  const table = h("div", {class: "tabled", tabindex: "0", role: "region", hidden: true});
  const empty = h("div", {class: "empty", hidden: true});
  const spoken = h("div", {class: "spoken", "aria-live": "polite", role: "status"});
  const wall = document.documentElement.hasAttribute("data-wall"); // nobody touches a wall
  const fold = h("button", {type: "button", class: "fold", "aria-expanded": "false", onclick: () => { // room is for the tiles on a phone
    fold.setAttribute("aria-expanded", head.classList.toggle("open") ? "true" : "false");
  }}, "⋯");
  const tools = h("div", {class: "tools"}, find, fold, choices, sorted);
  const head = h("div", {class: "head"}, chips, wall ? null : tools, wall ? null : hazards);
  ctx.root.append(head, bar, notice, box, table, empty, spoken);

  let told = null, roster = null, board = null, waiting = null; // a small message that came before its full one
  let order = {groups: [], counts: {}, shown: 0}, places = [], layout = [], columns = 1, tile = {w: 1, h: 1}, dirty = true;
  let cursor = null, touched = -Infinity, tabled = false, heardAt = performance.now();
  let look = null, timer = 0, frame = 0, stops = [], listening = null;
  const rowsOn = new Map(); // place in the layout -> its canvas
  const worst = new Map(); // row -> level when last spoken of

  const now = () => (ctx.state.at === null || ctx.state.at === undefined ? ctx.present() : ctx.state.at);
  const asked = () => ({
    size: "medium", group: "none", hazards: [], severities: [], conditions: [], text: "", area: null, ...ctx.state,
  });

  // ---- what comes in ----

  function takeRoster(bytes) {
    if (!bytes || bytes.byteLength < 8) return;
    told = readRoster(bytes);
    match();
    build(true);
    show();
  }

  /** Rows mean nothing unless roster and board are of one version: the other one is on its way. */
  function match() {
    roster = told && (!board || told.version === board.version) ? told : null;
  }

  function takeFull(bytes) {
    const full = readWall(bytes);
    if (!full || full.partial) return;
    heardAt = performance.now();
    const other = !board || board.version !== full.version;
    board = full;
    if (waiting && waiting.number === board.number) takeDelta(board, waiting);
    waiting = null;
    match();
    build(other || !places.length);
    show();
  }

  function takeSmall(bytes) {
    const small = readWall(bytes);
    if (!small || !small.partial) return;
    heardAt = performance.now();
    const rows = takeDelta(board, small);
    if (!rows) { if (!board || small.number > board.number) waiting = small; return; }
    if (!roster) return;
    speak(rows);
    repaint(rows);
    if (cursor !== null && rows.includes(places[cursor])) marks();
    counted();
  }

  /** Listen to the channel, or take what the server sets; asked anew when span or size change. */
  function tune() {
    const {url = "", topic = ""} = ctx.state;
    const wanted = url && topic ? `${url} ${topic}` : "";
    if (wanted === listening) return;
    listening = wanted;
    stops.splice(0).forEach((stop) => stop());
    if (!wanted) { takeRoster(bytesOf("stations")); takeFull(bytesOf("full")); takeSmall(bytesOf("delta")); return; }
    board = null;
    heardAt = performance.now();
    stops = [listen(url, "wall/stations", takeRoster), listen(url, topic, takeFull), listen(url, `${topic}/now`, takeSmall)];
  }

  function bytesOf(name) {
    const held = ctx.model[name];
    return held instanceof ArrayBuffer ? new Uint8Array(held) : ArrayBuffer.isView(held) ? new Uint8Array(held.buffer, held.byteOffset, held.byteLength) : null;
  }
  for (const [name, take] of [["stations", takeRoster], ["full", takeFull], ["delta", takeSmall]]) {
    ctx.model.on(name, () => { if (!listening) take(bytesOf(name)); });
  }

  // ---- order and layout ----

  const held = () => !wall && performance.now() - touched < HOLD;

  /** Arrange anew; the order on the screen changes only when nobody is about to click. */
  function build(at_once) {
    if (!roster || !board) return;
    order = arrange(roster, board, asked(), now());
    paintHead();
    if (at_once || !places.length) settle(true);
    else settle(false);
  }

  function signature(groups) {
    return groups.map((group) => `${group.name}:${group.rows.join(",")}`).join(";");
  }

  let shownAs = "";

  function settle(really) {
    const next = signature(order.groups);
    const same = next === shownAs;
    if (!same && !really && held()) { sorted.hidden = false; return; }
    sorted.hidden = true;
    shownAs = next;
    if (same && !dirty) { repaint(null); return; }
    const row = cursor === null ? null : places[cursor];
    lay();
    if (row !== null) { const at = places.indexOf(row); cursor = at < 0 ? null : at; }
    draw(true);
    follow();
  }

  function measure() {
    const style = getComputedStyle(ctx.root);
    const em = (parseFloat(style.fontSize) || 14) * (wall ? 0.72 : 1); // a wall shows many, and its type is large
    const of = (name, other) => style.getPropertyValue(name).trim() || other;
    const light = document.documentElement.dataset.theme === "light";
    const levels = {
      Extreme: of("--wf-extreme", "#EE3D77"), Severe: of("--wf-severe", "#F59A23"), Moderate: of("--wf-moderate", "#FFF3B0"),
      Minor: of("--wf-minor", "#5AA9FF"), Unknown: of("--wf-unknown", "#9AA3AD"),
    };
    look = {
      em, font: style.fontFamily, levels, inks: light ? INKS : levels, text: of("--wf-text", "#111"), muted: of("--wf-muted", "#666"), line: of("--wf-line", "#ccc"),
      panel: of("--wf-panel", "#fff"), accent: of("--wf-accent", "#06c"), late: of("--wf-late", "#a60"), grid: of("--wf-grid", "#ddd"),
    };
    dirty = true;
  }

  /** Place every group's heading and rows of tiles. */
  function lay() {
    const size = SIZES[asked().size] || SIZES.medium;
    const e = look.em / 14, gap = 6;
    const room = Math.max(120, box.clientWidth - gap);
    columns = Math.max(1, Math.floor(room / (size.w * e + gap)));
    tile = {w: Math.floor(room / columns) - gap, h: Math.round(size.h * e), gap};
    places = [];
    layout = [];
    let top = gap;
    for (const group of order.groups) {
      if (asked().group !== "none") { layout.push({top, height: HEAD * e, group}); top += HEAD * e; }
      for (let first = 0; first < group.rows.length; first += columns) {
        const rows = group.rows.slice(first, first + columns);
        layout.push({top, height: tile.h + gap, rows, first: places.length});
        places.push(...rows);
        top += tile.h + gap;
      }
    }
    space.style.height = `${top}px`;
    dirty = false;
    rowsOn.forEach((canvas) => canvas.remove());
    rowsOn.clear();
  }

  // ---- drawing ----

  function soon() {
    if (!frame) frame = requestAnimationFrame(() => { frame = 0; draw(false); });
  }

  /** Make the rows that are in sight, and let go of the others. */
  function draw(all) {
    if (!roster || !board || !look || tabled) return;
    if (dirty) lay();
    const top = box.scrollTop - 2 * tile.h, bottom = box.scrollTop + box.clientHeight + 2 * tile.h;
    let low = 0, high = layout.length;
    while (low < high) { const middle = (low + high) >> 1; if (layout[middle].top + layout[middle].height < top) low = middle + 1; else high = middle; }
    const kept = new Set();
    for (let at = low; at < layout.length && layout[at].top < bottom; at += 1) {
      kept.add(at);
      if (!rowsOn.has(at)) { const made = make(layout[at]); rowsOn.set(at, made); space.append(made); }
      else if (all && layout[at].rows) paint(rowsOn.get(at), layout[at], null);
    }
    for (const [at, canvas] of rowsOn) if (!kept.has(at)) { canvas.remove(); rowsOn.delete(at); }
    marks();
  }

  function make(part) {
    if (part.group) return wallHeading(ctx, {part, roster, board, by: asked().group});
    const canvas = h("canvas", {class: "tiles", "aria-hidden": "true", style: `top:${part.top}px;left:${tile.gap}px`});
    const scale = Math.min(3, window.devicePixelRatio || 1);
    const width = columns * (tile.w + tile.gap);
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(tile.h * scale);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${tile.h}px`;
    paint(canvas, part, null);
    return canvas;
  }

  function paint(canvas, part, only) {
    const c = canvas.getContext("2d");
    const scale = canvas.width / (columns * (tile.w + tile.gap));
    c.setTransform(scale, 0, 0, scale, 0, 0);
    const ask = asked(), at = now();
    part.rows.forEach((row, place) => {
      if (only && !only.has(row)) return;
      const x = place * (tile.w + tile.gap);
      c.clearRect(x, 0, tile.w + tile.gap, tile.h);
      drawTile(c, x, 0, tile.w, tile.h, sayings(roster, board, row, at, ctx.language, ctx.t), board, row, at, ask, look);
    });
  }

  /** Draw the tiles of some stations anew, or all in sight. */
  function repaint(rows) {
    if (!look || tabled) { if (tabled) tableSoon(); return; }
    const only = rows === null ? null : new Set(rows);
    for (const [at, canvas] of rowsOn) {
      const part = layout[at];
      if (part && part.rows && (!only || part.rows.some((row) => only.has(row)))) paint(canvas, part, only);
    }
  }

  // ---- head ----

  function paintHead() {
    wallChips(ctx, {chips, hazards, asked: asked(), order, roster, wall});
  }

  let counting = 0;

  function counted() {
    if (counting) return;
    counting = setTimeout(() => { counting = 0; if (roster && board) { order = arrange(roster, board, asked(), now()); if (!ctx.root.contains(ctx.root.getRootNode().activeElement) || !chips.contains(ctx.root.getRootNode().activeElement)) paintHead(); } }, 1000);
  }

  function paintTools() {
    wallTools(ctx, {choices, asked: asked(), tabled, save, turn: () => { tabled = !tabled; show(); paintTools(); }});
  }

  function save(what) {
    if (what === "png") picture();
    else ctx.send("save", {what, names: what === "recipe" ? [] : shownRows().map((row) => roster.stations[row].name)});
  }

  const shownRows = () => order.groups.flatMap((group) => group.rows);

  function picture() {
    const said = [ctx.t("wall.stations.title"), ctx.t(`wall.span.${asked().span}`), `${fullTime(now(), ctx.zone)} (${ctx.zone})`];
    if (ctx.state.as_of) said.push(ctx.t("time.as_of", {time: fullTime(ctx.state.as_of, ctx.zone)}));
    wallPicture({
      title: [ctx.state.mark, ctx.state.title].filter(Boolean).join(" · "), said: said.join(" · "), file: ctx.state.file, look, tile,
      wide: box.clientWidth, high: box.clientHeight, top: box.scrollTop, across: columns * (tile.w + tile.gap),
      parts: [...rowsOn].map(([at, node]) => ({part: layout[at], node})),
    });
  }

  // ---- pointer and keys ----

  function placeAt(event) {
    const bounds = box.getBoundingClientRect();
    const x = event.clientX - bounds.left - tile.gap, y = event.clientY - bounds.top + box.scrollTop;
    const part = layout.find((each) => each.rows && y >= each.top && y < each.top + tile.h);
    const column = Math.floor(x / (tile.w + tile.gap));
    return part && x >= 0 && column < part.rows.length && x - column * (tile.w + tile.gap) < tile.w ? part.first + column : null;
  }

  function rectangle(place) {
    const part = layout.find((each) => each.rows && place >= each.first && place < each.first + each.rows.length);
    return part && {x: tile.gap + (place - part.first) * (tile.w + tile.gap), y: part.top};
  }

  function put_mark(mark, place) {
    const at = place === null || place < 0 ? null : rectangle(place);
    mark.hidden = !at;
    if (at) mark.style.cssText = `left:${at.x}px;top:${at.y}px;width:${tile.w}px;height:${tile.h}px`;
  }

  let over = null;

  function marks() {
    put_mark(hover, over);
    put_mark(focus, ctx.root.getRootNode().activeElement === box ? cursor : null);
    const {selected} = ctx.state;
    put_mark(chosen, selected ? places.findIndex((row) => roster.stations[row].name === selected) : null);
    if (cursor === null || !places.length) { box.removeAttribute("aria-activedescendant"); return; }
    const told = sayings(roster, board, places[cursor], now(), ctx.language, ctx.t);
    fill(option, tell(told));
    option.setAttribute("aria-selected", told.station.name === selected ? "true" : "false");
    option.setAttribute("aria-setsize", places.length);
    option.setAttribute("aria-posinset", cursor + 1);
    box.setAttribute("aria-activedescendant", "wall-option");
  }

  const tell = (told) => [told.title, told.word, told.still, `${told.value} ${told.unit}`, told.odd, told.arrow && told.arrow !== "▶" ? told.trend : "", told.ahead, told.still ? "" : told.age].filter(Boolean).join(", ");

  function moved(event) {
    touched = performance.now();
    over = placeAt(event);
    put_mark(hover, over);
    if (over !== null) {
      const told = sayings(roster, board, places[over], now(), ctx.language, ctx.t);
      const time = board.time[places[over]];
      box.title = [tell(told), told.station.name, time === time ? fullTime(time, ctx.zone) : "", ...told.station.limits.map((limit) => `${limit[3] ? "≤" : "≥"} ${figure(limit[2])} ${told.unit} ${limit[1]}`)].filter(Boolean).join("\n");
    } else box.title = "";
  }

  function left() { over = null; touched = -Infinity; hover.hidden = true; }

  function clicked(event) {
    const place = placeAt(event);
    if (place === null) return;
    cursor = place;
    open();
  }

  function open() {
    if (cursor !== null && places[cursor] !== undefined) ctx.send("open", {name: roster.stations[places[cursor]].name});
    marks();
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(box.clientHeight / (tile.h + tile.gap)));
    const steps = {ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity};
    if (event.key in steps) go(steps[event.key]);
    else if (event.key === "ArrowDown") leap(1);
    else if (event.key === "ArrowUp") leap(-1);
    else if (event.key === "PageDown") leap(page);
    else if (event.key === "PageUp") leap(-page);
    else if (event.key === "Enter" || event.key === " ") open();
    else if (event.key === "Escape") ctx.send("open", {name: ""});
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function go(step) {
    if (!places.length) return;
    touched = performance.now();
    cursor = Math.min(places.length - 1, Math.max(0, cursor === null ? 0 : cursor + step));
    reveal();
  }

  /** Up or down by rows, keeping to the column. */
  function leap(step) {
    if (cursor === null) { go(0); return; }
    const lines = layout.filter((part) => part.rows);
    const at = lines.findIndex((part) => cursor >= part.first && cursor < part.first + part.rows.length);
    const line = lines[Math.min(lines.length - 1, Math.max(0, at + step))];
    touched = performance.now();
    cursor = line.first + Math.min(line.rows.length - 1, cursor - lines[at].first);
    reveal();
  }

  function reveal() {
    const at = rectangle(cursor);
    if (!at) return;
    if (at.y < box.scrollTop) box.scrollTop = Math.max(0, at.y - HEAD);
    else if (at.y + tile.h > box.scrollTop + box.clientHeight) box.scrollTop = at.y + tile.h - box.clientHeight + tile.gap;
    draw(false);
  }

  /** On a wall: the next screenful, as long as something on it is not calm; then the worst again. */
  function turn() {
    if (!roster || !board || !layout.length) return;
    const last = layout.filter((part) => part.rows && part.rows.some((row) => rankOf(board, roster.stations[row], row, now()) < 21)).pop();
    const next = box.scrollTop + box.clientHeight - tile.h / 2;
    const part = layout.find((each) => each.top + each.height > next);
    box.scrollTop = part && last && part.top <= last.top && box.scrollTop + box.clientHeight < box.scrollHeight - 2 ? part.top - tile.gap : 0;
    draw(false);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => ctx.send("text", {value: find.value}), 250);
  }

  // ---- the table beside it ----

  let most = 200, tabling = 0;

  function tableSoon() {
    if (!tabling) tabling = setTimeout(() => { tabling = 0; if (tabled) paintTable(); }, 1000);
  }

  function paintTable() {
    if (!roster || !board) return;
    const at = now(), rows = shownRows();
    const told = rows.slice(0, most).map((row) => sayings(roster, board, row, at, ctx.language, ctx.t));
    fill(table, wallTable(ctx, told), rows.length > most ? h("button", {type: "button", onclick: () => { most += 200; paintTable(); }}, ctx.t("wall.more", {n: number(rows.length - most)})) : null);
  }

  /** Say that a station has reached a worse level: to screen readers, once. */
  function speak(rows) {
    const said = [];
    for (const row of rows) {
      const level = board.level[row], before = worst.get(row);
      if (before !== undefined && level > before && level >= 4 && said.length < 3) {
        const told = sayings(roster, board, row, now(), ctx.language, ctx.t);
        said.push(`${told.word}: ${told.title}, ${told.value} ${told.unit}. `);
      }
      worst.set(row, level);
    }
    if (said.length) fill(spoken, said);
  }

  function show() {
    const {trouble = "", progress = null} = ctx.state;
    const nothing = Boolean(roster && board && !order.shown);
    // A full message comes every minute; the first within seconds.
    const unheard = listening && performance.now() - heardAt > (board ? 150000 : 20000);
    const said = trouble || (unheard ? ctx.t(board ? "wall.unheard" : "wall.unread") : "");
    notice.hidden = !said;
    notice.classList.toggle("bad", Boolean(trouble));
    fill(notice, said);
    bar.hidden = progress === null;
    if (progress !== null) { bar.value = progress; bar.setAttribute("aria-label", ctx.t("wall.reading")); }
    table.hidden = !tabled || nothing;
    box.hidden = tabled || nothing || !roster || !board;
    empty.hidden = !(nothing || !roster || !board);
    if (!empty.hidden) {
      fill(empty, !roster || !board ? ctx.t(progress === null ? "state.loading" : "wall.reading") : roster.stations.length ? [h("p", {}, ctx.t("wall.nothing.filtered")), h("button", {type: "button", onclick: () => ctx.send("reset")}, ctx.t("action.reset"))] : h("p", {}, ctx.t("wall.nothing")));
    }
    if (tabled) paintTable();
    else if (!box.hidden) draw(false);
  }

  ctx.listen(document, "wf:find", () => { find.focus(); find.select(); });
  ctx.listen(document, "wf:next", () => { box.focus(); go(1); });
  ctx.listen(document, "wf:previous", () => { box.focus(); go(-1); });
  box.addEventListener("focus", () => { if (cursor === null && places.length) cursor = 0; marks(); });
  box.addEventListener("blur", () => { focus.hidden = true; });
  ctx.every(RESORT, () => { if (roster && board) build(false); show(); });
  ctx.ticks = () => repaint(null);
  ctx.ends(() => { stops.splice(0).forEach((stop) => stop()); clearTimeout(timer); clearTimeout(counting); clearTimeout(tabling); cancelAnimationFrame(frame); });
  const watch = new ResizeObserver(() => { if (!box.clientWidth) return; measure(); draw(true); });
  watch.observe(box);
  ctx.ends(() => watch.disconnect());
  // Slices of the Chinese font come when their characters are drawn first: draw again with them.
  if (document.fonts) ctx.listen(document.fonts, "loadingdone", () => { measured.clear(); repaint(null); });
  if (wall) ctx.every(12000, turn);

  let before = "", shownName = null;

  /** Bring the chosen station into sight, where it was not chosen here. */
  function follow() {
    const {selected = null} = ctx.state;
    if (selected === shownName || !places.length || tabled) return;
    shownName = selected;
    const place = selected === null ? -1 : places.findIndex((row) => roster.stations[row].name === selected);
    if (place >= 0 && place !== cursor) { cursor = place; reveal(); }
  }

  return (state) => {
    if (!look) measure();
    const view = JSON.stringify([state.size, state.group, state.hazards, state.severities, state.conditions, state.text, state.area, state.at, ctx.language]);
    const changed = view !== before;
    before = view;
    box.setAttribute("aria-label", ctx.t("wall.stations.title"));
    table.setAttribute("aria-label", ctx.t("wall.stations.title"));
    chips.setAttribute("aria-label", ctx.t("wall.level.long"));
    hazards.setAttribute("aria-label", ctx.t("filters.hazards"));
    find.placeholder = ctx.t("wall.find");
    find.setAttribute("aria-label", ctx.t("wall.find"));
    fill(sorted, ctx.t("wall.resort"));
    if (cursor === null) fill(option, ctx.t("wall.stations.title")); // it has a name before there is a cursor
    fold.setAttribute("aria-label", ctx.t("wall.fold"));
    if (ctx.root.getRootNode().activeElement !== find) find.value = state.text || "";
    if (!wall && (changed || !choices.childNodes.length)) paintTools();
    tune();
    if (changed) { dirty = true; box.scrollTop = changed && places.length ? 0 : box.scrollTop; build(true); }
    show();
    if (roster && board) { follow(); marks(); }
  };
});

PANES.WallPane = WallPane;
}
export default PANES;
