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
