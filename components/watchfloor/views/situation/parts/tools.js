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
