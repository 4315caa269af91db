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
