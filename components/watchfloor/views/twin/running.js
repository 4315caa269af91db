// How the runs stand: what is shown, how far the longer run is, and the keys to start and cancel it.

const RunBarPane = pane("runbar", (ctx) => {
  const bar = h("div", {class: "bar"});
  const notice = h("div", {class: "notice bad", role: "alert", hidden: true});
  ctx.root.append(bar, notice);
  // the first question is asked when its answer can be seen
  const hello = setTimeout(() => ctx.send("hello"), 150);
  ctx.ends(() => clearTimeout(hello));

  ctx.listen(document, "keydown", (event) => {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName || "") && !/^(range|checkbox)$/.test(target.type)) return;
    const what = event.key.toLowerCase() === "z" ? (event.shiftKey ? "redo" : "undo") : event.key.toLowerCase() === "y" ? "redo" : "";
    if (what) { event.preventDefault(); ctx.send(what); }
  });

  function fact(label, value, title) {
    return h("span", {class: "fact", title: title || null}, h("span", {class: "muted"}, label), " ", h("strong", {class: "num"}, value));
  }

  function progress(run) {
    const part = run.done === null ? null : Math.round(run.done * 100);
    const left = run.left === null ? "" : ` · ${ctx.t("twin.left", {time: run.left < 90 ? `${Math.max(1, Math.round(run.left))} s` : span(run.left * 1000, ctx.language)})}`;
    return h("span", {class: "progress"}, h("progress", {max: 1, value: run.done, "aria-label": ctx.t(`twin.${run.fidelity}`)}),
      h("span", {class: "num", role: "status"}, run.stage === "running" && part !== null ? `${part} % · ${run.members}${left}` : ctx.t(`twin.${run.stage}`)),
      h("button", {type: "button", onclick: () => ctx.send("cancel")}, ctx.t("twin.cancel")));
  }

  return (state) => {
    const {shown, preview, longer} = state;
    const busy = longer && ["preparing", "waiting", "running"].includes(longer.stage);
    const trouble = (preview && preview.stage === "failed" && preview.trouble) || (longer && longer.stage === "failed" && longer.trouble) || "";
    const area = shown && shown.area;
    fill(bar,
      h("span", {class: "chips"}, ["standard", "full"].map((name) => h("button", {type: "button", class: name === "standard" ? "primary" : "", disabled: !state.model || (busy && longer.fidelity === name),
        onclick: () => ctx.send("run", {fidelity: name})}, ctx.t("twin.run", {name: ctx.t(`twin.${name}`), n: state.sizes[name]})))),
      h("span", {class: "chips"}, [["undo", "↶", state.steps[0] || state.points], ["redo", "↷", state.steps[1]]].map(([name, sign, some]) =>
        h("button", {type: "button", disabled: !some, title: ctx.t(`twin.${name}`), "aria-label": ctx.t(`twin.${name}`), onclick: () => ctx.send(name)}, sign))),
      busy ? progress(longer) : null,
      shown ? [
        h("span", {class: `badge ${shown.stale ? "late" : "new"}`}, shown.stale ? ctx.t("twin.stale") : ctx.t(`twin.${shown.fidelity}`)),
        fact(ctx.t("twin.members"), shown.members === shown.of ? shown.members : `${shown.members} / ${shown.of}`),
        area ? fact(ctx.t("twin.area_above", {level: `${area.level} ${area.units === "1" ? "" : area.units}`}), `${number(area.mid, 1)} km² (${number(area.low, 1)}–${number(area.high, 1)})`, ctx.t("twin.area_above.long")) : null,
        shown.balance === null ? null : fact(ctx.t("twin.balance"), `${Math.abs(shown.balance * 100) < 1e-4 ? "< 0.0001" : (Math.abs(shown.balance) * 100).toPrecision(2)} %`, ctx.t("twin.balance.long")),
        fact(ctx.t("twin.took"), `${number(shown.seconds, 2)} s`),
        state.origin ? h("a", {href: state.origin}, `${ctx.t("twin.back")}${state.title ? `: ${state.title}` : ""}`) : state.title ? h("span", {class: "muted"}, state.title) : null,
      ] : h("span", {class: "muted", role: "status"}, preview ? ctx.t(`twin.${preview.stage}`) : ctx.t("twin.opening")));
    notice.hidden = !trouble;
    fill(notice, trouble);
  };
});
