// The card of a model: needs, gives, sources, published values and whether they come out today.

const CardPane = pane("card", (ctx) => {
  const box = h("details", {class: "page"});
  ctx.root.append(box);
  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.en);
  const quantity = (one) => h("li", {title: one.doc}, says(one), one.units === "1" ? "" : `, ${one.units}`, one.default === undefined || one.default === null ? "" : h("span", {class: "muted"}, ` (${ctx.t("twin.default")}: ${one.default})`));
  return (state) => {
    ctx.root.hidden = !state.model;
    if (!state.model) return;
    const checked = state.checked;
    const passed = checked ? checked.outcomes.filter((one) => one.passed).length : 0;
    fill(box, h("summary", {}, ctx.t("twin.card"), h("span", {class: "muted"}, ` ${says(state.title)} · ${state.version}`), checked ? h("span", {class: "muted num"}, ` · ${passed} / ${checked.outcomes.length}`) : null),
      h("h3", {}, ctx.t("twin.needs_of")), h("ul", {}, state.needs.map(quantity)),
      h("h3", {}, ctx.t("twin.gives")), h("ul", {}, state.gives.map(quantity)),
      h("h3", {}, ctx.t("twin.sources")), h("ul", {}, state.sources.map((one) => h("li", {}, one))),
      h("h3", {}, ctx.t("twin.references")), h("button", {type: "button", disabled: state.busy, onclick: () => ctx.send("verify")}, ctx.t(state.busy ? "twin.running" : "twin.verify")),
      checked && checked.seconds !== null ? h("p", {class: "muted"}, ctx.t("twin.speed", {s: checked.seconds})) : null,
      checked && checked.trouble ? h("p", {class: "notice bad"}, checked.trouble) : null,
      h("ul", {class: "references"}, state.references.map((one, n) => {
        const outcome = checked && checked.outcomes[n];
        return h("li", {title: one.note}, outcome ? h("strong", {class: outcome.passed ? "well" : "ill"}, outcome.passed ? "✓ " : "✗ ") : null, one.case, h("span", {class: "muted"}, ` — ${one.citation}`), outcome && outcome.trouble ? ` ${outcome.trouble}` : "");
      })));
  };
});
