// The floor's scenarios: save, open, drop, two to four side by side; a result to take away.

const ScenariosPane = pane("scenarios", (ctx) => {
  const head = h("div", {class: "head"});
  const list = h("ul", {class: "kept"});
  const foot = h("div", {class: "chips"});
  const dialog = h("dialog", {class: "versus"});
  const box = h("section", {class: "page"}, head, list, foot);
  ctx.root.append(box, dialog);
  const title = h("input", {type: "text", maxlength: 200, autocomplete: "off"});
  const keep = h("form", {class: "row", onsubmit: (event) => { event.preventDefault(); ctx.send("save", {title: title.value, fresh: false}); }});
  head.append(keep);
  let told = null;
  dialog.addEventListener("close", () => { if (ctx.state.compared.length) ctx.send("close"); });
  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.title || row.en);

  function ramp(item) {
    const bar = h("div", {class: "ramp"});
    bar.style.background = `linear-gradient(to right, ${item.ramp.filter((c) => /^#[0-9a-fA-F]{6,8}$/.test(c)).join(",")})`;
    return h("div", {class: "legend"}, bar, h("div", {class: "ends num"}, h("span", {}, number(item.low, 2)), h("span", {}, item.units), h("span", {}, number(item.high, 2))));
  }

  function picture(address, words, lines) {
    return /^data:image\/png;base64,[A-Za-z0-9+/=]+$/.test(address) ? h("div", {class: "picture"}, h("img", {src: address, alt: words}), s("svg", {viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true"}, lines.map((d) => s("path", {d})))) : h("p", {class: "muted"}, ctx.t("twin.no_picture"));
  }

  function versus(state) {
    fill(dialog, h("form", {method: "dialog", class: "line"}, h("h2", {}, ctx.t("twin.compare")), h("button", {class: "primary"}, ctx.t("action.close"))),
      h("div", {class: "side"}, state.compared.map((one, n) => h("figure", {}, h("figcaption", {}, h("strong", {}, one.title),
        one.area ? h("span", {class: "muted num"}, ` ${ctx.t("twin.area_above", {level: `${one.area.level} ${one.area.units}`})}: ${number(one.area.mid, 1)} km²`) : null),
        picture(one.picture, one.title, one.lines), ramp(one.legend),
        n === 0 ? null : one.difference ? [h("div", {class: "muted"}, ctx.t("twin.difference", {title: state.compared[0].title})), picture(one.difference, ctx.t("twin.difference", {title: state.compared[0].title}), one.lines), ramp(one.difference_legend)] : h("p", {class: "muted"}, ctx.t("twin.no_difference"))))));
    if (!dialog.open) dialog.showModal();
  }

  return (state) => {
    box.setAttribute("aria-label", ctx.t("twin.scenarios"));
    title.setAttribute("aria-label", ctx.t("twin.title"));
    title.placeholder = ctx.t("twin.title");
    if (state.title !== told && ctx.root.getRootNode().activeElement !== title) { title.value = state.title; told = state.title; }
    fill(keep, title, h("button", {type: "submit", disabled: !state.may, title: state.may ? null : ctx.t("twin.may_not")}, ctx.t("twin.save")),
      state.open ? h("button", {type: "button", disabled: !state.may, onclick: () => ctx.send("save", {title: title.value, fresh: true})}, ctx.t("twin.save_new")) : null);
    fill(list, state.rows.map((row) => h("li", {"aria-current": row.key === state.open ? "true" : null},
      h("input", {type: "checkbox", checked: state.chosen.includes(row.key), "aria-label": `${ctx.t("twin.compare")}: ${says(row)}`, onchange: () => ctx.send("choose", {key: row.key})}),
      h("button", {type: "button", class: "link", onclick: () => ctx.send("open", {key: row.key})}, says(row)),
      h("span", {class: "muted num"}, row.at === null ? ctx.t("twin.shipped") : `${row.actor} · ${clockTime(row.at, ctx.zone, ctx.present())} · ${row.revision}`),
      row.at === null ? null : h("button", {type: "button", class: "small", disabled: !state.may, "aria-label": `${ctx.t("twin.forget")}: ${says(row)}`, title: ctx.t("twin.forget"), onclick: () => ctx.send("drop", {key: row.key})}, "✕"))));
    fill(foot, h("button", {type: "button", disabled: state.chosen.length < 2 || state.busy, onclick: () => ctx.send("compare")}, state.busy ? ctx.t("twin.running") : ctx.t("twin.compare_n", {n: state.chosen.length})),
      h("span", {class: "caption"}, ctx.t("export.title")), ["netcdf", "geotiff", "csv", "recipe"].map((form) => h("button", {type: "button", disabled: !state.ready, onclick: () => ctx.send("take", {form})}, ctx.t(`twin.take.${form}`))));
    if (state.compared.length) versus(state);
    else if (dialog.open) dialog.close();
  };
});
