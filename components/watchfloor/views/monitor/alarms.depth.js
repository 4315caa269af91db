// One alarm in depth: facts and acts, the curve with what fired, its life, receipts, and the message of it.

const AlarmDepthPane = pane("alarmdepth", (ctx) => {
  const notice = h("div", {class: "notice", role: "status", hidden: true});
  const head = h("header", {}), acts = h("div", {class: "acts"}), facts = h("div", {}), picture = h("div", {}), life = h("div", {}), receipts = h("div", {});
  const draft = drafting(ctx, (message) => ctx.send("write", message));
  const titles = {};
  const section = (name, node) => h("section", {"aria-labelledby": `depth-${name}`}, titles[name] = h("h2", {id: `depth-${name}`}), node);
  const page = h("div", {class: "page", tabindex: "0", role: "region", hidden: true}, head, acts, facts, section("curve", picture), section("life", life), section("draft", draft.home), section("receipts", receipts));
  const empty = h("div", {class: "empty"});
  ctx.root.append(notice, page, empty);
  let asking = false, shown = null;

  function button(what, row) {
    return h("button", {type: "button", "data-act": what, class: what === "acknowledge" ? "primary" : null, disabled: !allowed(what, ctx.state.may), onclick: () => ask(what, row)}, ctx.t(`alarms.act.${what}`));
  }

  function ask(what, row) {
    const send = (values) => { asking = false; ctx.send("act", {what, ids: [row.id], seen: {[row.id]: row.step}, ...values}); drawActs(ctx.state); };
    if (AT_ONCE.has(what) || what === "acknowledge") { send({}); return; }
    const {form, first} = actForm(ctx, what, 1, {shelf: ctx.state.shelf || 24, row, send, close: () => { asking = false; drawActs(ctx.state); }});
    asking = true;
    fill(acts, form);
    first();
  }

  function drawActs(state) {
    const row = state.row;
    fill(acts, h("button", {type: "button", class: "chip take", title: ctx.t("alarms.csv.life"), "aria-label": ctx.t("alarms.csv.life"), onclick: () => ctx.send("save")}, "CSV"), state.live ? h("div", {class: "chips"}, actsFor(row).map((what) => button(what, row))) : h("p", {class: "muted"}, ctx.t("alarms.past.off")),
      state.live && !(state.may || {}).acknowledge ? h("p", {class: "muted"}, ctx.t("alarms.maynot")) : null);
  }

  function pairs(list) {
    return h("dl", {class: "facts"}, list.filter((pair) => pair[1] !== null && pair[1] !== "" && pair[1] !== undefined).map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]));
  }

  /** The curve, as wide as there is room for. */
  function drawPicture(state) {
    const row = state.row, curve = state.curve;
    if (!row) return;
    const own = curve && !curve.limits.length && curve.limit !== null ? [{value: curve.limit, name: ctx.t("alarms.limit"), severity: row.severity}] : null;
    fill(picture, curve ? drawCurve(ctx, {...curve, width: roomOf(ctx, picture), limits: own || curve.limits}, places(ctx, row)) : null);
  }
  whenSized(ctx, picture, () => drawPicture(ctx.state));

  const when = (ms) => (ms === null ? null : `${fullTime(ms, ctx.zone)} (${ago(ms, ctx.now(), ctx.language)})`);

  return (state) => {
    const row = state.row;
    notice.hidden = !(state.trouble || (row && !state.live));
    notice.classList.toggle("bad", Boolean(state.trouble));
    fill(notice, state.trouble || ctx.t("alarms.past"));
    page.hidden = !row;
    page.setAttribute("aria-label", ctx.t("monitor.alarm"));
    empty.hidden = Boolean(row);
    fill(empty, ctx.t("alarms.choose"));
    if (!row) return;
    if (row.id !== shown) { shown = row.id; asking = false; page.scrollTop = 0; }
    for (const name of Object.keys(titles)) fill(titles[name], ctx.t(`alarms.depth.${name}`));
    fill(head, h("div", {class: "line"}, colourWord(ctx, row.colour), stateSign(row.state), h("span", {class: `stateword ${row.state}`}, ctx.t(`alarms.state.${row.state}`)), row.grade ? h("span", {class: "badge"}, ctx.t("alarms.grade", {grade: row.grade})) : null, hazardSign(row.hazard), ctx.t(`hazard.${row.hazard}`)),
      h("h2", {class: "atitle"}, titled(ctx, row)), reasoned(ctx, row), remarks(ctx, row).map((each) => h("div", {class: "line"}, each)));
    if (!asking) drawActs(state);
    fill(facts, pairs([
      [ctx.t("alarms.fact.stations"), row.series.map((name, at) => [at ? ", " : "", h("button", {type: "button", class: "link", onclick: () => ctx.send("series", {name})}, places(ctx, {stations: [row.stations[at]], more: 0}))])],
      [ctx.t("alarms.fact.value"), held(ctx, row)], [ctx.t("alarms.fact.level"), row.level], [ctx.t("alarms.fact.area"), row.area], [ctx.t("alarms.fact.onset"), when(row.onset)],
      [ctx.t("alarms.fact.cleared"), when(row.cleared)], [ctx.t("alarms.fact.acknowledged"), done(ctx, row.acknowledged)], [ctx.t("alarms.fact.closed"), done(ctx, row.closed)],
      [ctx.t("alarms.fact.rule"), `${row.rule} (${row.version})`],
      [ctx.t("alarms.fact.event"), state.members.length ? h("ul", {class: "members"}, state.members.map((each) => h("li", {}, colourWord(ctx, each.colour), " ", stateSign(each.state), " ", each.title))) : null],
    ]));
    drawPicture(state);
    fill(life, h("ol", {class: "life"}, state.steps.map((step) => h("li", {}, h("span", {class: "num"}, fullTime(step.at, ctx.zone)), " ", h("strong", {}, ctx.t(`alarms.event.${step.event}`)), ` · ${step.by === "watch" ? ctx.t("alarms.watch") : step.by} `,
      stateSign(step.state), h("span", {class: `stateword ${step.state}`}, ` ${ctx.t(`alarms.state.${step.state}`)}`), " ", colourWord(ctx, step.colour), step.note ? h("div", {class: "muted note"}, spoken(ctx, step, "note").text) : null))));
    fill(receipts, state.dry ? h("p", {class: "muted"}, ctx.t("alarms.receipts.dry")) : null,
      state.notices.length ? h("table", {}, h("thead", {}, h("tr", {}, ["at", "channel", "what", "stage", "acknowledged"].map((name) => h("th", {scope: "col"}, ctx.t(`alarms.receipts.${name}`))))),
        h("tbody", {}, state.notices.map((each) => h("tr", {}, h("td", {class: "num"}, fullTime(each.at, ctx.zone)), h("th", {scope: "row"}, each.channel), h("td", {}, ctx.t(`alarms.told.${each.what}`)), h("td", {}, ctx.t(`alarms.stage.${each.stage.replace(" ", "-")}`), each.tries > 1 ? ` (${each.tries}×)` : "", each.why ? `: ${each.why}` : ""), h("td", {}, each.acknowledged)))))
        : h("p", {class: "muted"}, ctx.t(state.channels.length ? "alarms.receipts.none" : "alarms.receipts.nochannels")));
    draft.show(state);
  };
});
