// What is let through: words with the number of records that each would leave.

const FiltersPane = pane("filters", (ctx) => {
  const box = h("div", {class: "groups"});
  ctx.root.append(box);
  let timer = 0;
  ctx.ends(() => clearTimeout(timer));

  function choice(facet, option, chosen) {
    const on = chosen.includes(option.word);
    const label = ctx.t(option.term);
    return h("button",
      {
        type: "button", class: `chip ${on ? "on" : ""} ${option.count ? "" : "none"}`, "aria-pressed": on ? "true" : "false",
        "data-word": `${facet}:${option.word}`, "aria-label": `${label}, ${option.count}`,
        onclick: () => ctx.send("toggle", {facet, word: option.word}),
      },
      facet === "severities" ? sign(option.word, 12) : facet === "hazards" ? hazardSign(option.word) : null,
      h("span", {}, label), h("span", {class: "num muted"}, number(option.count)));
  }

  return (state) => {
    const again = ctx.root.getRootNode().activeElement;
    const held = again && again.dataset ? again.dataset.word : null;
    const groups = (state.groups || []).map((group) => h("fieldset", {class: "group"},
      h("legend", {}, ctx.t(`filters.${group.facet}`)),
      h("div", {class: "chips"}, group.options.map((option) => choice(group.facet, option, group.chosen)))));
    const places = state.districts || [];
    const select = h("select",
      {"aria-label": ctx.t("filters.area"), "data-word": "area", onchange: (event) => ctx.send("district", {name: event.target.value})},
      h("option", {value: ""}, ctx.t("filters.everywhere")),
      state.area && !state.district ? h("option", {value: "\u0000", selected: true, disabled: true}, ctx.t("filters.drawn")) : null,
      places.map((name) => h("option", {value: name, selected: name === state.district}, name)));
    const area = h("fieldset", {class: "group"}, h("legend", {}, ctx.t("filters.area")), h("div", {class: "chips"}, select,
      state.area ? h("button", {type: "button", onclick: () => ctx.send("district", {name: ""})}, ctx.t("filters.everywhere")) : null),
      state.area ? null : h("p", {class: "muted hint"}, ctx.t("filters.draw")));
    fill(box,
      h("div", {class: "filters-head"}, h("strong", {}, ctx.t("filters.title")),
        h("button", {type: "button", disabled: state.empty, onclick: () => ctx.send("reset")}, ctx.t("action.reset"))),
      state.notes && state.notes.length ? h("div", {class: "notice", role: "status"}, ctx.t("filters.notes"), h("ul", {}, state.notes.map((note) => h("li", {}, note)))) : null,
      groups, area);
    if (held) { const same = [...box.querySelectorAll("[data-word]")].find((node) => node.dataset.word === held); if (same) same.focus(); }
  };
});
