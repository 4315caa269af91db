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
