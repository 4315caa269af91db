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
