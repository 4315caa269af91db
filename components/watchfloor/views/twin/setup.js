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
