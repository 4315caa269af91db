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
