// What of the result is looked at, its legend, and what must be known to read it.

const OutcomePane = pane("outcome", (ctx) => {
  const box = h("section", {class: "page"});
  ctx.root.append(box);
  let timer = 0;
  const says = (row) => (ctx.language === "zh" && row.zh ? row.zh : row.en);

  function soon(what, rest) {
    clearTimeout(timer);
    timer = setTimeout(() => ctx.send(what, rest), 60);
  }
  ctx.ends(() => clearTimeout(timer));

  function legend(item, how) {
    const ramp = h("div", {class: "ramp", "aria-hidden": "true"});
    ramp.style.background = `linear-gradient(to right, ${item.ramp.filter((c) => /^#[0-9a-fA-F]{6,8}$/.test(c)).join(",")})`;
    const title = how === "probability" ? ctx.t("twin.probability") : says(item.title);
    return h("figure", {class: "legend", "aria-label": ctx.t("twin.legend")}, h("figcaption", {}, `${title}${item.units ? `, ${item.units}` : ""}`), ramp,
      h("div", {class: "ends num"}, h("span", {}, number(item.low, 2)), h("span", {}, number((item.low + item.high) / 2, 2)), h("span", {}, number(item.high, 2))));
  }

  function sentence(result) {
    const note = result.note, field = result.fields.find((one) => one.field === result.field);
    const name = says(field);
    if (result.how === "probability") return ctx.t("twin.how.probability.long", {name, level: `${note.level} ${note.units}`.trim(), n: note.members});
    if (result.how === "worst") return ctx.t("twin.how.worst.long", {name, member: note.member, n: note.members});
    if (result.how === "member") return ctx.t("twin.how.member.long", {name, member: note.member});
    if (result.how === "time") return ctx.t("twin.how.time.long", {member: note.member});
    return ctx.t(`twin.how.${result.how}.long`, {name, n: note.members});
  }

  function level(result) {
    if (result.how !== "probability") return null;
    const note = result.note, most = note.most || 1;
    const typed = h("output", {class: "num"}, String(note.level));
    const unit = h("span", {class: "muted"}, note.units);
    return h("div", {class: "field"}, h("span", {class: "name"}, ctx.t("twin.threshold")),
      h("span", {class: "pair"}, h("input", {type: "range", min: 0, max: most, step: most / 100, value: note.level, "aria-label": ctx.t("twin.threshold"),
        oninput: (event) => { typed.textContent = event.target.value; soon("level", {value: Number(event.target.value)}); }}), typed, unit),
      h("div", {class: "chips"}, result.levels.map((one) => h("button", {type: "button", class: `chip ${one === note.level ? "on" : ""}`, "aria-pressed": String(one === note.level), onclick: () => ctx.send("level", {value: one})}, String(one)))));
  }

  function member(result) {
    if (result.how !== "member") return null;
    return h("div", {class: "field"}, h("span", {class: "name"}, ctx.t("twin.member")),
      h("span", {class: "pair"}, h("input", {type: "range", min: 0, max: result.members.length - 1, step: 1, value: result.members.indexOf(result.note.member), "aria-label": ctx.t("twin.member"),
        oninput: (event) => soon("member", {value: result.members[Number(event.target.value)]})}), h("output", {class: "num"}, String(result.note.member))));
  }

  return (state) => {
    box.setAttribute("aria-label", ctx.t("twin.result"));
    const result = state.result;
    if (!result) { fill(box, h("div", {class: state.trouble ? "notice bad" : "empty", role: "status"}, state.trouble || ctx.t("twin.no_result"))); return; }
    const focus = ctx.root.getRootNode().activeElement;
    const held = focus && focus.type === "range" ? focus.getAttribute("aria-label") : "";
    fill(box,
      h("h2", {}, says(result.model)),
      h("label", {class: "field"}, h("span", {class: "name"}, ctx.t("twin.output")),
        h("select", {"aria-label": ctx.t("twin.output"), onchange: (event) => ctx.send("field", {name: event.target.value})},
          result.fields.map((one) => h("option", {value: one.field, selected: one.field === result.field, title: one.doc}, says(one))))),
      h("div", {class: "chips hows", role: "group", "aria-label": ctx.t("twin.how")}, result.hows.map((how) => h("button", {type: "button", class: `chip ${how === result.how ? "on" : ""}`, "aria-pressed": String(how === result.how), onclick: () => ctx.send("how", {name: how})}, ctx.t(`twin.how.${how}`)))),
      level(result), member(result),
      legend(result.legend, result.how),
      h("p", {}, sentence(result), result.note.least ? ` ${ctx.t("twin.least", {value: `${number(result.note.least, 3)} ${result.legend.units}`})}` : ""),
      result.table.length ? h("table", {}, h("tbody", {}, result.table.map((row) => h("tr", {}, h("th", {scope: "row"}, row.name), h("td", {class: "num"}, String(row.value)))))) : null,
      h("div", {class: "caution"}, h("h3", {}, ctx.t("twin.validity")), h("p", {}, says(result.validity))),
      result.remarks.length ? h("details", {open: true}, h("summary", {}, ctx.t("twin.assumed")), h("ul", {}, result.remarks.map((line) => h("li", {}, line)))) : null);
    if (held) for (const one of box.querySelectorAll("input[type=range]")) if (one.getAttribute("aria-label") === held) one.focus();
  };
});
