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
