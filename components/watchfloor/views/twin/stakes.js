// Who and what is hit: totals with their range, districts, facilities in order of need, needs against stocks.

const StakesPane = pane("stakes", (ctx) => {
  const box = h("section", {class: "page"});
  ctx.root.append(box);
  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.en);
  const few = (value) => (value === null ? "–" : Math.abs(value) >= 1e6 ? `${number(value / 1e6, 1)} M` : number(value, Math.abs(value) < 10 && value !== Math.round(value) ? 1 : 0));

  function table(head, rows) {
    return h("table", {}, h("thead", {}, h("tr", {}, head.map((name) => h("th", {scope: "col"}, name)))), h("tbody", {}, rows));
  }

  function needs(found) {
    if (!found.needs.length) return null;
    return h("details", {}, h("summary", {}, ctx.t("twin.needs")), table([ctx.t("twin.need"), ctx.t("twin.amount"), ctx.t("twin.stock"), ctx.t("twin.gap")],
      found.needs.map((row) => h("tr", {title: row.source}, h("th", {scope: "row"}, ctx.language === "zh" ? row.title_zh : row.title), h("td", {class: "num"}, `${few(row.amount)} ${row.unit === "1" ? "" : row.unit}`),
        h("td", {class: "num"}, few(row.stock)), h("td", {class: `num ${row.gap > 0 ? "late" : ""}`}, few(row.gap), row.gap > 0 ? ` (${Math.round(row.probability * 100)} %)` : "")))));
  }

  return (state) => {
    box.setAttribute("aria-label", ctx.t("twin.impact"));
    const found = state.impact;
    if (!found) { fill(box, state.trouble ? [h("h3", {}, ctx.t("twin.impact")), h("p", {class: "muted"}, ctx.t("twin.no_impact")), h("details", {}, h("summary", {class: "muted"}, ctx.t("twin.why")), h("p", {class: "muted"}, state.trouble))] : null); return; }
    const open = [...box.querySelectorAll("details")].map((one) => one.open);
    fill(box, h("h3", {}, ctx.t("twin.impact")),
      table([ctx.t("twin.figure"), ctx.t("twin.middle"), ctx.t("twin.range")], found.rows.filter((row) => row.high > 0).map((row) => h("tr", {},
        h("th", {scope: "row"}, says(row), row.units ? h("span", {class: "muted"}, ` ${row.units}`) : null), h("td", {class: "num"}, h("strong", {}, few(row.mid))), h("td", {class: "num"}, `${few(row.low)}–${few(row.high)}`)))),
      found.rows.every((row) => !(row.high > 0)) ? h("p", {class: "muted"}, ctx.t("twin.nothing_hit")) : null,
      found.districts.length ? h("details", {open: true}, h("summary", {}, `${ctx.t("twin.districts")}: ${says(found.measure)}`), table([ctx.t("twin.district"), ctx.t("twin.mean"), ctx.t("twin.q95")],
        found.districts.map((row) => h("tr", {}, h("th", {scope: "row"}, says(row)), h("td", {class: "num"}, few(row.mean)), h("td", {class: "num"}, few(row.high)))))) : null,
      found.facilities.length ? h("details", {open: true}, h("summary", {}, ctx.t("twin.facilities")), h("ol", {}, found.facilities.map((row) => h("li", {title: row.reason},
        h("button", {type: "button", class: "link", onclick: () => ctx.send("show", {lon: row.lon, lat: row.lat})}, says(row)), h("span", {class: "muted"}, ` ${row.kind} · `), h("span", {class: "num"}, `${Math.round(row.probability * 100)} %`))))) : null,
      needs(found),
      h("details", {}, h("summary", {}, ctx.t("twin.impact_validity")), found.validity.map((row) => h("p", {}, h("strong", {}, row.title), `: ${says(row)}`)), h("ul", {}, found.remarks.map((line) => h("li", {}, line)))));
    [...box.querySelectorAll("details")].forEach((one, n) => { if (open.length && n < open.length) one.open = open[n]; });
  };
});
