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
