// The rules: a list; one rule as text, as a form beside its curve, on the past, and how good it was.

const TRIAL_DAYS = [1, 7, 30, 90, 365, 3650];

const RulesPane = pane("ruledesk", (ctx) => {
  const notice = h("div", {class: "notice", role: "status", hidden: true});
  const list = h("div", {class: "rulelist", role: "region", tabindex: "0"});
  const text = h("textarea", {rows: "18", spellcheck: "false", wrap: "off", autocomplete: "off", oninput: () => { clearTimeout(timer); timer = setTimeout(() => ctx.send("check", {text: text.value}), 500); lined(); }, onscroll: () => { gutter.scrollTop = text.scrollTop; }, onkeydown: (event) => event.stopPropagation()});
  const gutter = h("pre", {class: "gutter", "aria-hidden": "true"});
  const title = h("h2", {}), about = h("div", {}), problems = h("div", {class: "problems", "aria-live": "polite"}), form = h("div", {}), picture = h("div", {}), trial = h("div", {"aria-live": "polite"}), saving = h("div", {}), history = h("div", {});
  const days = h("select", {}), tries = h("button", {type: "button", class: "primary", onclick: () => ctx.send("try", {text: text.value, days: Number(days.value)})});
  const stop = h("button", {type: "button", onclick: () => ctx.send("cancel")}), bar = h("progress", {max: "1"});
  const yaml = h("button", {type: "button", class: "take", onclick: () => ctx.send("file", {text: text.value})}, "YAML");
  const station = h("select", {onchange: () => ctx.send("series", {name: station.value})});
  const reason = h("input", {type: "text", maxlength: "1000", onkeydown: (event) => event.stopPropagation()});
  const save = h("button", {type: "submit", class: "primary"});
  const body = h("div", {class: "rulebody", role: "region", tabindex: "0", hidden: true}, title, about,
    h("div", {class: "editor"}, gutter, text), problems, h("div", {class: "line"}, h("label", {class: "field"}, h("span", {class: "stationlabel"}), station)), form, picture,
    h("div", {class: "line tries"}, days, tries, bar, stop, yaml), trial, saving, history);
  const empty = h("div", {class: "empty"});
  ctx.root.append(notice, h("div", {class: "halves"}, list, h("div", {class: "right"}, body, empty)));
  let timer = 0, turn = -1, asked = "";
  ctx.ends(() => clearTimeout(timer));

  function lined() {
    const wrong = new Set(((ctx.state.chosen || {}).problems || []).map((each) => each.line));
    fill(gutter, text.value.split("\n").map((each, at) => h("span", {class: wrong.has(at + 1) ? "bad" : ""}, `${at + 1}\n`)));
  }

  function drawList(state) {
    const chosen = state.chosen ? state.chosen.id : "";
    const top = list.scrollTop;
    const item = (each, label, small) => h("li", {}, h("button", {type: "button", class: `link ${each.id === chosen ? "on" : ""}`, "aria-current": each.id === chosen ? "true" : null, onclick: () => ctx.send("choose", {id: each.id})}, label), h("div", {class: "muted small"}, small));
    fill(list, h("h2", {}, ctx.t("rules.title")),
      h("ul", {}, state.rules.map((each) => item(each, ctx.language === "zh" && each.zh ? each.zh : each.title, [each.hazard ? [hazardSign(each.hazard), " "] : null, ctx.t(`rules.kind.${each.kind}`), ` · ${each.version}`, each.enabled ? "" : ` · ${ctx.t("rules.off")}`, each.raises ? "" : ` · ${ctx.t("rules.part")}`]))),
      state.sets.length ? [h("h2", {}, ctx.t("rules.sets")), h("ul", {}, state.sets.map((each) => item(each, each.id, each.source)))] : null,
      state.problems.length ? [h("h2", {}, ctx.t("rules.problems")), h("ul", {class: "late"}, state.problems.map((each) => h("li", {}, `${each.file}:${each.line}:${each.column} ${each.where}: ${each.message}`)))] : null);
    list.scrollTop = top;
  }

  function drawForm(chosen, state) {
    const active = ctx.root.getRootNode().activeElement;
    if (active && form.contains(active)) return; // somebody is typing there
    const inputs = chosen.limits.map((each) => [each.name, h("input", {type: "number", step: "any", value: String(each.value), onkeydown: (event) => event.stopPropagation(), onchange: () => {
      ctx.send("limits", {text: text.value, limits: Object.fromEntries(inputs.map(([name, node]) => [name, Number(node.value)]))});
    }}), each]);
    fill(form, inputs.length ? h("div", {class: "fields"}, inputs.map(([name, node, each]) => h("label", {class: "field"}, h("span", {}, sign(BY_COLOUR[each.colour] || "Unknown", 13), ` ${name}${chosen.curve && chosen.curve.units ? ` (${chosen.curve.units})` : ""}`), node)))
      : h("p", {class: "muted"}, ctx.t("rules.own"), " ", chosen.shown && state.may ? h("button", {type: "button", class: "link", onclick: () => ctx.send("fresh", {series: chosen.shown})}, ctx.t("rules.newset")) : null));
  }

  function drawPicture(chosen) {
    const curve = chosen && chosen.curve;
    const who = curve ? titled(ctx, chosen.series.find((each) => each.name === chosen.shown) || {title: chosen.shown}) : "";
    fill(picture, curve ? drawCurve(ctx, {...curve, width: roomOf(ctx, picture)}, `${who}${curve.spans.length ? ` · ${ctx.t("rules.marked")}` : ""}`) : null);
  }
  whenSized(ctx, picture, () => drawPicture(ctx.state.chosen));

  function drawTrial(chosen) {
    const made = chosen.trial;
    const running = chosen.progress !== null;
    bar.hidden = stop.hidden = !running;
    tries.disabled = running || chosen.what !== "rule" || chosen.problems.length > 0;
    if (running) bar.value = chosen.progress;
    if (chosen.failed) { fill(trial, h("p", {class: "notice bad", role: "alert"}, chosen.failed)); return; }
    if (!made) { fill(trial); return; }
    const skill = made.skill;
    fill(trial,
      h("p", {class: "verdict"}, h("strong", {}, ctx.t("rules.fired", {n: number(made.count), span: span(made.end - made.start, ctx.language)})), ` ${ctx.t("rules.fired.more", {places: number(made.places), of: number(made.subjects), day: amount(made.per_day), chatter: number(made.chattering)})}`),
      made.note ? h("p", {class: "muted", lang: "en"}, made.note) : null,
      skill ? h("table", {class: "skill"}, h("caption", {}, ctx.t("rules.skill", {n: number(skill.events)})), h("tbody", {}, [["hits", number(skill.hits)], ["misses", number(skill.misses)], ["false_alarms", number(skill.false_alarms)], ["pod", share(skill.pod)], ["far", share(skill.far)], ["csi", share(skill.csi)],
        ["lead", skill.lead === null ? "–" : `${skill.lead < 0 ? "−" : ""}${span(Math.abs(skill.lead), ctx.language)}`], ["firm", amount(skill.firm)], ["risk_matrix_score", amount(skill.risk_matrix_score)]].map(([name, value]) => h("tr", {}, h("th", {scope: "row"}, ctx.t(`rules.skill.${name}`)), h("td", {class: "num"}, value)))))
        : h("p", {class: "muted"}, ctx.t("rules.skill.none")),
      made.firings.length ? h("table", {}, h("caption", {}, ctx.t("rules.firings")), h("thead", {}, h("tr", {}, ["station", "from", "until", "level", "value"].map((name) => h("th", {scope: "col"}, ctx.t(`rules.firing.${name}`))))),
        h("tbody", {}, made.firings.map((each) => h("tr", {}, h("th", {scope: "row"}, h("button", {type: "button", class: "link", onclick: () => ctx.send("series", {name: each.series})}, titled(ctx, each))), h("td", {class: "num"}, fullTime(each.start, ctx.zone)), h("td", {class: "num"}, each.ended ? fullTime(each.end, ctx.zone) : ctx.t("rules.goeson")), h("td", {}, each.name || each.level), h("td", {class: "num"}, amount(each.value)))))) : null);
  }

  const share = (value) => (value === null ? "–" : `${Math.round(value * 100)} %`);

  return (state) => {
    const chosen = state.chosen;
    notice.hidden = !(state.trouble || !state.live);
    notice.classList.toggle("bad", Boolean(state.trouble));
    fill(notice, state.trouble || ctx.t("rules.past"));
    list.setAttribute("aria-label", ctx.t("rules.title"));
    body.setAttribute("aria-label", ctx.t("rules.one"));
    drawList(state);
    body.hidden = !chosen;
    empty.hidden = Boolean(chosen);
    fill(empty, ctx.t("rules.choose"));
    if (!chosen) return;
    if (chosen.turn !== turn) { turn = chosen.turn; text.value = chosen.text; }
    text.setAttribute("aria-label", ctx.t("rules.text"));
    text.readOnly = !state.may || !state.live;
    lined();
    fill(title, chosen.id || ctx.t("rules.new"));
    fill(about, chosen.response ? h("p", {}, h("strong", {}, ctx.t("rules.response")), ` ${ctx.language === "zh" && chosen.response.zh ? chosen.response.zh : chosen.response.en}`) : null, chosen.source ? h("p", {class: "muted"}, chosen.source) : null);
    problems.className = `problems ${chosen.problems.length ? "bad" : ""}`;
    fill(problems, chosen.problems.length ? h("ul", {}, chosen.problems.map((each) => h("li", {}, h("button", {type: "button", class: "link", onclick: () => go(each.line)}, ctx.t("rules.line", {line: each.line, column: each.column})), ` ${each.where} ${each.message}`))) : h("p", {class: "fine"}, healthSign("ok"), ` ${ctx.t("rules.fine")}`));
    fill(body.querySelector(".stationlabel"), ctx.t("rules.station", {n: number(chosen.series.length)}));
    fill(station, chosen.series.map((each) => h("option", {value: each.name, selected: each.name === chosen.shown}, titled(ctx, each))));
    station.disabled = !chosen.series.length;
    drawForm(chosen, state);
    drawPicture(chosen);
    if (asked !== ctx.language) {
      asked = ctx.language;
      fill(days, TRIAL_DAYS.map((each) => h("option", {value: String(each)}, ctx.t("rules.days", {n: each}))));
      days.setAttribute("aria-label", ctx.t("rules.back"));
      bar.setAttribute("aria-label", ctx.t("rules.trying"));
      fill(tries, ctx.t("rules.try"));
      yaml.title = ctx.t("rules.yaml");
      yaml.setAttribute("aria-label", ctx.t("rules.yaml"));
      fill(stop, ctx.t("alarms.cancel"));
      fill(save, ctx.t("rules.save"));
      fill(saving, h("form", {class: "line", onsubmit: (event) => { event.preventDefault(); if (!reason.value.trim()) { ctx.say(ctx.t("alarms.reason.needed"), true); reason.focus(); return; } ctx.send("save", {text: text.value, reason: reason.value}); reason.value = ""; }}, field(ctx.t("rules.why"), reason), save));
    }
    days.value = String(chosen.days);
    drawTrial(chosen);
    saving.hidden = !state.may || !state.live;
    save.disabled = chosen.problems.length > 0;
    fill(history, chosen.history.length ? [h("h2", {}, ctx.t("rules.history")), h("ol", {class: "trail"}, chosen.history.map((each) => h("li", {}, h("strong", {}, each.version), ` ${fullTime(each.at, ctx.zone)} · ${each.by}${each.removed ? ` · ${ctx.t("rules.removed")}` : ""}: ${each.why}`)))] : null);
  };

  function go(line) {
    const before = text.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(before, before + (text.value.split("\n")[line - 1] || "").length);
  }
});
