// Made from parts/ by watchfloor.views.situation.bundle; edit the parts, not this file.
const CSS = ".wf { font-family: var(--wf-font, system-ui, sans-serif); font-size: var(--wf-size, 14px); line-height: 1.4; color: var(--wf-text, inherit);\n  height: 100%; box-sizing: border-box; position: relative; }\n.wf *, .wf *::before, .wf *::after { box-sizing: border-box; }\n.wf [hidden] { display: none !important; }\n.wf .num, .wf time { font-variant-numeric: tabular-nums; }\n.wf .muted { color: var(--wf-muted); }\n.wf button, .wf input, .wf select, .wf textarea { font: inherit; color: inherit; background: var(--wf-raised, transparent);\n  border: 1px solid var(--wf-line, #8888); border-radius: 4px; padding: 3px 10px; min-height: 28px; }\n.wf button { cursor: pointer; white-space: nowrap; }\n.wf button:hover:not(:disabled) { border-color: var(--wf-muted); }\n.wf button:disabled { opacity: 0.55; cursor: not-allowed; }\n.wf button[aria-pressed=\"true\"], .wf button.primary { border-color: var(--wf-accent); color: var(--wf-accent); }\n.wf :focus-visible { outline: 2px solid var(--wf-accent, Highlight); outline-offset: -1px; }\n.wf .sign .fill { stroke: rgb(0 0 0 / 55%); stroke-width: 1; }\n.wf .sign .cross { stroke: #111; stroke-width: 1.6; fill: none; }\n.wf .sign .Extreme { fill: var(--wf-extreme, #EE3D77); } .wf .sign .Severe { fill: var(--wf-severe, #F59A23); }\n.wf .sign .Moderate { fill: var(--wf-moderate, #FFF3B0); } .wf .sign .Minor { fill: var(--wf-minor, #5AA9FF); }\n.wf .sign .Unknown { fill: var(--wf-unknown, #9AA3AD); }\n.wf .hazard { stroke: currentColor; fill: none; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; flex: none; }\n.wf .severity { padding: 0 6px; border-radius: 3px; font-weight: 600; font-size: 0.82em; line-height: 1.55; color: #111; background: var(--wf-unknown); flex: none; }\n.wf .severity.Extreme { background: var(--wf-extreme); } .wf .severity.Severe { background: var(--wf-severe); }\n.wf .severity.Moderate { background: var(--wf-moderate); } .wf .severity.Minor { background: var(--wf-minor); }\n.wf .badge { padding: 0 5px; border-radius: 3px; font-size: 0.76em; font-weight: 700; letter-spacing: 0.03em; text-transform: uppercase; border: 1px solid currentColor; flex: none; line-height: 1.5; }\n.wf .badge.new, .wf .badge.updated { color: var(--wf-accent); } .wf .badge.late { color: var(--wf-late); } .wf .badge.disputed { color: var(--wf-down); }\n.wf .badge.cancelled, .wf .badge.ended, .wf .badge.expired, .wf .badge.upcoming, .wf .badge.exercise, .wf .badge.test { color: var(--wf-muted); }\n.wf .empty { padding: 24px 16px; color: var(--wf-muted); text-align: center; }\n.wf .notice { padding: 6px 10px; color: var(--wf-late); border-bottom: 1px solid var(--wf-line); }\n.wf .notice.bad { color: var(--wf-down); }\n.wf .toast { position: absolute; left: 8px; right: 8px; bottom: 8px; padding: 8px 12px; border-radius: 4px; background: var(--wf-raised);\n  border: 1px solid var(--wf-accent); opacity: 0; pointer-events: none; transition: opacity 0.2s; z-index: 5; }\n.wf .toast.shown { opacity: 1; } .wf .toast.bad { border-color: var(--wf-down); } .wf .toast:empty { display: none; }\n\n.list { display: flex; flex-direction: column; background: var(--wf-panel); min-height: 0; }\n.list .head { display: flex; gap: 8px; align-items: center; padding: 6px 8px; border-bottom: 1px solid var(--wf-line); flex-wrap: wrap; }\n.list .title { flex: 1 1 auto; white-space: nowrap; } .list .zone { margin-left: 10px; font-size: 0.86em; }\n.list .find { flex: 1 1 120px; min-width: 90px; }\n.list .kinds { padding: 5px 8px; border-bottom: 1px solid var(--wf-line); } .list .kinds:empty { display: none; } .wf .kinds .chip { font-size: 0.82em; padding: 1px 7px; min-height: 24px; }\n.list .kind { display: inline-flex; gap: 3px; align-items: center; white-space: pre; flex: none; } .wf .bell { color: var(--wf-late); }\n.list .opened { display: flex; justify-content: space-between; gap: 8px; align-items: center; padding: 5px 10px; color: var(--wf-accent); border-bottom: 1px solid var(--wf-line); }\n.list .rows { flex: 1 1 0; overflow-y: auto; overflow-x: hidden; min-height: 140px; position: relative; contain: strict; }\n.list .space { position: relative; width: 100%; }\n.list .row { position: absolute; left: 0; right: 0; height: var(--row, 68px); display: flex; gap: 8px; padding: 6px 10px 6px 6px; cursor: pointer;\n  border-bottom: 1px solid var(--wf-line); border-left: 3px solid transparent; overflow: hidden; }\n.list .row:hover { background: var(--wf-raised); }\n.list .row[aria-selected=\"true\"] { background: var(--wf-raised); border-left-color: var(--wf-accent); }\n.list .row.over .name, .list .row.over .area { color: var(--wf-muted); text-decoration: line-through; text-decoration-thickness: 1px; }\n.list .row.over .sign { opacity: 0.45; }\n.list .mark { padding-top: 1px; flex: none; }\n.list .body { flex: 1 1 auto; min-width: 0; }\n.list .line { display: flex; gap: 6px; align-items: center; white-space: nowrap; overflow: hidden; font-size: 0.9em; height: 1.5em; }\n.list .line.first { font-size: 1em; height: 1.45em; } .list .line.last { font-size: 0.82em; gap: 3px; height: 1.5em; }\n.list .name { font-weight: 600; flex: 1 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; }\n.list .area { overflow: hidden; text-overflow: ellipsis; flex: 1 1 auto; min-width: 0; }\n.list .source { overflow: hidden; text-overflow: ellipsis; flex: 0 1 auto; }\n.list .line.last > * { flex: none; } .list .line.last > .source { flex: 0 1 auto; min-width: 20px; }\n.list .trust { margin-left: auto; padding-left: 6px; } .list .trust.verified { color: var(--wf-ok); } .list .trust.unverified { color: var(--wf-late); }\n.list .people { margin-left: auto; flex: none; }\n\n.figures .tiles { display: flex; gap: 6px; overflow-x: auto; }\n.wf .tile { flex: 1 1 auto; display: flex; flex-direction: column; align-items: flex-start; gap: 0; padding: 5px 12px; min-width: 84px; min-height: 52px; text-align: left;\n  background: var(--wf-panel); border: 1px solid var(--wf-line); border-radius: 6px; }\n.wf .tile[aria-expanded=\"true\"] { border-color: var(--wf-accent); box-shadow: inset 0 -3px 0 var(--wf-accent); }\n.figures .value { font-size: 1.6em; font-weight: 600; line-height: 1.15; display: flex; align-items: center; gap: 6px; }\n.figures .value small { font-size: 0.55em; font-weight: 400; color: var(--wf-muted); align-self: flex-end; padding-bottom: 3px; margin-left: -4px; }\n.figures .label { font-size: 0.82em; color: var(--wf-muted); white-space: nowrap; }\n.figures .zero .value { color: var(--wf-muted); font-weight: 400; } .figures .none .value { color: var(--wf-muted); }\n.figures .tone-late .value { color: var(--wf-late); } .figures .tone-down .value { color: var(--wf-down); }\n.figures .some.tone-Extreme { border-left: 4px solid var(--wf-extreme); } .figures .some.tone-Severe { border-left: 4px solid var(--wf-severe); }\n.figures .some.tone-Moderate { border-left: 4px solid var(--wf-moderate); } .figures .some.tone-Minor { border-left: 4px solid var(--wf-minor); }\n.figures .silent { color: var(--wf-late); margin-left: 6px; }\n.wf .behind, .wf .more { margin-top: 6px; padding: 8px 12px; background: var(--wf-panel); border: 1px solid var(--wf-accent); border-radius: 6px; max-height: 40vh; overflow: auto; }\n.wf .behind-head { display: flex; gap: 10px; align-items: center; } .wf .behind-head strong { flex: 1; }\n.wf .facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 14px; margin: 6px 0; }\n.wf .facts dt { color: var(--wf-muted); } .wf .facts dd { margin: 0; overflow-wrap: anywhere; }\n.wf code, .wf kbd { font-family: var(--wf-mono, monospace); font-size: 0.88em; overflow-wrap: anywhere; }\n.wf kbd { border: 1px solid var(--wf-line); border-radius: 3px; padding: 1px 7px; background: var(--wf-raised); }\n.wf .names { columns: 260px; margin: 6px 0; padding-left: 18px; }\n.wf button.link { border: 0; background: none; padding: 0; min-height: 0; color: var(--wf-accent); text-align: left; white-space: normal; }\n\n.feeds .strip { display: flex; gap: 8px; align-items: center; overflow-x: auto; padding: 2px 4px; }\n.wf .caption { color: var(--wf-muted); font-size: 0.86em; flex: none; }\n.feeds .sources { display: flex; gap: 6px; list-style: none; margin: 0; padding: 0; }\n.wf button.source { display: flex; gap: 6px; align-items: center; padding: 1px 8px; min-height: 26px; font-size: 0.86em; background: var(--wf-panel); }\n.feeds .well { display: flex; gap: 5px; align-items: center; color: var(--wf-ok); font-size: 0.86em; white-space: nowrap; padding: 0 4px; }\n.wf button.source.ok { padding: 1px 6px; border-color: transparent; gap: 4px; }\n.wf button.source.ok:hover { border-color: var(--wf-muted); }\n.wf .health { fill: none; stroke: currentColor; stroke-width: 2; flex: none; }\n.wf .source.ok .word, .wf .health.ok { color: var(--wf-ok); } .wf .source.late .word, .wf .health.late { color: var(--wf-late); }\n.wf .source.down .word, .wf .health.down { color: var(--wf-down); } .wf .source.off .word, .wf .health.off, .wf .source.new .word, .wf .health.new { color: var(--wf-muted); }\n.wf .source.late { border-color: var(--wf-late); } .wf .source.down { border-color: var(--wf-down); }\n.wf .source .word { font-weight: 600; } .wf .held { color: var(--wf-late); }\n.wf table { border-collapse: collapse; width: 100%; font-size: 0.92em; } .wf th, .wf td { text-align: left; padding: 2px 8px 2px 0; vertical-align: top; overflow-wrap: anywhere; }\n.wf thead th { color: var(--wf-muted); font-weight: 400; } .wf tbody tr { border-top: 1px solid var(--wf-line); }\n\n.filters .groups, .detail .page, .areas .page { padding: 8px 10px; }\n.filters-head { display: flex; justify-content: space-between; align-items: center; margin-bottom: 4px; }\n.wf fieldset { border: 0; margin: 0 0 8px; padding: 0; min-width: 0; } .wf legend { color: var(--wf-muted); font-size: 0.86em; padding: 0 0 3px; }\n.wf .chips { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; }\n.wf button.chip { display: inline-flex; gap: 5px; align-items: center; padding: 1px 8px; min-height: 26px; font-size: 0.88em; }\n.wf .chip.on { background: var(--wf-accent); color: var(--wf-on-accent, #fff); border-color: var(--wf-accent); } .wf .chip.on .muted { color: inherit; }\n.wf .chip.none:not(.on) { color: var(--wf-muted); } .wf .chip.none:not(.on) svg { opacity: 0.5; }\n.filters .hint { margin: 4px 0 0; font-size: 0.86em; } .filters select { max-width: 100%; } .filters .notice ul { margin: 2px 0; padding-left: 18px; overflow-wrap: anywhere; }\n\n.timebar { display: flex; gap: 18px; padding: 6px 12px; align-items: stretch; }\n.timebar .valid { flex: 1 1 auto; min-width: 0; } .timebar .row { display: flex; gap: 6px; align-items: center; }\n.timebar .play { min-width: 36px; font-size: 0.8em; } .timebar .shown { margin-left: 8px; font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }\n.timebar .track { position: relative; height: 38px; margin: 4px 8px 0; }\n.timebar .bars { position: absolute; inset: 0 0 12px; width: 100%; height: 26px; }\n.timebar .bar { fill: var(--wf-unknown); opacity: 0.85; } .timebar .bar.Extreme { fill: var(--wf-extreme); } .timebar .bar.Severe { fill: var(--wf-severe); }\n.timebar .bar.Moderate { fill: var(--wf-moderate); } .timebar .bar.Minor { fill: var(--wf-minor); }\n.timebar .slider { position: absolute; left: -8px; right: -8px; bottom: 0; width: calc(100% + 16px); margin: 0; padding: 0; min-height: 16px; height: 16px; background: none; border: 0; accent-color: var(--wf-accent); }\n.timebar .nowline { position: absolute; top: 0; bottom: 6px; width: 0; border-left: 2px solid var(--wf-text); z-index: 1; pointer-events: none; }\n.timebar .nowline span { position: absolute; top: -2px; left: 4px; font-size: 0.76em; white-space: nowrap; background: var(--wf-panel); padding: 0 3px; border-radius: 2px; }\n.timebar .ticks { position: relative; height: 16px; margin: 0 8px; font-size: 0.76em; } .timebar .ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }\n.timebar .ticks span:first-child { transform: none; } .timebar .ticks span:last-child { transform: translateX(-100%); }\n.timebar .asof { flex: none; border-left: 1px solid var(--wf-line); padding-left: 16px; display: flex; flex-direction: column; gap: 4px; margin: 0; }\n.timebar .asof.past { border-left: 4px solid var(--wf-late); } .timebar .asof .mark { color: var(--wf-ok); } .timebar .asof.past .mark { color: var(--wf-late); }\n.timebar .entry, .timebar .steps { display: flex; gap: 4px; align-items: center; flex-wrap: wrap; } .timebar .asof button { padding: 2px 8px; min-height: 26px; }\n.timebar .asof.past .live { border-color: var(--wf-late); color: var(--wf-late); font-weight: 600; }\n\n.detail { background: var(--wf-panel); overflow: auto; }\n.detail h2 { font-size: 1.15em; margin: 6px 0 2px; overflow-wrap: anywhere; } .detail h3 { font-size: 0.86em; color: var(--wf-muted); font-weight: 600; margin: 12px 0 3px; border-bottom: 1px solid var(--wf-line); }\n.detail h4 { font-size: 0.92em; margin: 8px 0 2px; } .detail .line { display: flex; gap: 6px; align-items: center; flex-wrap: wrap; }\n.detail .where { margin: 2px 0; color: var(--wf-muted); } .detail .prose { white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0; max-width: 76ch; }\n.detail .headline { font-weight: 600; } .detail .instruction { border-left: 3px solid var(--wf-accent); padding-left: 10px; }\n.detail .tabs { display: flex; gap: 4px; margin: 4px 0; } .detail .act { display: flex; gap: 6px; margin-top: 4px; } .detail .note { flex: 1; min-width: 0; }\n.detail .acts, .detail .links, .detail .history { margin: 2px 0; padding-left: 18px; overflow-wrap: anywhere; } .detail p.muted { margin: 2px 0; }\n.detail a { color: var(--wf-accent); overflow-wrap: anywhere; } .detail .changes th { color: var(--wf-muted); font-weight: 400; width: 22%; } .detail .changes td { width: 39%; white-space: pre-wrap; }\n.detail del { color: var(--wf-muted); } .detail ins { text-decoration: none; font-weight: 600; }\n.detail .trust.verified { color: var(--wf-ok); } .detail .trust.unverified { color: var(--wf-late); }\n.areas .sums td { text-align: right; } .areas .sums th { font-weight: 400; }\n.export { padding: 6px 10px; }\n.keys { display: inline-block; } .keys > button { min-width: 30px; padding: 2px 8px; }\n.wf dialog { background: var(--wf-panel); color: var(--wf-text); border: 1px solid var(--wf-line); border-radius: 8px; padding: 16px 24px; max-width: 520px; }\n.wf dialog::backdrop { background: rgb(0 0 0 / 55%); } .wf dialog h2 { margin: 0 0 8px; font-size: 1.15em; }\n.keys .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }\n@media (max-width: 820px) {\n  .timebar { flex-direction: column; gap: 8px; } .timebar .asof { border-left: 0; border-top: 1px solid var(--wf-line); padding: 8px 0 0; }\n  .timebar .asof.past { border-left: 0; border-top: 4px solid var(--wf-late); }\n  .figures .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); }\n  .wf .tile { min-width: 0; padding: 5px 8px; } .figures .label { white-space: normal; }\n  .timebar .ticks span:not(:nth-child(4n + 1)) { display: none; }\n  .timebar .row { flex-wrap: wrap; } .timebar .shown { margin-left: 0; width: 100%; }\n  .wf button, .wf input, .wf select { min-height: 34px; }\n}\n@media (prefers-reduced-motion: reduce) { .wf *, .wf *::before, .wf *::after { animation: none !important; transition: none !important; } }\n@media (forced-colors: active) { .wf .sign, .wf .severity, .wf .bar { forced-color-adjust: none; } }\n.timebar .when { width: 11.5em; } .timebar .leap { display: flex; gap: 4px; margin-left: auto; }\n.wall button { cursor: default; } .wall.list .head { padding: 0.3em 0.6em; } .wall.list .title { font-size: 1.05em; display: flex; justify-content: space-between; gap: 1em; } .wall.list .zone { font-size: 1em; }\n.wall.list .rows { overflow: hidden; } .wall.list .source, .wall.list .trust { display: none; } .wall.list .row { gap: 0.5em; padding: 0.35em 0.6em; border-left: 0; cursor: default; } .wall.list .row:hover { background: none; }\n.wall.list .line.last { font-size: 0.9em; } .wall .badge { font-size: 0.72em; } .wall.figures .tiles { overflow: hidden; }\n.wall .tile { padding: 0.25em 0.6em; cursor: default; min-width: 0; } .wall.figures .value { font-size: 1.7em; } .wall.feeds .strip { font-size: 0.95em; }\n.series { padding: 6px 10px 0; } .series .behind-head strong { flex: 0 1 auto; } .series .behind-head .muted { flex: 1 1 auto; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }\n.wf[data-bare=\"dark\"] { --wf-page: #0F141A; --wf-panel: #151B22; --wf-raised: #1C242D; --wf-line: #2A343F; --wf-text: #E6EDF3; --wf-muted: #9AA3AD; --wf-accent: #6CB6FF; --wf-on-accent: #0B1118; --wf-ok: #58C08E; --wf-late: #E8B23A; --wf-down: #FF7B72; --wf-alarm: #C62828; --wf-on-alarm: #FFFFFF; --wf-sea: #0B1118; --wf-land: #1B2430; --wf-grid: #232D37; --wf-extreme: #EE3D77; --wf-severe: #F59A23; --wf-moderate: #FFF3B0; --wf-minor: #5AA9FF; --wf-unknown: #9AA3AD; --wf-font: -apple-system, \"Segoe UI\", Roboto, \"Noto Sans\", \"Liberation Sans\", \"Noto Sans CJK SC\", \"PingFang SC\", \"Microsoft YaHei\", system-ui, sans-serif; --wf-mono: ui-monospace, \"SFMono-Regular\", \"Noto Sans Mono\", \"Liberation Mono\", monospace; color-scheme: dark; background: var(--wf-page); color: var(--wf-text); }\n.wf[data-bare=\"light\"] { --wf-page: #EEF1F4; --wf-panel: #FFFFFF; --wf-raised: #F4F6F8; --wf-line: #CBD3DB; --wf-text: #16202B; --wf-muted: #55616D; --wf-accent: #0B5CAD; --wf-on-accent: #FFFFFF; --wf-ok: #1A7446; --wf-late: #8A5A00; --wf-down: #C0261C; --wf-alarm: #B71C1C; --wf-on-alarm: #FFFFFF; --wf-sea: #D6E2EC; --wf-land: #F6F4EF; --wf-grid: #E1E6EB; --wf-extreme: #EE3D77; --wf-severe: #F59A23; --wf-moderate: #FFF3B0; --wf-minor: #5AA9FF; --wf-unknown: #9AA3AD; --wf-font: -apple-system, \"Segoe UI\", Roboto, \"Noto Sans\", \"Liberation Sans\", \"Noto Sans CJK SC\", \"PingFang SC\", \"Microsoft YaHei\", system-ui, sans-serif; --wf-mono: ui-monospace, \"SFMono-Regular\", \"Noto Sans Mono\", \"Liberation Mono\", monospace; color-scheme: light; background: var(--wf-page); color: var(--wf-text); }\n";
const WORDS = {"Actual": {"en": "Actual", "zh": "实际"}, "Draft": {"en": "Draft", "zh": "草稿"}, "Exercise": {"en": "Exercise", "zh": "演练"}, "Expected": {"en": "Expected", "zh": "预期"}, "Extreme": {"en": "Extreme", "zh": "特别严重"}, "Future": {"en": "Future", "zh": "将来"}, "Immediate": {"en": "Immediate", "zh": "立即"}, "Likely": {"en": "Likely", "zh": "很可能"}, "Minor": {"en": "Minor", "zh": "一般"}, "Moderate": {"en": "Moderate", "zh": "较重"}, "Observed": {"en": "Observed", "zh": "已观测到"}, "Past": {"en": "Past", "zh": "已过"}, "Possible": {"en": "Possible", "zh": "可能"}, "Severe": {"en": "Severe", "zh": "严重"}, "System": {"en": "System", "zh": "系统"}, "Test": {"en": "Test", "zh": "测试"}, "Unknown": {"en": "Unknown", "zh": "未知"}, "Unlikely": {"en": "Unlikely", "zh": "不太可能"}, "act.acknowledge": {"en": "acknowledged", "zh": "已确认"}, "act.note": {"en": "noted", "zh": "备注"}, "act.seen": {"en": "saw this", "zh": "已查看"}, "action.close": {"en": "Close", "zh": "关闭"}, "action.reset": {"en": "Reset filters", "zh": "清除筛选"}, "area.clear": {"en": "Clear the area", "zh": "清除区域"}, "area.missing": {"en": "Could not be counted: {names}", "zh": "无法统计：{names}"}, "area.title": {"en": "Inside the area", "zh": "区域内"}, "area.waiting": {"en": "Counting…", "zh": "统计中…"}, "badge.active": {"en": "active", "zh": "有效"}, "badge.cancelled": {"en": "cancelled", "zh": "取消"}, "badge.cancelled.long": {"en": "Cancelled by its source", "zh": "已由发布方取消"}, "badge.disputed": {"en": "disputed", "zh": "有争议"}, "badge.disputed.long": {"en": "A message that is not verified wants to change this verified alert; it is held", "zh": "未经验证的消息要求更改此已验证预警，已扣留"}, "badge.ended": {"en": "ended", "zh": "结束"}, "badge.ended.long": {"en": "Ended by its source", "zh": "已由发布方宣布结束"}, "badge.exercise": {"en": "exercise", "zh": "演练"}, "badge.exercise.long": {"en": "Status Exercise: not in earnest", "zh": "演练信息，并非真实"}, "badge.expired": {"en": "expired", "zh": "过期"}, "badge.expired.long": {"en": "Its time is over; its source did not cancel it", "zh": "有效期已过，发布方未取消"}, "badge.late": {"en": "late", "zh": "迟到"}, "badge.late.long": {"en": "It arrived here more than 10 minutes after it was issued", "zh": "发布 10 分钟后才到达"}, "badge.new": {"en": "new", "zh": "新"}, "badge.new.long": {"en": "Learned within the last 30 minutes", "zh": "30 分钟内获知"}, "badge.test": {"en": "test", "zh": "测试"}, "badge.test.long": {"en": "Status Test: not in earnest", "zh": "测试信息，并非真实"}, "badge.upcoming": {"en": "upcoming", "zh": "即将"}, "badge.upcoming.long": {"en": "Not yet in force", "zh": "尚未生效"}, "badge.updated": {"en": "updated", "zh": "更新"}, "badge.updated.long": {"en": "A new revision came within the last 30 minutes", "zh": "30 分钟内有新版本"}, "certainty": {"en": "Certainty", "zh": "确定性"}, "detail.acknowledge": {"en": "Acknowledge", "zh": "确认"}, "detail.acts": {"en": "Seen by", "zh": "查看情况"}, "detail.coded": {"en": "area by code", "zh": "按代码定位"}, "detail.coded.long": {"en": "Drawn as the counties or states whose codes the message names, not as a shape of its own: {names}.", "zh": "消息本身没有图形，按其代码所指的县或州绘制：{names}。"}, "detail.codes.none": {"en": "Not drawn: it names its place by codes alone, and no table here knows them (forecast and marine zones are no counties): {codes}.", "zh": "未绘制：消息只用代码说明地点，而本席的代码表中没有（预报区和海区不是县）：{codes}。"}, "detail.codes.some": {"en": "Not drawn, because no table here knows them (forecast and marine zones are no counties): {codes}.", "zh": "以下代码未绘制，本席的代码表中没有（预报区和海区不是县）：{codes}。"}, "detail.contact": {"en": "Contact", "zh": "联系方式"}, "detail.disputed": {"en": "Held, without effect: a message ({type}, {trust}) of {time} wants to change this alert, which is verified. Ask its sender.", "zh": "已扣留，未生效：{time} 的一条消息（{type}，{trust}）要求更改此已验证的预警。请向发布方核实。"}, "detail.download": {"en": "Download the bytes as received", "zh": "下载原始报文"}, "detail.facts": {"en": "Facts", "zh": "基本信息"}, "detail.first": {"en": "first known revision", "zh": "首个版本"}, "detail.from": {"en": "In force from", "zh": "生效时间"}, "detail.gone": {"en": "This record was not known at this time.", "zh": "此时尚未获知该记录。"}, "detail.history": {"en": "History", "zh": "历史版本"}, "detail.instruction": {"en": "Instruction", "zh": "应对措施"}, "detail.key": {"en": "Identity", "zh": "标识"}, "detail.known": {"en": "Known here", "zh": "获知时间"}, "detail.languages": {"en": "Languages of the message", "zh": "信息语言"}, "detail.links": {"en": "Links (open outside this desk)", "zh": "链接（在外部打开）"}, "detail.monitor": {"en": "Show it at the monitor desk", "zh": "在监测席查看"}, "detail.no_raw": {"en": "The bytes were not kept.", "zh": "未保留原始报文。"}, "detail.note": {"en": "Note (optional)", "zh": "备注（可选）"}, "detail.nothing": {"en": "Choose a record in the list or on the map.", "zh": "请在列表或地图中选择一条记录。"}, "detail.open": {"en": "no end known", "zh": "未知"}, "detail.parameters": {"en": "Parameters", "zh": "参数"}, "detail.raw": {"en": "As received", "zh": "原始报文"}, "detail.response": {"en": "Response", "zh": "响应类型"}, "detail.same": {"en": "nothing that is shown changed", "zh": "显示内容无变化"}, "detail.sender": {"en": "Sender", "zh": "发布单位"}, "detail.sent": {"en": "Issued", "zh": "发布时间"}, "detail.series": {"en": "Series", "zh": "时间序列"}, "detail.source": {"en": "Source", "zh": "来源"}, "detail.state": {"en": "State", "zh": "状态"}, "detail.text": {"en": "Message", "zh": "信息正文"}, "detail.to": {"en": "In force until", "zh": "失效时间"}, "detail.trust": {"en": "Signature", "zh": "签名"}, "detail.twin": {"en": "What may happen next: twin", "zh": "推演：数字孪生"}, "detail.unplaced": {"en": "Its source gives no place: it is in the list only.", "zh": "来源未提供位置：仅在列表中显示。"}, "detail.unseen": {"en": "Nobody has acknowledged this yet.", "zh": "尚无人确认。"}, "export.csv": {"en": "CSV", "zh": "CSV"}, "export.csv.long": {"en": "The listed records as a table; safe to open in a spreadsheet", "zh": "所列记录的表格，可安全用电子表格打开"}, "export.geojson": {"en": "GeoJSON", "zh": "GeoJSON"}, "export.geojson.long": {"en": "The listed records with their outlines", "zh": "所列记录及其范围"}, "export.png": {"en": "PNG", "zh": "PNG"}, "export.png.long": {"en": "The map as a picture, with its marks", "zh": "带标注的地图图片"}, "export.recipe": {"en": "Notebook cell", "zh": "笔记本代码"}, "export.recipe.long": {"en": "Python that shows the same again in Jupyter", "zh": "在 Jupyter 中重现当前画面的 Python 代码"}, "export.title": {"en": "Take away", "zh": "导出"}, "feeds.cadence": {"en": "Expected every", "zh": "预期间隔"}, "feeds.down": {"en": "DOWN", "zh": "故障"}, "feeds.down.long": {"en": "The last try failed: what is shown of it is old", "zh": "最近一次获取失败：所示内容已旧"}, "feeds.held": {"en": "{n} in quarantine", "zh": "{n} 条被隔离"}, "feeds.last": {"en": "Last heard", "zh": "最近收到"}, "feeds.late": {"en": "LATE", "zh": "迟到"}, "feeds.late.long": {"en": "Nothing came for longer than this source allows: what is shown of it is old", "zh": "超过允许时间没有更新：所示内容已旧"}, "feeds.late_after": {"en": "Late after", "zh": "迟到界限"}, "feeds.message": {"en": "Message", "zh": "消息"}, "feeds.never": {"en": "never", "zh": "从未"}, "feeds.new": {"en": "not yet heard", "zh": "尚未收到"}, "feeds.new.long": {"en": "Nothing was heard of it yet", "zh": "尚未收到任何数据"}, "feeds.newest": {"en": "Newest content", "zh": "最新内容"}, "feeds.nothing": {"en": "No source is configured.", "zh": "未配置数据源。"}, "feeds.off": {"en": "off", "zh": "关闭"}, "feeds.off.long": {"en": "Configured, but not allowed to fetch", "zh": "已配置但未允许获取"}, "feeds.ok": {"en": "on time", "zh": "正常"}, "feeds.ok.long": {"en": "News came within the time that this source allows", "zh": "在允许时间内有更新"}, "feeds.quarantine": {"en": "{n} in quarantine: they could not be read, are kept, and are shown nowhere else", "zh": "{n} 条被隔离：无法读取，已保留，不在别处显示"}, "feeds.reason": {"en": "Reason", "zh": "原因"}, "feeds.size": {"en": "Size", "zh": "大小"}, "feeds.state": {"en": "State", "zh": "状态"}, "feeds.title": {"en": "Sources", "zh": "数据源"}, "feeds.when": {"en": "When", "zh": "时间"}, "feeds.where": {"en": "Where", "zh": "位置"}, "field.area": {"en": "Area", "zh": "区域"}, "field.certainty": {"en": "Certainty", "zh": "确定性"}, "field.description": {"en": "Description", "zh": "描述"}, "field.geometry": {"en": "Outline", "zh": "范围"}, "field.hazard": {"en": "Hazard", "zh": "灾种"}, "field.headline": {"en": "Headline", "zh": "标题行"}, "field.instruction": {"en": "Instruction", "zh": "应对措施"}, "field.properties": {"en": "Properties", "zh": "属性"}, "field.severity": {"en": "Severity", "zh": "严重程度"}, "field.state": {"en": "State", "zh": "有效状态"}, "field.status": {"en": "Status", "zh": "状态"}, "field.title": {"en": "Title", "zh": "标题"}, "field.trust": {"en": "Signature", "zh": "签名"}, "field.urgency": {"en": "Urgency", "zh": "紧急程度"}, "field.valid_from": {"en": "In force from", "zh": "生效时间"}, "field.valid_to": {"en": "In force until", "zh": "失效时间"}, "figure.Extreme": {"en": "Extreme", "zh": "特别严重"}, "figure.Minor": {"en": "Minor", "zh": "一般"}, "figure.Moderate": {"en": "Moderate", "zh": "较重"}, "figure.Severe": {"en": "Severe", "zh": "严重"}, "figure.Unknown": {"en": "Unknown", "zh": "未知"}, "figure.feeds": {"en": "Feeds late", "zh": "迟到数据源"}, "figure.incidents": {"en": "Incidents open", "zh": "未结突发事件"}, "figure.people": {"en": "People in warned areas", "zh": "预警区内人口"}, "figure.resources": {"en": "Resources available", "zh": "可用资源"}, "figure.sensors": {"en": "Sensors over threshold", "zh": "超阈值传感器"}, "figures.behind": {"en": "{n} records behind this figure", "zh": "该指标背后的 {n} 条记录"}, "figures.known": {"en": "Known as of", "zh": "信息截至"}, "figures.notes": {"en": "Left out", "zh": "未包含"}, "figures.open": {"en": "Open the records behind this figure", "zh": "打开该指标的依据"}, "figures.question": {"en": "What was counted", "zh": "统计口径"}, "figures.save": {"en": "Save the trace (JSON)", "zh": "保存依据（JSON）"}, "figures.silent": {"en": "{n} silent", "zh": "{n} 无数据"}, "figures.title": {"en": "Key figures; each opens what is behind it", "zh": "关键指标，点击查看依据"}, "figures.unknown": {"en": "not known", "zh": "未知"}, "figures.valid": {"en": "Valid at", "zh": "有效时间"}, "filters.area": {"en": "Area", "zh": "区域"}, "filters.draw": {"en": "Or draw an area on the map.", "zh": "或在地图上绘制区域。"}, "filters.drawn": {"en": "(drawn on the map)", "zh": "（地图上绘制）"}, "filters.everywhere": {"en": "Everywhere", "zh": "全部区域"}, "filters.hazards": {"en": "Hazard", "zh": "灾种"}, "filters.kinds": {"en": "Kind", "zh": "类别"}, "filters.notes": {"en": "Not used from the address:", "zh": "地址中未采用："}, "filters.severities": {"en": "Severity", "zh": "严重程度"}, "filters.states": {"en": "State", "zh": "有效状态"}, "filters.statuses": {"en": "Status", "zh": "状态"}, "filters.title": {"en": "Filters", "zh": "筛选"}, "hazard.chemical": {"en": "Chemical release", "zh": "危化品泄漏"}, "hazard.crowd": {"en": "Crowd", "zh": "人群聚集"}, "hazard.drought": {"en": "Drought and heat", "zh": "干旱"}, "hazard.earthquake": {"en": "Earthquake", "zh": "地震"}, "hazard.epidemic": {"en": "Epidemic", "zh": "疫情"}, "hazard.flood": {"en": "Flood", "zh": "洪水"}, "hazard.landslide": {"en": "Landslide", "zh": "滑坡"}, "hazard.mine": {"en": "Mine accident", "zh": "矿山事故"}, "hazard.other": {"en": "Other", "zh": "其他"}, "hazard.storm": {"en": "Storm", "zh": "风暴"}, "hazard.wildfire": {"en": "Wildfire", "zh": "野火"}, "keys.acknowledge": {"en": "Acknowledge the record shown", "zh": "确认当前记录"}, "keys.close": {"en": "Close a dialog, empty the search", "zh": "关闭对话框或清空查找"}, "keys.find": {"en": "Find in the list", "zh": "在列表中查找"}, "keys.help": {"en": "This help", "zh": "本帮助"}, "keys.hour": {"en": "One hour back or on", "zh": "后退或前进一小时"}, "keys.live": {"en": "Back to live", "zh": "返回实时"}, "keys.map": {"en": "Go to the map", "zh": "转到地图"}, "keys.next": {"en": "Next record", "zh": "下一条"}, "keys.open": {"en": "Show the record", "zh": "显示该记录"}, "keys.order": {"en": "The list is ordered by: in force before coming before over; severity; urgency; certainty; people inside; newest first.", "zh": "排序：有效、即将、结束；严重程度；紧急程度；确定性；区内人口；最新在前。"}, "keys.previous": {"en": "Previous record", "zh": "上一条"}, "keys.time": {"en": "Go to a time", "zh": "前往某时"}, "keys.title": {"en": "Keys", "zh": "快捷键"}, "kind.alarm": {"en": "Alarm", "zh": "告警"}, "kind.alert": {"en": "Alert", "zh": "预警"}, "kind.detection": {"en": "Detection", "zh": "探测"}, "kind.event": {"en": "Event", "zh": "事件"}, "kind.incident": {"en": "Incident", "zh": "突发事件"}, "kind.report": {"en": "Report", "zh": "报告"}, "kind.resource": {"en": "Resource", "zh": "资源"}, "list.behind": {"en": "{n} records behind \"{figure}\"", "zh": "“{figure}”背后的 {n} 条记录"}, "list.cut": {"en": "More records exist than are shown: the oldest are left out.", "zh": "记录过多，最旧的未显示。"}, "list.find": {"en": "Find…", "zh": "查找…"}, "list.from": {"en": "from", "zh": "自"}, "list.kinds": {"en": "Kinds listed", "zh": "列出的类别"}, "list.mapped": {"en": "on the map", "zh": "见地图"}, "list.nothing": {"en": "Nothing is in force, about to be, or was in the last hours.", "zh": "当前没有有效、即将生效或近期的信息。"}, "list.nothing.filtered": {"en": "Nothing passes the filters.", "zh": "没有符合筛选条件的记录。"}, "list.of": {"en": "of {n} records", "zh": "/ {n} 条"}, "list.people": {"en": "{n} people", "zh": "{n} 人"}, "list.records": {"en": "records, worst first", "zh": "条，最严重在前"}, "list.title": {"en": "What matters, worst first", "zh": "重要事项（最严重在前）"}, "list.trouble": {"en": "The store cannot be read: what is shown is old.", "zh": "无法读取存储：所示内容已旧。"}, "list.unplaced": {"en": "no place given", "zh": "无位置信息"}, "list.until": {"en": "until", "zh": "至"}, "list.untitled": {"en": "(no title)", "zh": "（无标题）"}, "state.active": {"en": "active", "zh": "有效"}, "state.cancelled": {"en": "cancelled", "zh": "已取消"}, "state.ended": {"en": "ended", "zh": "已结束"}, "state.loading": {"en": "Loading…", "zh": "加载中…"}, "status": {"en": "Status", "zh": "状态"}, "time.as_of": {"en": "AS OF {time} — not live", "zh": "截至 {time} — 非实时"}, "time.as_of.short": {"en": "as of", "zh": "截至"}, "time.back": {"en": "One hour back", "zh": "后退一小时"}, "time.bad": {"en": "This is not a time; expected year, month, day, hour and minute.", "zh": "时间无效；请填写年、月、日、时、分。"}, "time.d": {"en": "{n} d", "zh": "{n} 天"}, "time.d.ago": {"en": "{n} d ago", "zh": "{n} 天前"}, "time.d.in": {"en": "in {n} d", "zh": "{n} 天后"}, "time.earlier": {"en": "One day back", "zh": "后退一天"}, "time.entry": {"en": "Known time, in the floor's zone", "zh": "信息截止时间（值班台时区）"}, "time.go": {"en": "Go", "zh": "前往"}, "time.h": {"en": "{n} h", "zh": "{n} 小时"}, "time.h.ago": {"en": "{n} h ago", "zh": "{n} 小时前"}, "time.h.in": {"en": "in {n} h", "zh": "{n} 小时后"}, "time.is_live": {"en": "Live: all that is known now", "zh": "实时：当前全部信息"}, "time.jump": {"en": "Go to a day or a time, in the floor's zone", "zh": "前往某日或某时（值班台时区）"}, "time.known": {"en": "Known as of", "zh": "信息截至"}, "time.later": {"en": "One day on", "zh": "前进一天"}, "time.live": {"en": "Back to live", "zh": "返回实时"}, "time.min": {"en": "{n} min", "zh": "{n} 分钟"}, "time.min.ago": {"en": "{n} min ago", "zh": "{n} 分钟前"}, "time.min.in": {"en": "in {n} min", "zh": "{n} 分钟后"}, "time.now": {"en": "now", "zh": "现在"}, "time.on": {"en": "One hour on", "zh": "前进一小时"}, "time.pause": {"en": "Pause", "zh": "暂停"}, "time.play": {"en": "Play through time", "zh": "播放"}, "time.present": {"en": "Present", "zh": "当前"}, "time.set": {"en": "Show", "zh": "显示"}, "time.valid": {"en": "Time that is looked at", "zh": "查看的时间"}, "trust.none": {"en": "unsigned", "zh": "无签名"}, "trust.none.long": {"en": "Not signed", "zh": "无签名"}, "trust.unverified": {"en": "unverified", "zh": "未验证"}, "trust.unverified.long": {"en": "Signed, but the signature could not be verified", "zh": "有签名但无法验证"}, "trust.verified": {"en": "signed", "zh": "已签名"}, "trust.verified.long": {"en": "Signature verified", "zh": "签名已验证"}, "urgency": {"en": "Urgency", "zh": "紧急程度"}};
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

// The list of what matters: only the rows in sight exist, and the server sends a window of them.

const ListPane = pane("list", (ctx) => {
  const count = h("span", {class: "count num", "aria-live": "off"});
  const zone = h("span", {class: "muted num zone"});
  const find = h("input", {
    type: "search", class: "find", maxlength: "200", autocomplete: "off", spellcheck: "false",
    oninput: () => later(),
    onkeydown: (event) => {
      if (event.key === "Escape" && find.value) { find.value = ""; ctx.send("text", {value: ""}); event.stopPropagation(); }
      if (event.key === "ArrowDown") { box.focus(); event.preventDefault(); }
    },
  });
  const kinds = h("div", {class: "chips kinds", role: "group"});
  const opened = h("div", {class: "opened", hidden: true});
  const notice = h("div", {class: "notice", role: "status", hidden: true});
  const space = h("div", {class: "space"});
  const box = h("div", {class: "rows", role: "listbox", tabindex: "0", onkeydown: key, onscroll: scrolled}, space);
  const empty = h("div", {class: "empty", hidden: true});
  ctx.root.append(h("div", {class: "head"}, h("div", {class: "title"}, count, zone), find), kinds, opened, notice, box, empty);

  let ROW = 68; // height of a row in pixels; grows with the size of the text
  find.hidden = kinds.hidden = WALL;
  let timer = 0;
  let cursor = null; // place of the row under the cursor
  let asked = -1;
  ctx.ends(() => clearTimeout(timer));

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => ctx.send("text", {value: find.value}), 250);
  }

  function scrolled() {
    const {start = 0, rows = [], total = 0} = ctx.state;
    const first = Math.floor(box.scrollTop / ROW);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / ROW);
    if ((first < start || last > start + rows.length) && total > rows.length) {
      const wanted = Math.max(0, first - 20);
      if (wanted !== asked) { asked = wanted; ctx.send("window", {start: wanted}); }
    }
    draw();
  }

  function key(event) {
    const {total = 0} = ctx.state;
    const page = Math.max(1, Math.floor(box.clientHeight / ROW) - 1);
    const steps = {ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -total, End: total};
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) { move(steps[event.key]); event.preventDefault(); event.stopPropagation(); }
    else if (event.key === "Enter" || event.key === " ") { choose(cursor); event.preventDefault(); }
  }

  function move(step) {
    const {total = 0} = ctx.state;
    if (!total) return;
    cursor = Math.min(total - 1, Math.max(0, cursor === null ? (step > 0 ? 0 : total - 1) : cursor + step));
    reveal(cursor);
    choose(cursor);
  }

  function reveal(place) {
    const top = place * ROW;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW - box.clientHeight;
    scrolled();
  }

  // ---- a wall turns its pages: the first, with the worst, stays longest, and comes back when it changes ----

  let page = 0, turned = performance.now(), worst = "";

  function turn() {
    const {total = 0, start = 0, rows = []} = ctx.state;
    const each = Math.max(1, Math.floor(box.clientHeight / ROW)), pages = Math.max(1, Math.ceil(total / each));
    const first = start === 0 && rows.length ? `${rows[0].kind}!${rows[0].source}!${rows[0].key}!${rows[0].sent}` : worst;
    const since = performance.now() - turned;
    if (page && (first !== worst || page >= pages)) page = 0;
    else if (pages > 1 && since > (page ? 10000 : 20000)) page = (page + 1) % pages;
    else { worst = first; return; }
    worst = first;
    turned = performance.now();
    box.scrollTop = page * each * ROW;
    scrolled();
  }

  function pageOf() {
    const {total = 0} = ctx.state;
    const each = Math.max(1, Math.floor(box.clientHeight / ROW));
    if (WALL && total > each) fill(zone, `${page * each + 1}–${Math.min(total, (page + 1) * each)}`);
    else fill(zone, ctx.clock.now ? offset(ctx.now(), ctx.zone) : "");
  }

  if (WALL) ctx.every(1000, turn);

  function choose(place) {
    const {start = 0, rows = []} = ctx.state;
    const row = place === null ? undefined : rows[place - start];
    if (row) ctx.send("select", {kind: row.kind, source: row.source, key: row.key});
    else if (place !== null) ctx.send("place", {place});
  }

  function times(row) {
    const now = ctx.now();
    const parts = [
      h("time", {datetime: new Date(row.sent).toISOString(), title: fullTime(row.sent, ctx.zone)},
        `${clockTime(row.sent, ctx.zone, now)} (${ago(row.sent, now, ctx.language)})`),
    ];
    if (row.phase === "upcoming") {
      parts.push(` · ${ctx.t("list.from")} `, h("time", {title: fullTime(row.from, ctx.zone)}, clockTime(row.from, ctx.zone, now)));
    } else if (row.to !== null) {
      parts.push(` · ${ctx.t("list.until")} `, h("time", {title: fullTime(row.to, ctx.zone)}, clockTime(row.to, ctx.zone, now)));
    }
    return parts;
  }

  function trust(row) {
    if (row.kind === "alarm") return null; // the floor's own: nobody else could have signed it
    const mark = {verified: "✓", unverified: "?", none: "–"}[row.trust] || "–";
    return h("span", {class: `trust ${row.trust}`, title: ctx.t(`trust.${row.trust}.long`)}, `${mark} ${ctx.t(`trust.${row.trust}`)}`);
  }

  function item(row, place, total, selected) {
    const badges = row.badges.map((badge) => {
      const more = badge === "late" && row.known !== null ? ` ${span(row.known - row.sent, ctx.language)}` : "";
      return h("span", {class: `badge ${badge}`, title: ctx.t(`badge.${badge}.long`)}, ctx.t(`badge.${badge}`) + more);
    });
    return h(
      "div",
      {
        class: `row ${row.phase} ${row.severity}`, role: "option", id: `row-${place}`, style: `top:${place * ROW}px`,
        "aria-selected": selected === place ? "true" : "false", "aria-posinset": place + 1, "aria-setsize": total,
        onclick: () => { cursor = place; ctx.send("select", {kind: row.kind, source: row.source, key: row.key}); },
      },
      h("div", {class: "mark"}, sign(row.severity, 18)),
      h("div", {class: "body"},
        h("div", {class: "line first"},
          h("span", {class: `severity ${row.severity}`}, ctx.t(row.severity)),
          h("span", {class: "name", title: row.title}, row.title || ctx.t("list.untitled")),
          badges),
        h("div", {class: "line"}, hazardSign(row.hazard), h("span", {class: "hazard-name"}, ctx.t(`hazard.${row.hazard}`)),
          row.kind === "alert" ? null : h("span", {class: "muted kind"}, " · ", kindSign(row.kind), ctx.t(`kind.${row.kind}`)),
          h("span", {class: "area", title: row.area}, " · " + (row.area || ctx.t(row.placed ? "list.mapped" : "list.unplaced"))),
          row.people ? h("span", {class: "num people"}, phrase("list.people", ctx.language, {n: number(row.people)})) : null),
        h("div", {class: "line muted num last"}, times(row), h("span", {class: "source"}, ` · ${row.source}`), trust(row))),
    );
  }

  function measure() {
    const size = parseFloat(getComputedStyle(box).fontSize) || 14;
    ROW = Math.round(size * 4.86);
    const each = Math.floor(box.clientHeight / ROW);
    if (WALL && each) ROW = Math.floor(box.clientHeight / each); // only whole rows
    box.style.setProperty("--row", `${ROW}px`);
  }

  function draw() {
    const {start = 0, rows = [], total = 0, selected = null} = ctx.state;
    const first = Math.max(start, Math.floor(box.scrollTop / ROW) - 6);
    const last = Math.min(start + rows.length, Math.ceil((box.scrollTop + (box.clientHeight || 900)) / ROW) + 6);
    const shown = [];
    for (let place = first; place < last; place += 1) shown.push(item(rows[place - start], place, total, selected));
    const each = Math.max(1, Math.floor(box.clientHeight / ROW));
    space.style.height = `${(WALL ? Math.ceil(total / each) * each : total) * ROW}px`;
    space.replaceChildren(...shown);
    pageOf();
    if (selected !== null && selected >= first && selected < last) box.setAttribute("aria-activedescendant", `row-${selected}`);
    else box.removeAttribute("aria-activedescendant");
  }

  ctx.listen(document, "wf:find", () => { find.focus(); find.select(); });
  ctx.listen(document, "wf:next", () => { box.focus(); move(1); });
  ctx.listen(document, "wf:previous", () => { box.focus(); move(-1); });
  ctx.every(20000, draw);
  ctx.ticks = draw;
  if (window.ResizeObserver) {
    const watch = new ResizeObserver(() => { measure(); scrolled(); });
    watch.observe(box);
    ctx.ends(() => watch.disconnect());
  }

  let before = null;
  measure();
  return (state) => {
    asked = -1;
    box.setAttribute("aria-label", ctx.t("list.title"));
    find.placeholder = ctx.t("list.find");
    find.setAttribute("aria-label", ctx.t("list.find"));
    if (document.activeElement !== find && ctx.root.getRootNode().activeElement !== find) find.value = state.text || "";
    const whole = state.total === state.all;
    fill(count, h("strong", {}, number(state.total || 0)), " ",
      whole ? ctx.t("list.records") : phrase("list.of", ctx.language, {n: number(state.all)}));
    const held = ctx.root.getRootNode().activeElement;
    const kind = held && held.dataset ? held.dataset.kind : null;
    kinds.setAttribute("aria-label", ctx.t("list.kinds"));
    fill(kinds, (state.kinds || []).map((each) => h("button", {
      type: "button", class: `chip ${each.on ? "on" : ""} ${each.count ? "" : "none"}`, "aria-pressed": each.on ? "true" : "false", "data-kind": each.kind,
      "aria-label": `${ctx.t(`kind.${each.kind}`)}, ${each.count}`, onclick: () => ctx.send("kind", {kind: each.kind})},
      h("span", {}, ctx.t(`kind.${each.kind}`)), h("span", {class: "num muted"}, number(each.count)))));
    if (kind) { const same = [...kinds.children].find((node) => node.dataset.kind === kind); if (same) same.focus(); }
    zone.title = ctx.zone;
    opened.hidden = !state.figure;
    fill(opened, state.figure ? [
      h("span", {}, phrase("list.behind", ctx.language, {n: number(state.total), figure: ctx.t(`figure.${state.figure}`)})),
      h("button", {type: "button", onclick: () => ctx.send("close")}, ctx.t("action.close")),
    ] : []);
    const said = state.trouble ? ctx.t("list.trouble") : state.cut ? ctx.t("list.cut") : "";
    notice.hidden = !said;
    notice.classList.toggle("bad", Boolean(state.trouble));
    fill(notice, said);
    empty.hidden = Boolean(state.total);
    box.hidden = !state.total;
    fill(empty, state.loading ? ctx.t("state.loading") : state.all ? [
      h("p", {}, ctx.t("list.nothing.filtered")),
      h("button", {type: "button", onclick: () => ctx.send("reset")}, ctx.t("action.reset")),
    ] : h("p", {}, ctx.t("list.nothing")));
    const chosen = state.selected === undefined ? null : state.selected;
    if (chosen !== before && chosen !== null && chosen !== cursor) { cursor = chosen; requestAnimationFrame(() => reveal(chosen)); }
    if (chosen !== null) cursor = chosen;
    before = chosen;
    draw();
  };
});

// The key figures: each a button that opens the records behind it.

const FiguresPane = pane("figures", (ctx) => {
  const tiles = h("div", {class: "tiles", role: "group"});
  const behind = h("div", {class: "behind", role: "region", hidden: true, tabindex: "-1"});
  ctx.root.append(tiles, behind);
  let focus = null;

  function tile(figure, opened) {
    const severe = figure.name in SHAPES;
    const label = severe ? ctx.t(figure.name) : ctx.t(`figure.${figure.name}`);
    const size = figure.value === null ? "none" : figure.value > 0 ? "some" : "zero";
    const beside = figure.of !== undefined ? h("small", {}, ` / ${number(figure.of)}`) : null;
    const under = figure.silent ? h("span", {class: "silent"}, ctx.t("figures.silent", {n: figure.silent})) : null;
    return h(
      "button",
      {
        type: "button", class: `tile ${size} ${severe ? "by-severity" : ""} tone-${figure.tone}`, "aria-expanded": opened === figure.name ? "true" : "false",
        "data-figure": figure.name, title: figure.notes.length ? figure.notes.join("; ") : ctx.t("figures.open"),
        "aria-label": `${label}: ${figure.value === null ? ctx.t("figures.unknown") : number(figure.value)}`,
        onclick: () => { focus = figure.name; ctx.send("open", {figure: opened === figure.name ? "" : figure.name}); },
      },
      h("span", {class: "value num"}, severe ? sign(figure.name, 16) : null, number(figure.value), beside),
      h("span", {class: "label"}, label, under),
    );
  }

  function item(label, value) {
    return [h("dt", {}, label), h("dd", {class: "num"}, value)];
  }

  return (state) => {
    const opened = state.opened || "";
    const figures = state.figures || [];
    tiles.setAttribute("aria-label", ctx.t("figures.title"));
    const again = ctx.root.getRootNode().activeElement;
    const held = again && again.dataset ? again.dataset.figure : null;
    fill(tiles, figures.length ? figures.map((figure) => tile(figure, opened)) : h("div", {class: "empty"}, ctx.t("state.loading")));
    if (held) { const same = tiles.querySelector(`[data-figure="${held}"]`); if (same) same.focus(); }
    const trace = state.trace;
    behind.hidden = !trace;
    if (!trace) { fill(behind); return; }
    behind.setAttribute("aria-label", ctx.t("figures.behind", {n: trace.records}));
    fill(
      behind,
      h("div", {class: "behind-head"},
        h("strong", {}, ctx.t("figures.behind", {n: number(trace.records)})),
        h("button", {type: "button", onclick: () => ctx.send("save", {figure: opened})}, ctx.t("figures.save")),
        h("button", {type: "button", onclick: () => ctx.send("open", {figure: ""})}, ctx.t("action.close"))),
      h("dl", {class: "facts"},
        item(ctx.t("figures.question"), trace.question),
        item(ctx.t("figures.valid"), trace.at === null ? "–" : fullTime(trace.at, ctx.zone)),
        item(ctx.t("figures.known"), trace.known === null ? "–" : fullTime(trace.known, ctx.zone)),
        trace.notes.length ? item(ctx.t("figures.notes"), trace.notes.join("; ")) : null,
        item("SHA-256", h("code", {}, trace.digest))),
      trace.names.length ? h("ul", {class: "names"}, trace.names.map((name) => h("li", {},
        name.series ? h("button", {type: "button", class: "link", onclick: () => ctx.send("series", {series: name.series})}, name.text) : name.text))) : null,
    );
    if (focus === opened && opened) { focus = null; behind.focus(); }
  };
});

// How each source stands: late is shown as late, never as calm.

const HealthPane = pane("feeds", (ctx) => {
  const title = h("span", {class: "caption"});
  const list = h("ul", {class: "sources"});
  const more = h("div", {class: "more", role: "region", tabindex: "-1", hidden: true});
  ctx.root.append(h("div", {class: "strip"}, title, list), more);

  function age(line) {
    if (line.ok === null) return ctx.t("feeds.never");
    return ago(line.ok, ctx.now(), ctx.language);
  }

  function source(line, opened) {
    const held = line.held ? h("span", {class: "held"}, ` ⚑ ${number(line.held)}`) : null;
    const told = [ctx.t(`feeds.${line.health}.long`), line.message].filter(Boolean).join(" — ");
    return h("li", {},
      h("button",
        {
          type: "button", class: `source ${line.health}`, "aria-expanded": opened === line.source ? "true" : "false", title: told,
          "aria-label": `${line.source}: ${ctx.t(`feeds.${line.health}`)}, ${age(line)}${line.held ? ", " + ctx.t("feeds.held", {n: line.held}) : ""}. ${line.message}`,
          onclick: () => ctx.send("open", {source: opened === line.source ? "" : line.source}),
        },
        // The word of those that are well stands once, before them: room is for those that are not.
        healthSign(line.health), h("span", {class: "name"}, brief(line.source)), line.health === "ok" ? null : h("span", {class: "word"}, ctx.t(`feeds.${line.health}`)),
        h("span", {class: "num muted"}, age(line)), held));
  }

  /** A name without the floor's own prefix, which says nothing here. */
  function brief(name) {
    const {prefix = ""} = ctx.state;
    return prefix && name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name;
  }

  function draw() {
    const {feeds = [], opened = "", loading} = ctx.state;
    const well = feeds.filter((line) => line.health === "ok").length;
    const said = well ? h("li", {class: "well"}, healthSign("ok"), h("strong", {class: "num"}, `${well} / ${feeds.length}`), ` ${ctx.t("feeds.ok")}`) : null;
    const calm = WALL ? [] : feeds.filter((line) => line.health === "ok"); // across a room their number is enough
    const ill = feeds.filter((line) => line.health !== "ok").map((line) => source(line, opened));
    fill(list, feeds.length ? [ill, said, calm.map((line) => source(line, opened))] : h("li", {class: "muted"}, ctx.t(loading ? "state.loading" : "feeds.nothing")));
  }

  ctx.every(15000, draw);
  ctx.ticks = draw;
  return (state) => {
    fill(title, ctx.t("feeds.title"));
    draw();
    const about = state.about;
    more.hidden = !about;
    if (!about) { fill(more); return; }
    fill(more,
      h("div", {class: "behind-head"}, h("strong", {}, about.source), h("button", {type: "button", onclick: () => ctx.send("open", {source: ""})}, ctx.t("action.close"))),
      h("dl", {class: "facts"},
        h("dt", {}, ctx.t("feeds.state")), h("dd", {}, healthSign(about.health), " ", ctx.t(`feeds.${about.health}.long`)),
        h("dt", {}, ctx.t("feeds.last")), h("dd", {class: "num"}, about.ok === null ? ctx.t("feeds.never") : fullTime(about.ok, ctx.zone)),
        h("dt", {}, ctx.t("feeds.newest")), h("dd", {class: "num"}, about.newest === null ? "–" : fullTime(about.newest, ctx.zone)),
        h("dt", {}, ctx.t("feeds.cadence")), h("dd", {class: "num"}, about.cadence ? span(about.cadence, ctx.language) : "–"),
        h("dt", {}, ctx.t("feeds.late_after")), h("dd", {class: "num"}, about.late_after ? span(about.late_after, ctx.language) : "–"),
        about.message ? [h("dt", {}, ctx.t("feeds.message")), h("dd", {}, about.message)] : null),
      about.quarantine.length ? [
        h("p", {class: "muted"}, ctx.t("feeds.quarantine", {n: number(about.held)})),
        h("table", {class: "held-list"},
          h("thead", {}, h("tr", {}, [ctx.t("feeds.when"), ctx.t("feeds.reason"), ctx.t("feeds.where"), ctx.t("feeds.size")].map((text) => h("th", {scope: "col"}, text)))),
          h("tbody", {}, about.quarantine.map((held) => h("tr", {},
            h("td", {class: "num"}, fullTime(held.known, ctx.zone)), h("td", {}, held.reason), h("td", {}, held.where), h("td", {class: "num"}, `${number(held.size)} B`))))),
      ] : null);
    if (!more.contains(ctx.root.getRootNode().activeElement)) more.focus({preventScroll: true});
  };
});

// What is let through: words with the number of records that each would leave.

const FiltersPane = pane("filters", (ctx) => {
  const box = h("div", {class: "groups"});
  ctx.root.append(box);
  let timer = 0;
  ctx.ends(() => clearTimeout(timer));

  function choice(facet, option, chosen) {
    const on = chosen.includes(option.word);
    const label = ctx.t(option.term);
    return h("button",
      {
        type: "button", class: `chip ${on ? "on" : ""} ${option.count ? "" : "none"}`, "aria-pressed": on ? "true" : "false",
        "data-word": `${facet}:${option.word}`, "aria-label": `${label}, ${option.count}`,
        onclick: () => ctx.send("toggle", {facet, word: option.word}),
      },
      facet === "severities" ? sign(option.word, 12) : facet === "hazards" ? hazardSign(option.word) : null,
      h("span", {}, label), h("span", {class: "num muted"}, number(option.count)));
  }

  return (state) => {
    const again = ctx.root.getRootNode().activeElement;
    const held = again && again.dataset ? again.dataset.word : null;
    const groups = (state.groups || []).map((group) => h("fieldset", {class: "group"},
      h("legend", {}, ctx.t(`filters.${group.facet}`)),
      h("div", {class: "chips"}, group.options.map((option) => choice(group.facet, option, group.chosen)))));
    const places = state.districts || [];
    const select = h("select",
      {"aria-label": ctx.t("filters.area"), "data-word": "area", onchange: (event) => ctx.send("district", {name: event.target.value})},
      h("option", {value: ""}, ctx.t("filters.everywhere")),
      state.area && !state.district ? h("option", {value: "\u0000", selected: true, disabled: true}, ctx.t("filters.drawn")) : null,
      places.map((name) => h("option", {value: name, selected: name === state.district}, name)));
    const area = h("fieldset", {class: "group"}, h("legend", {}, ctx.t("filters.area")), h("div", {class: "chips"}, select,
      state.area ? h("button", {type: "button", onclick: () => ctx.send("district", {name: ""})}, ctx.t("filters.everywhere")) : null),
      state.area ? null : h("p", {class: "muted hint"}, ctx.t("filters.draw")));
    fill(box,
      h("div", {class: "filters-head"}, h("strong", {}, ctx.t("filters.title")),
        h("button", {type: "button", disabled: state.empty, onclick: () => ctx.send("reset")}, ctx.t("action.reset"))),
      state.notes && state.notes.length ? h("div", {class: "notice", role: "status"}, ctx.t("filters.notes"), h("ul", {}, state.notes.map((note) => h("li", {}, note)))) : null,
      groups, area);
    if (held) { const same = [...box.querySelectorAll("[data-word]")].find((node) => node.dataset.word === held); if (same) same.focus(); }
  };
});

// Two times: the one that is looked at (valid time), and the one at which it was known (as of).

const TimePane = pane("timebar", (ctx) => {
  const play = h("button", {type: "button", class: "play", onclick: () => (timer ? halt() : go())});
  const back = h("button", {type: "button", onclick: () => step(-1, true)}, "−1 h");
  const on = h("button", {type: "button", onclick: () => step(1, true)}, "+1 h");
  const earlier = h("button", {type: "button", onclick: () => step(-24, true)}, "−1 d");
  const later = h("button", {type: "button", onclick: () => step(24, true)}, "+1 d");
  const present = h("button", {type: "button", onclick: () => { halt(); ctx.send("time", {at: null}); }});
  const shown = h("output", {class: "shown num"});
  const day = h("input", {type: "text", class: "num when", maxlength: "20", spellcheck: "false", autocomplete: "off", placeholder: "2026-06-01 03:10", onkeydown: (event) => { if (event.key === "Enter") jump(); if (event.key === "Escape") { day.value = ""; day.blur(); } }});
  const leap = h("button", {type: "button", onclick: () => jump()});
  const bars = s("svg", {class: "bars", preserveAspectRatio: "none", "aria-hidden": "true"});
  const slider = h("input", {type: "range", class: "slider", step: "600000", oninput: () => moved(), onchange: () => moved(true), onkeydown: (event) => keyed(event)});
  const now = h("div", {class: "nowline", "aria-hidden": "true"}, h("span", {}));
  const ticks = h("div", {class: "ticks num muted", "aria-hidden": "true"});
  const asof = h("fieldset", {class: "asof"});
  const legend = h("legend", {});
  const mark = h("strong", {class: "mark num", role: "status"});
  const entry = h("input", {type: "text", class: "num when", maxlength: "20", spellcheck: "false", autocomplete: "off", placeholder: "2026-06-01 03:10", onkeydown: (event) => { if (event.key === "Enter") known(); }});
  const zone = h("span", {class: "muted num"});
  const set = h("button", {type: "button", onclick: known});
  const live = h("button", {type: "button", class: "live", onclick: () => ctx.send("as_of", {at: null})});
  const steps = [-3600, -600, 600, 3600].map((seconds) =>
    h("button", {type: "button", onclick: () => ctx.send("as_of_step", {seconds})}, `${seconds < 0 ? "−" : "+"}${Math.abs(seconds) / 60 < 60 ? `${Math.abs(seconds) / 60} min` : "1 h"}`));
  asof.append(legend, mark, h("div", {class: "entry"}, entry, zone, set), h("div", {class: "steps"}, steps, live));
  ctx.root.append(
    h("div", {class: "valid"},
      h("div", {class: "row"}, play, earlier, back, on, later, present, shown, h("span", {class: "leap"}, day, leap)),
      h("div", {class: "track"}, bars, now, slider), ticks),
    asof);

  let timer = 0;
  let wait = 0;
  let typing = false;
  ctx.ends(() => { clearInterval(timer); clearTimeout(wait); });
  entry.addEventListener("focus", () => { typing = true; });
  entry.addEventListener("blur", () => { typing = false; });

  function limits() {
    const {start = 0, end = 1} = ctx.state;
    return [start, end];
  }

  function moved(sure) {
    clearTimeout(wait);
    label(Number(slider.value));
    // Dragging sends at most five times a second; letting go sends at once.
    wait = setTimeout(() => ctx.send("time", {at: Number(slider.value)}), sure ? 0 : 200);
  }

  function timed() {
    return ctx.state.at !== null && ctx.state.at !== undefined;
  }

  /** Where the slider stands: the time that is looked at, or the present. */
  function at() {
    return timed() ? ctx.state.at : ctx.now();
  }

  /** Go some hours on; `beyond` the bar too, which then follows. */
  function step(hours, beyond) {
    const [start, end] = limits();
    const wanted = (wait ? Number(slider.value) : at()) + hours * 3600000;
    const next = beyond ? wanted : Math.min(end, Math.max(start, wanted));
    if (next >= start && next <= end) {
      slider.value = String(next);
      moved(true);
    } else ctx.send("time", {at: next});
    return next < end;
  }

  const STEPS = {ArrowLeft: -1 / 6, ArrowDown: -1 / 6, ArrowRight: 1 / 6, ArrowUp: 1 / 6, PageDown: -6, PageUp: 6};

  function keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in STEPS)) return;
    step(STEPS[event.key] * (event.shiftKey ? 6 : 1), true);
    event.preventDefault();
  }

  function go() {
    if (Number(slider.value) >= limits()[1]) slider.value = String(limits()[0]);
    timer = setInterval(() => { if (!step(1)) halt(); }, 900);
    words();
  }

  function halt() {
    clearInterval(timer);
    timer = 0;
    words();
  }

  /** Read an entry as a time in the floor's zone: the browser's own zone has no say. A day alone is its noon. */
  function read(text) {
    const parts = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]+(\d{1,2}):(\d{2}))?\s*$/.exec(text);
    const [year, month, date, hour = 12, minute = 0] = parts ? parts.slice(1).map((part) => (part === undefined ? undefined : Number(part))) : [];
    const plain = parts ? Date.UTC(year, month - 1, date, hour, minute) : NaN;
    const same = new Date(plain);
    // 31 June would silently become 1 July.
    if (Number.isNaN(plain) || same.getUTCDate() !== date || same.getUTCHours() !== hour || same.getUTCMinutes() !== minute) { ctx.say(ctx.t("time.bad"), true); return null; }
    const found = plain - shift(plain, ctx.zone) * 60000;
    return plain - shift(found, ctx.zone) * 60000;
  }

  function known() {
    const found = read(entry.value);
    if (found !== null) ctx.send("as_of", {at: found});
  }

  function jump() {
    const found = read(day.value);
    if (found === null) return;
    halt();
    ctx.send("time", {at: found});
    day.value = "";
  }

  ctx.listen(document, "wf:time", () => { day.focus(); day.select(); });
  ctx.listen(document, "wf:earlier", () => step(-1, true));
  ctx.listen(document, "wf:later", () => step(1, true));

  function label(time) {
    const text = fullTime(time, ctx.zone);
    const present = Math.abs(time - ctx.now()) < 300000;
    fill(shown, text, " ", h("span", {class: "muted"}, present ? ctx.t("time.present") : ago(time, ctx.now(), ctx.language)));
    slider.setAttribute("aria-valuetext", text);
  }

  function words() {
    fill(play, timer ? "❚❚" : "▶");
    play.setAttribute("aria-label", ctx.t(timer ? "time.pause" : "time.play"));
    fill(leap, ctx.t("time.go"));
    day.setAttribute("aria-label", ctx.t("time.jump"));
    day.title = ctx.t("time.jump");
    earlier.setAttribute("aria-label", ctx.t("time.earlier"));
    later.setAttribute("aria-label", ctx.t("time.later"));
    back.setAttribute("aria-label", ctx.t("time.back"));
    on.setAttribute("aria-label", ctx.t("time.on"));
    fill(present, ctx.t("time.present"));
    fill(legend, ctx.t("time.known"));
    fill(set, ctx.t("time.set"));
    fill(live, ctx.t("time.live"));
    slider.setAttribute("aria-label", ctx.t("time.valid"));
    entry.setAttribute("aria-label", ctx.t("time.entry"));
  }

  function line() {
    if (!timed() && !wait) { slider.value = String(at()); label(at()); }
    const [start, end] = limits();
    const place = (ctx.now() - start) / (end - start);
    now.hidden = !(place >= 0 && place <= 1);
    now.style.left = `${place * 100}%`;
    fill(now.firstChild, ctx.t(ctx.state.as_of === null ? "time.now" : "time.as_of.short"));
  }

  function draw(state) {
    const density = state.density || [];
    const top = Math.max(1, ...density.map((bin) => bin[0]));
    bars.setAttribute("viewBox", `0 0 ${density.length || 1} 100`);
    bars.replaceChildren(...density.map(([count, worst], place) => {
      const height = count ? 12 + (88 * count) / top : 0;
      return s("rect", {x: place + 0.08, width: 0.84, y: 100 - height, height, class: `bar ${worst}`});
    }));
    const [start, end] = limits();
    const marks = [];
    for (let at = start; at <= end; at += 12 * 3600000) {
      marks.push(h("span", {style: `left:${((at - start) / (end - start)) * 100}%`}, clockTime(at, ctx.zone, undefined).slice(-11)));
    }
    fill(ticks, marks);
  }

  ctx.every(20000, line);
  ctx.ticks = line;
  return (state) => {
    words();
    const [start, end] = limits();
    slider.min = String(start);
    slider.max = String(end);
    wait = 0;
    slider.value = String(at());
    label(at());
    draw(state);
    line();
    present.setAttribute("aria-pressed", timed() ? "false" : "true");
    const past = state.as_of !== null && state.as_of !== undefined;
    asof.classList.toggle("past", past);
    fill(mark, past ? ctx.t("time.as_of", {time: fullTime(state.as_of, ctx.zone)}) : ctx.t("time.is_live"));
    fill(zone, ctx.clock.zone ? offset(past ? state.as_of : ctx.present(), ctx.zone) : "");
    live.disabled = !past;
    const held = past ? state.as_of : ctx.present();
    if (!typing && held) entry.value = new Date(held + shift(held, ctx.zone) * 60000).toISOString().slice(0, 16).replace("T", " ");
  };
});

// Keys for the whole desk, and a dialog that names them; the dialog is the page's only modal thing.

const KEYS = [
  ["/", "find"], ["j", "next"], ["k", "previous"], ["Enter", "open"], ["a", "acknowledge"], [", .", "hour"], ["t", "time"], ["m", "map"], ["l", "live"], ["?", "help"], ["Esc", "close"],
];

const KeysPane = pane("keys", (ctx) => {
  const button = h("button", {type: "button", onclick: () => show()}, "?");
  const dialog = h("dialog", {class: "help"});
  const spoken = h("div", {class: "spoken", "aria-live": "polite", role: "status"});
  ctx.root.append(button, dialog, spoken);

  function show() {
    if (!dialog.open) dialog.showModal();
  }

  function typing(event) {
    const target = event.composedPath()[0];
    return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  }

  ctx.listen(document, "keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event) || dialog.open) return;
    const actions = {"/": "find", j: "next", k: "previous", a: "acknowledge", "?": "help", l: "live", t: "time", ",": "earlier", ".": "later", m: "map"};
    const what = actions[event.key];
    if (!what) return;
    event.preventDefault();
    if (what === "help") show();
    else if (what === "live") ctx.send("live");
    else shout(what);
  });

  // There are no keys on a phone, and no room for the button.
  const narrow = matchMedia("(max-width: 820px)");
  const fit = () => {
    const host = ctx.root.getRootNode().host;
    if (host) host.style.display = narrow.matches ? "none" : "";
  };
  ctx.listen(narrow, "change", fit);
  requestAnimationFrame(fit);

  let last = "";
  return (state) => {
    button.setAttribute("aria-label", ctx.t("keys.title"));
    button.title = ctx.t("keys.title");
    fill(dialog,
      h("h2", {}, ctx.t("keys.title")),
      h("dl", {class: "facts"}, KEYS.map(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, ctx.t(`keys.${what}`))])),
      h("p", {class: "muted"}, ctx.t("keys.order")),
      h("form", {method: "dialog"}, h("button", {class: "primary"}, ctx.t("action.close"))));
    // Worst news are read out; nothing is repeated.
    if (state.news && state.news.id !== last) {
      if (last) fill(spoken, state.news.rows.map((row) => `${ctx.t(row.severity)}: ${row.title}. `));
      last = state.news.id;
    }
  };
});

// One record in full: text as text, times with their zone, what changed, and who has seen it.

const DetailPane = pane("detail", (ctx) => {
  const box = h("div", {class: "page"});
  ctx.root.append(box);
  let language = null; // of the message, not of the screen
  let shown = null;
  let note = "";

  function facts(pairs) {
    return h("dl", {class: "facts"}, pairs.filter((pair) => pair && pair[1] !== null && pair[1] !== undefined && pair[1] !== "").map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]));
  }

  function when(ms) {
    if (ms === null || ms === undefined) return null;
    return h("time", {datetime: new Date(ms).toISOString()}, fullTime(ms, ctx.zone), h("span", {class: "muted"}, ` (${ago(ms, ctx.now(), ctx.language)})`));
  }

  /** Paragraphs of plain text; the sender's line breaks are kept. */
  function prose(text) {
    return String(text).split(/\n\s*\n/).map((part) => h("p", {class: "prose"}, part));
  }

  function link(url) {
    let safe = false;
    try { safe = ["http:", "https:"].includes(new URL(url).protocol); } catch (error) { safe = false; }
    return safe ? h("a", {href: url, target: "_blank", rel: "noopener noreferrer nofollow"}, url) : h("span", {}, url);
  }

  function section(title, ...children) {
    return h("section", {}, h("h3", {}, title), children);
  }

  function head(record) {
    return h("header", {},
      h("div", {class: "line"}, sign(record.severity, 20), h("span", {class: `severity ${record.severity}`}, ctx.t(record.severity)),
        hazardSign(record.hazard), h("span", {}, ctx.t(`hazard.${record.hazard}`)), h("span", {class: "muted"}, kindSign(record.kind), " ", ctx.t(`kind.${record.kind}`)),
        record.badges.map((badge) => h("span", {class: `badge ${badge}`}, ctx.t(`badge.${badge}`)))),
      h("h2", {}, record.title || ctx.t("list.untitled")),
      record.disputed.map((each) => h("p", {class: "notice bad disputed", role: "note"},
        ctx.t("detail.disputed", {type: each.type, time: fullTime(each.sent, ctx.zone), trust: ctx.t(`trust.${each.trust}`)}))),
      record.area ? h("p", {class: "where"}, record.area) : null,
      record.monitor ? h("p", {class: "monitor"}, h("a", {href: record.monitor}, ctx.t("detail.monitor"))) : null,
      record.twin ? h("p", {class: "monitor"}, h("a", {href: record.twin}, ctx.t("detail.twin"))) : null,
      record.placed ? null : coded(record.coded));
  }

  /** Where a message without a shape of its own is drawn, or why it is not. */
  function coded(found) {
    if (!found) return h("p", {class: "muted"}, ctx.t("detail.unplaced"));
    const zones = found.missing.length ? h("p", {class: "muted"}, ctx.t(found.names.length ? "detail.codes.some" : "detail.codes.none", {codes: found.missing.join(", ")})) : null;
    return [
      found.names.length ? h("p", {class: "muted coded"}, h("span", {class: "badge"}, ctx.t("detail.coded")), ` ${ctx.t("detail.coded.long", {names: found.names.join(", ")})}`) : null,
      zones,
    ];
  }

  function acts(record) {
    const seen = record.acts.map((act) => h("li", {}, h("span", {class: "num"}, fullTime(act.at, ctx.zone)), " ", h("strong", {}, act.actor), ` ${ctx.t(`act.${act.action}`)}`, act.note ? `: ${act.note}` : ""));
    const field = h("input", {type: "text", class: "note", maxlength: "500", value: note, placeholder: ctx.t("detail.note"), "aria-label": ctx.t("detail.note"), oninput: (event) => { note = event.target.value; }});
    return section(ctx.t("detail.acts"),
      seen.length ? h("ul", {class: "acts"}, seen) : h("p", {class: "muted"}, ctx.t("detail.unseen")),
      record.may ? h("div", {class: "act"}, field,
        h("button", {type: "button", class: "primary acknowledge", onclick: acknowledge}, ctx.t("detail.acknowledge")))
        : h("p", {class: "muted"}, record.why_not));
  }

  function acknowledge() {
    const record = ctx.state.record;
    if (!record || !record.may) return;
    ctx.send("acknowledge", {kind: record.kind, source: record.source, key: record.key, revision: record.revision, note});
    note = "";
  }

  function texts(record) {
    if (!record.infos.length) return null;
    const languages = record.infos.map((info) => info.language);
    const place = Math.max(0, languages.indexOf(language));
    const info = record.infos[place];
    const tabs = record.infos.length > 1 ? h("div", {class: "tabs", role: "group", "aria-label": ctx.t("detail.languages")},
      record.infos.map((each, index) => h("button", {type: "button", "aria-pressed": index === place ? "true" : "false",
        onclick: () => { language = each.language; draw(); }}, each.label))) : null;
    return section(ctx.t("detail.text"), tabs,
      h("div", {lang: info.language || null},
        info.headline && info.headline !== record.title ? h("p", {class: "headline"}, info.headline) : null,
        info.description ? prose(info.description) : null,
        info.instruction ? [h("h4", {}, ctx.t("detail.instruction")), h("div", {class: "instruction"}, prose(info.instruction))] : null,
        facts([[ctx.t("detail.response"), info.response], [ctx.t("detail.sender"), info.sender], [ctx.t("detail.contact"), info.contact]])));
  }

  function history(record) {
    if (record.revisions.length < 2 && !record.revisions_cut) return null;
    return section(`${ctx.t("detail.history")} (${number(record.revision_count)})`, h("ol", {class: "history"}, record.revisions.map((revision) => h("li", {},
      h("div", {}, h("span", {class: "num"}, fullTime(revision.sent, ctx.zone)), " ", h("span", {class: `badge ${revision.state}`}, ctx.t(`state.${revision.state}`)),
        h("span", {class: "muted num"}, ` ${ctx.t("detail.known")} ${fullTime(revision.known, ctx.zone)}`)),
      revision.changes.length ? h("table", {class: "changes"}, h("tbody", {}, revision.changes.map((change) => h("tr", {},
        h("th", {scope: "row"}, ctx.t(`field.${change.field}`)), h("td", {class: "old"}, h("del", {}, change.old)), h("td", {class: "new"}, h("ins", {}, change.new))))))
        : h("span", {class: "muted"}, revision.first ? ctx.t("detail.first") : ctx.t("detail.same"))))));
  }

  /** Tell the place on the page that nothing is shown, so that it may give its room to the list. */
  function vacant(empty, tries = 60) {
    if (!ctx.root.isConnected) { if (tries) requestAnimationFrame(() => vacant(empty, tries - 1)); return; }
    let node = ctx.root;
    for (let depth = 0; node && depth < 30; depth += 1) {
      if (node.classList && node.classList.contains("wf-slot")) { node.toggleAttribute("data-vacant", empty); return; }
      node = node.parentNode || node.host || null;
    }
  }

  function draw() {
    const record = ctx.state.record;
    if (!record) {
      if (ctx.state.series) { fill(box); return; }
      fill(box, h("div", {class: "empty"}, ctx.t(ctx.state.gone ? "detail.gone" : ctx.state.loading ? "state.loading" : "detail.nothing")));
      return;
    }
    fill(box,
      head(record), acts(record), texts(record),
      section(ctx.t("detail.facts"), facts([
        [ctx.t("urgency"), ctx.t(record.urgency)], [ctx.t("certainty"), ctx.t(record.certainty)], [ctx.t("status"), ctx.t(record.status)],
        [ctx.t("detail.state"), ctx.t(`state.${record.state}`)],
        [ctx.t("detail.sent"), when(record.sent)], [ctx.t("detail.known"), when(record.known)],
        [ctx.t("detail.from"), when(record.from)], [ctx.t("detail.to"), record.to === null ? ctx.t("detail.open") : when(record.to)],
        [ctx.t("detail.source"), record.source], [ctx.t("detail.key"), h("code", {}, record.key)],
        [ctx.t("detail.trust"), h("span", {class: `trust ${record.trust}`}, ctx.t(`trust.${record.trust}.long`))],
      ])),
      record.parameters.length ? section(ctx.t("detail.parameters"), facts(record.parameters)) : null,
      record.links.length ? section(ctx.t("detail.links"), h("ul", {class: "links"}, record.links.map((url) => h("li", {}, link(url))))) : null,
      history(record),
      section(ctx.t("detail.raw"), record.raw ? [
        h("p", {class: "muted"}, "SHA-256 ", h("code", {}, record.raw)),
        h("button", {type: "button", onclick: () => ctx.send("raw", {kind: record.kind, source: record.source, key: record.key})}, ctx.t("detail.download")),
      ] : h("p", {class: "muted"}, ctx.t("detail.no_raw"))));
  }

  ctx.listen(document, "wf:acknowledge", acknowledge);
  ctx.ticks = null;
  return (state) => {
    vacant(!state.record && !state.gone && !state.series);
    const name = state.record ? `${state.record.kind}!${state.record.source}!${state.record.key}` : null;
    if (name !== shown) {
      shown = name;
      note = "";
      language = null;
      box.scrollTop = 0;
      ctx.root.scrollTop = 0;
    }
    if (language === null && state.record) {
      const wanted = state.record.infos.find((info) => (info.language || "").toLowerCase().startsWith(ctx.language));
      language = wanted ? wanted.language : null;
    }
    const active = ctx.root.getRootNode().activeElement;
    const noting = active && active.classList && active.classList.contains("note");
    draw();
    if (noting) { const field = box.querySelector(".note"); if (field) { field.focus(); field.setSelectionRange(note.length, note.length); } }
  };
});

// What lies inside the area, and taking away what is seen.

const AreaPane = pane("areas", (ctx) => {
  const box = h("div", {class: "page"});
  ctx.root.append(box);
  return (state) => {
    if (!state.area) { fill(box); ctx.root.hidden = true; return; }
    ctx.root.hidden = false;
    const rows = state.figures || [];
    fill(box,
      h("div", {class: "behind-head"}, h("strong", {}, ctx.t("area.title")), h("span", {class: "muted num"}, state.size ? `${number(state.size, state.size < 10 ? 1 : 0)} km²` : ""),
        h("button", {type: "button", onclick: () => ctx.send("clear")}, ctx.t("area.clear"))),
      state.trouble ? h("div", {class: "notice bad"}, state.trouble) : null,
      state.missing && state.missing.length ? h("div", {class: "notice"}, ctx.t("area.missing", {names: state.missing.join(", ")})) : null,
      state.waiting ? h("p", {class: "muted", role: "status"}, ctx.t("area.waiting")) : null,
      rows.length ? h("table", {class: "sums"}, h("tbody", {}, rows.map((row) => h("tr", {}, h("th", {scope: "row"}, row.term ? ctx.t(row.term) : row.label), h("td", {class: "num"}, number(row.value, row.digits || 0), row.units ? ` ${row.units}` : ""))))) : null);
  };
});

const SeriesPane = pane("series", (ctx) => {
  const box = h("div", {class: "behind-head"});
  ctx.root.append(box);
  return (state) => {
    fill(box, h("strong", {}, state.title || ""), h("span", {class: "muted"}, state.name || ""),
      h("button", {type: "button", onclick: () => ctx.send("close")}, ctx.t("action.close")));
  };
});

const ExportPane = pane("export", (ctx) => {
  const box = h("div", {class: "chips"});
  ctx.root.append(box);
  return (state) => {
    const button = (what) => h("button", {type: "button", title: ctx.t(`export.${what}.long`), onclick: () => ctx.send("save", {what})}, ctx.t(`export.${what}`));
    fill(box, h("span", {class: "caption"}, ctx.t("export.title")), (state.kinds || []).map(button));
  };
});

export default {ListPane, FiguresPane, HealthPane, FiltersPane, TimePane, KeysPane, DetailPane, AreaPane, SeriesPane, ExportPane};
